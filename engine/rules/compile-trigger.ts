import { RE2JS } from "re2js";
import { matchTerms, tokenize, type Token } from "./compromise.ts";
import { parseTrigger, withParts } from "./parse-trigger.ts";
import type { WrittenTrigger } from "./schema.ts";
import { VARIANTS_MAX, writeOut } from "./write-out.ts";

/** A trigger made ready. `source` is how messages and traces show it: as its author wrote it. */
export type CompiledTrigger = { readonly source: string } & (
  | { readonly kind: "regex"; readonly regex: RE2JS }
  | {
      readonly kind: "words";
      /** Token sequences, any of which matches: groups of several words are written out. */
      readonly variants: readonly Variant[];
      /** Whether parts of speech are needed. */
      readonly tagged: boolean;
    }
);

export interface Variant {
  readonly tokens: readonly Token[];
  /** Each clause lists words of which a sentence must hold at least one for the tokens to match in it. */
  readonly needs: readonly (readonly string[])[];
}

/** How a trigger is shown to people. */
export function sourceOf(written: WrittenTrigger): string {
  return typeof written === "string" ? written : `/${written.regex}/`;
}

/** Compiles a trigger, or says in one sentence what is wrong with it. Never throws. */
export function compileTrigger(written: WrittenTrigger): CompiledTrigger | { readonly error: string } {
  return typeof written === "string" ? compileWords(written) : compileRegex(written.regex);
}

/** A compiler that compiles each distinct trigger once. */
export function makeCompiler(): typeof compileTrigger {
  const compiled = new Map<string, ReturnType<typeof compileTrigger>>();
  return (written) => {
    const key = triggerKey(written);
    const known = compiled.get(key) ?? compileTrigger(written);
    compiled.set(key, known);
    return known;
  };
}

/** The same for triggers that are written alike. */
export function triggerKey(written: WrittenTrigger): string {
  return JSON.stringify(written);
}

function compileRegex(source: string): CompiledTrigger | { readonly error: string } {
  const regex = compileRe2(source);
  if ("error" in regex)
    return { error: `\`${source}\` is not a regular expression in RE2 syntax: ${regex.error}` };
  if (regex.test("")) return { error: `\`${source}\` matches every text, even an empty one` };
  return { kind: "regex", source: `/${source}/`, regex };
}

/** RE2 runs in linear time whatever the pattern; case does not matter to it here. */
export function compileRe2(source: string): RE2JS | { readonly error: string } {
  try {
    return RE2JS.compile(source, RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    return {
      error: error instanceof Error ? error.message.replace(/^error parsing regexp: /, "") : "unknown",
    };
  }
}

function compileWords(source: string): CompiledTrigger | { readonly error: string } {
  const parsed = parseTrigger(source);
  if ("error" in parsed) return parsed;
  const sequences = writeOut(parsed);
  if (sequences.length > VARIANTS_MAX) {
    return {
      error: `the trigger \`${source}\` has more than ${VARIANTS_MAX} variants; write several triggers`,
    };
  }
  if (
    sequences.some((tokens) => tokens.every((token) => token.optional || token.anything || token.negative))
  ) {
    return { error: `the trigger \`${source}\` matches any words: it needs a word that must be there` };
  }
  const tagged = parsed.some(needsTags);
  const variants = sequences.map((tokens) => ({ tokens, needs: needsOf(tokens, tagged) }));
  const missed = tagged ? null : findMissed(sequences);
  if (missed !== null) {
    return {
      error: `the trigger \`${source}\` is written for “${missed}” but cannot match it; write it in another way`,
    };
  }
  return { kind: "words", source, variants, tagged };
}

function needsTags(token: Token): boolean {
  return withParts(token).some(
    (part) =>
      part.tag !== undefined ||
      part.chunk !== undefined ||
      part.switch !== undefined ||
      part.pos !== undefined ||
      part.method === "isAcronym" ||
      part.method === "isKnown",
  );
}

// Words that come out of contractions only once parts of speech are known ("she's late"), so their absence proves nothing.
const MADE_BY_TAGGING = new Set("am are did had has have is not us was were will would".split(" "));

function needsOf(tokens: readonly Token[], tagged: boolean): string[][] {
  return tokens
    .map((token) => wordsOf(token))
    .filter((clause): clause is string[] => clause !== null)
    .filter((clause) => !tagged || !clause.some((word) => MADE_BY_TAGGING.has(word)));
}

/** The words of which one must be there for the token to match, or null when that cannot be said. */
function wordsOf(token: Token): string[] | null {
  if (token.optional || token.negative || token.fuzzy || token.pos !== undefined) return null;
  if (token.fastOr) return [...token.fastOr];
  if (token.word !== undefined) return [token.word];
  return null;
}

/** A phrase that the trigger is written for but does not match, or null. */
function findMissed(sequences: readonly (readonly Token[])[]): string | null {
  for (const tokens of sequences) {
    for (const filled of tokens.some((token) => token.optional) ? [false, true] : [false]) {
      const phrase = samplePhrase(tokens, filled);
      if (phrase === null) continue;
      const sentences = tokenize(phrase);
      const matches = (sequence: readonly Token[]): boolean =>
        sentences.some((terms) => matchTerms(terms, sequence).length > 0);
      // Nearly always its own sequence matches it; asking the hundreds of others first would be slow.
      if (!matches(tokens) && !sequences.some(matches)) return phrase;
    }
  }
  return null;
}

/** A phrase for these tokens, with or without what is optional; null where a token has no obvious words. */
function samplePhrase(tokens: readonly Token[], filled: boolean): string | null {
  const words: string[] = [];
  for (const token of tokens) {
    if (token.optional && !filled) continue;
    const [word] = token.fastOr ?? [];
    if (token.negative && token.optional) continue;
    if (token.anything || token.negative) words.push("something");
    else if (token.root !== undefined && word !== undefined) words.push(word);
    else if (token.word !== undefined) words.push(token.word);
    else if (word !== undefined) words.push(word);
    else return null;
  }
  return words.join(" ");
}
