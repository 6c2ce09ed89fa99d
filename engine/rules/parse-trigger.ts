import { RE2JS, RE2JSException } from "re2js";
import type { Test } from "./automaton.ts";
import { isTag, isTermMethod, matchTerms, parseMatch } from "./compromise.ts";
import type { Anchor } from "./run-automaton.ts";
import { QUESTION_MARK, wordsOfTrigger } from "./terms.ts";
import { choice, mayBeEmpty, one, repeat, type WordShape } from "./word-shape.ts";

/** A trigger in match syntax, understood. */
export interface ParsedTrigger {
  readonly shape: WordShape;
  readonly from: Anchor;
  readonly to: Anchor;
  /** Whether compromise must read the message for it: for parts of speech and what else only it knows. */
  readonly tagged: boolean;
}

const REPEATS_MAX = 20; // of `.{0,20}`; a longer gap is written with `*`
const DEPTH_MAX = 5; // groups in groups; deeper ones nobody can read

/** Words, plain groups and regular expressions that were read before, as they are written: triggers share most of theirs. */
export type ReadAtoms = Map<string, readonly WordShape[]>;

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

class Misread extends Error {}

interface Reader {
  readonly source: string;
  at: number;
  tagged: boolean;
  readonly atoms: ReadAtoms;
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

const ANY: WordShape = { kind: "test", test: { kind: "any" } };

// What nearly every group is; none of its alternatives is empty.
const PLAIN_GROUP = /\(([a-z]+(?:[ |][a-z]+)*)\)/y;

/** A group of plain words, read without the detours that other groups need; null for those. */
function readPlainGroup(reader: Reader): readonly WordShape[] | null {
  PLAIN_GROUP.lastIndex = reader.at;
  const [written, alternatives] = PLAIN_GROUP.exec(reader.source) ?? [];
  if (written === undefined || alternatives === undefined) return null;
  reader.at += written.length;
  return once(reader, written, () => {
    const choices = alternatives.split("|").map((alternative) => readPlainWords(reader, alternative));
    return [choice(choices)];
  });
}

function readPlainWords(reader: Reader, written: string): WordShape {
  if (!written.includes(" ")) return one(wordShapes(reader, written)); // nearly all of them
  return one(written.split(" ").flatMap((word) => wordShapes(reader, word)));
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
      return repeat(shape, least, most);
    }
    default:
      return shape;
  }
}

const REGEX = /\/((?:\\.|[^\s/\\])+)\//y;

/** `/colou?r/` in place of a word: RE2 syntax, so that no pattern can stop a server. */
function readRegex(reader: Reader): readonly WordShape[] {
  REGEX.lastIndex = reader.at;
  const [written, pattern] = REGEX.exec(reader.source) ?? [];
  if (written === undefined || pattern === undefined)
    throw new Misread("a `/` has no second one; a regular expression is written /like-this/, without spaces");
  reader.at += written.length;
  return once(reader, written, () => {
    if (pattern === ".") return [ANY];
    const regex = RE2JS.compile(pattern, RE2JS.CASE_INSENSITIVE);
    return [{ kind: "test", test: { kind: "where", holds: ({ normal }) => regex.test(normal) } }];
  });
}

const SPECIAL = /#(\w+)|@(\w+)|\{[^{}|]+\}|~[^~\s]+~|%[^%\s]+%|<[^<>\s]+>/y;

/** What only compromise can judge: parts of speech, all forms of a word, near misspellings … */
function readSpecial(reader: Reader): WordShape {
  SPECIAL.lastIndex = reader.at;
  const [written, tag, method] = SPECIAL.exec(reader.source) ?? [];
  if (written === undefined) throw misplaced(reader);
  if (tag !== undefined && !isTag(tag)) throw new Misread(`\`#${tag}\` is not a part of speech`);
  if (method !== undefined && !isTermMethod(method)) throw new Misread(`\`@${method}\` is not known`);
  reader.at += written.length;
  if (method === "hasQuestionMark") return { kind: "test", test: { kind: "word", word: [QUESTION_MARK] } };
  const [token, ...more] = parseMatch(written);
  if (token === undefined || more.length > 0) throw new Misread(`\`${written}\` is not understood`);
  if (token.fastOr !== undefined && token.pos === undefined) {
    return {
      kind: "test",
      test: { kind: "word", word: [...token.fastOr].flatMap((word) => wordsOfTrigger(word).slice(0, 1)) },
    };
  }
  reader.tagged = true;
  return {
    kind: "test",
    test: {
      kind: "where",
      holds: ({ tagged }) => tagged !== undefined && matchTerms([tagged], [token]).length > 0,
    },
  };
}

const WORD = /[^\s()|?+*{}!^$#@<>%~/\\[\]]+/y;

function readWord(reader: Reader): readonly WordShape[] {
  WORD.lastIndex = reader.at;
  const [written] = WORD.exec(reader.source) ?? [];
  if (written === undefined) throw misplaced(reader);
  reader.at += written.length;
  const shapes = wordShapes(reader, written);
  if (shapes.length === 0) throw new Misread(`\`${written}\` is not understood`);
  return shapes;
}

function wordShapes(reader: Reader, written: string): readonly WordShape[] {
  return once(reader, written, () =>
    wordsOfTrigger(written).map((word): WordShape => ({
      kind: "test",
      test: { kind: "word", word: [word] },
    })),
  );
}

function once({ atoms }: Reader, written: string, read: () => readonly WordShape[]): readonly WordShape[] {
  const known = atoms.get(written);
  if (known !== undefined) return known;
  const made = read();
  atoms.set(written, made);
  return made;
}

/** What is wrong where the reader stands. */
function misplaced({ source, at }: Reader): Misread {
  switch (source[at]) {
    case "[":
    case "]":
      return new Misread(
        "square brackets are not accepted; write (a|b) for a choice and (a|b)? for an optional one",
      );
    case "|":
      return new Misread("`|` stands outside of a group; write (a|b)");
    case ")":
      return new Misread("a `)` has no `(`");
    case "^":
    case "$":
      return new Misread("`^` stands first in a trigger and `$` last, not in a group");
    case undefined:
      return new Misread("a word is missing");
    default:
      return new Misread(`\`${source[at] ?? ""}\` is not understood`);
  }
}

function take(reader: Reader, sign: string): boolean {
  skipSpace(reader);
  if (reader.source[reader.at] !== sign) return false;
  reader.at += 1;
  return true;
}

function skipSpace(reader: Reader): void {
  while (isSpaceAt(reader.source, reader.at)) reader.at += 1;
}

function isSpaceAt(source: string, at: number): boolean {
  const code = source.charCodeAt(at);
  return code < 0x80 ? code === 32 || (code >= 9 && code <= 13) : /\s/.test(source[at] ?? "");
}
