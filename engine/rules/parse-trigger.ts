import { RE2JSException } from "re2js";
import type { Test } from "./automaton.ts";
import { ANY, readPlainGroup, readRegex, readSpecial, readWord } from "./read-atoms.ts";
import type { Anchor } from "./run-automaton.ts";
import { Misread, misplaced, skipSpace, take, type ReadAtoms, type Reader } from "./trigger-reader.ts";
import { choice, mayBeEmpty, one, repeat, type WordShape, sizeOf } from "./word-shape.ts";

/** A trigger in match syntax, understood. */
export interface ParsedTrigger {
  readonly shape: WordShape;
  readonly from: Anchor;
  readonly to: Anchor;
  /** Whether compromise must read the message for it: for parts of speech and what else only it knows. */
  readonly tagged: boolean;
}

const REPEATED_WORDS_MAX = 500; // of a repeated group, its repeats written out
const REPEATS_MAX = 20; // of `.{0,20}`; a longer gap is written with `*`
const DEPTH_MAX = 5; // groups in groups; deeper ones nobody can read

/** Parses a trigger in match syntax, or says in one sentence what is wrong with it. Never throws. */
export function parseTrigger(source: string, atoms: ReadAtoms): ParsedTrigger | { readonly error: string } {
  const reader: Reader = { source: source.trim(), at: 0, tagged: false, atoms };
  try {
    const from = take(reader, "^") ? "sentence" : "anywhere";
    const shape = readSequence(reader, 0);
    const to = take(reader, "$") ? "sentence" : "anywhere";
    if (reader.at < reader.source.length) throw misplaced(reader);
    return { shape, from, to, tagged: reader.tagged };
  } catch (error) {
    if (error instanceof Misread) return { error: `in the trigger \`${source}\` ${error.message}` };
    const why = error instanceof RE2JSException ? `: ${error.message}` : "";
    return { error: `the trigger \`${source}\` cannot be read as match syntax${why}` };
  }
}

/** Parts one after the other, up to the end, a `|`, a `)` or the closing `$`. */
function readSequence(reader: Reader, depth: number): WordShape {
  const parts: WordShape[] = [];
  for (skipSpace(reader); !isAtEnd(reader); skipSpace(reader)) parts.push(...readPart(reader, depth));
  return { kind: "sequence", parts };
}

function isAtEnd({ source, at }: Reader): boolean {
  const next = source[at];
  return next === undefined || next === "|" || next === ")" || (next === "$" && at === source.length - 1);
}

/** A word, group or sign with what stands behind it; `don't` is two words. */
function readPart(reader: Reader, depth: number): WordShape[] {
  const not = take(reader, "!");
  const parts = readAtom(reader, depth);
  const next = reader.source[reader.at];
  const quantified = next === "?" || next === "+" || next === "*" || next === "{";
  // `don't?` and `!don't` are about all of its words.
  const whole: WordShape[] = quantified || not ? [one(parts)] : [...parts];
  const last = whole.length - 1;
  const final = whole[last];
  if (final === undefined) throw misplaced(reader);
  whole[last] = quantify(reader, not ? negate(final) : final);
  return whole;
}

function readAtom(reader: Reader, depth: number): readonly WordShape[] {
  switch (reader.source[reader.at]) {
    case "(":
      if (depth === DEPTH_MAX)
        throw new Misread(`groups stand more than ${DEPTH_MAX} deep; write several triggers`);
      return readPlainGroup(reader) ?? [readGroup(reader, depth)];
    case ".":
      reader.at += 1;
      return [ANY];
    case "*":
      return [ANY]; // its own quantifier
    case "/":
      return readRegex(reader);
    case "#":
    case "@":
    case "{":
    case "~":
    case "%":
    case "<":
      return [readSpecial(reader)];
    default:
      return readWord(reader);
  }
}

function readGroup(reader: Reader, depth: number): WordShape {
  reader.at += 1;
  const choices: WordShape[] = [];
  do {
    const choice = readSequence(reader, depth + 1);
    if (choice.kind === "sequence" && choice.parts.length === 0)
      throw new Misread("a group has an empty alternative; write (a|b)? for an optional one");
    if (mayBeEmpty(choice))
      throw new Misread(
        "a `?` stands inside a group; put it behind the group, or write the choice with and without",
      );
    choices.push(choice);
  } while (take(reader, "|"));
  if (!take(reader, ")"))
    throw reader.at < reader.source.length ? misplaced(reader) : new Misread("a `(` has no `)`");
  return choice(choices);
}

/** `!(a|b)`: one word that is none of these. */
function negate(shape: WordShape): WordShape {
  return { kind: "test", test: { kind: "not", test: testOf(shape) } };
}

function testOf(shape: WordShape): Test<readonly string[]> {
  if (shape.kind === "test") return shape.test;
  if (shape.kind === "choice") return { kind: "oneOf", tests: shape.parts.map(testOf) };
  throw new Misread("`!` stands before several words; it looks at one word only");
}

function quantify(reader: Reader, shape: WordShape): WordShape {
  const { source, at } = reader;
  switch (source[at]) {
    case "?":
      reader.at += 1;
      return { kind: "optional", of: shape };
    case "+":
      reader.at += 1;
      return { kind: "repeated", of: shape };
    case "*":
      reader.at += 1;
      return { kind: "optional", of: { kind: "repeated", of: shape } };
    case "{": {
      const bounds = /^\{(\d{1,3})(?:, ?(\d{1,3}))?\}/.exec(source.slice(at, at + 12));
      if (bounds === null) throw new Misread("a `{` stands behind a word; accepted: {2} or {0,3}");
      reader.at += bounds[0].length;
      const [least, most] = [Number(bounds[1]), Number(bounds[2] ?? bounds[1])];
      if (most > REPEATS_MAX || most < least || most === 0)
        throw new Misread(
          `\`${bounds[0]}\` repeats strangely; accepted: up to ${REPEATS_MAX} times, the smaller number first`,
        );
      // Repeats in repeats multiply: they are counted before they are written out.
      if (sizeOf(shape).words * most > REPEATED_WORDS_MAX)
        throw new Misread(
          `\`${bounds[0]}\` repeats more than ${REPEATED_WORDS_MAX} words in all; write several triggers`,
        );
      return repeat(shape, least, most);
    }
    default:
      return shape;
  }
}
