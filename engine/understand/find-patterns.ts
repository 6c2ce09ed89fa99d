import { RE2JS } from "re2js";
import type { Candidate } from "./candidate.ts";

const compiled = new Map<string, RE2JS | null>();
const COMPILED_MAX = 1_000; // patterns come from rule packs; a server that reloads packs for ever stays small

/** Finds a workspace's own detail by its RE2 pattern, in linear time: the first match, or its first capture group. A
 *  pattern that does not compile finds nothing; the rule checker reports it. */
export function findPattern(text: string, pattern: string): readonly Candidate[] {
  const matcher = compile(pattern)?.matcher(text);
  if (matcher === undefined || !matcher.find()) return [];
  const group = matcher.groupCount() > 0 && matcher.group(1) !== null ? 1 : 0;
  const span = { start: matcher.start(group), end: matcher.end(group) };
  const value = text.slice(span.start, span.end).trim();
  return value === "" ? [] : [{ value, span, extractor: "pattern/match", reason: null }];
}

function compile(pattern: string): RE2JS | null {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  if (compiled.size >= COMPILED_MAX) compiled.clear();
  const made = compileOrNull(pattern);
  compiled.set(pattern, made);
  return made;
}

function compileOrNull(pattern: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return null;
  }
}
