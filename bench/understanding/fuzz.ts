import type { Context } from "../../engine/understand/understanding.ts";
import { chanceFrom, type Chance } from "./chance.ts";
import {
  CUES,
  DIGITS,
  ADDRESSES,
  MARKS,
  STOPS,
  SCRIPTS,
  EMOJI,
  SURROGATES,
  BLANKS,
  NAMES,
  type Pieces,
} from "./fuzz-pieces.ts";
import type { PlainRule } from "./plain-shapes.ts";
import type { Message } from "./sample.ts";

export const CHARS_MAX = 4_000; // the longest message there is

/** Makes the next piece of a text. Pieces are joined as they are. */
type Piece = (chance: Chance) => string;

export interface FuzzKind {
  readonly kind: string;
  /** A generator of pieces; it may first settle on what this text is to repeat. */
  readonly begin: (chance: Chance) => Piece;
  /** Of a kind that repeats one thing: the things. Each of them has a curve of its own. */
  readonly repeats?: readonly string[];
}

const from =
  (pieces: Pieces): FuzzKind["begin"] =>
  () =>
  (chance) =>
    chance.oneOf(pieces);
/** Repeats one of the pieces, or two of them in turn: what hardly varies is the worst for what searches. */
function repeated(kind: string, pieces: Pieces): FuzzKind {
  return {
    kind,
    begin: (chance) => {
      const pattern = chance.oneOf(pieces) + (chance.next() < 0.5 ? chance.oneOf(pieces) : "");
      return () => pattern;
    },
    repeats: pieces,
  };
}

/** Every kind of text that is hard on something: on the rules' words, on a finder, on what splits text up. */
export function fuzzKinds(messages: readonly Message[], rules: readonly PlainRule[]): readonly FuzzKind[] {
  const [firstText = "", ...moreTexts] = messages.map(({ text }) => text);
  const texts: Pieces = [firstText, ...moreTexts];
  const phrases = rules.flatMap(({ shapes }) =>
    shapes.map((shape) => shape.map((part) => (part.kind === "gap" ? ["thing"] : part.phrases))),
  );
  const vocabulary = [...new Set(phrases.flat(2))].map((word) => `${word} `);
  const [firstWord = "", ...moreWords] = vocabulary;
  const ruleWords: Pieces = [firstWord, ...moreWords];
  const phrase = (chance: Chance, share: number): string => {
    const parts = phrases[chance.below(phrases.length)] ?? [];
    const kept = parts.slice(0, Math.max(1, Math.ceil(parts.length * share)));
    return `${kept.map((choices) => choices[chance.below(choices.length)] ?? "").join(" ")} `;
  };
  const cut = (chance: Chance): string => {
    const text = chance.oneOf(texts);
    const begin = chance.below(text.length);
    return chance.next() < 0.5 ? `${text} ` : text.slice(begin, begin + 1 + chance.below(60));
  };
  const single: readonly FuzzKind[] = [
    { kind: "pieces of messages", begin: () => cut },
    {
      kind: "one message repeated",
      begin: (chance) => {
        const text = `${chance.oneOf(texts)} `;
        return () => text;
      },
    },
    { kind: "rule words shuffled", begin: from(ruleWords) },
    repeated("rule words repeated", ruleWords),
    { kind: "triggers", begin: () => (chance) => phrase(chance, 1) },
    {
      kind: "one trigger repeated",
      begin: (chance) => {
        const text = phrase(chance, 1);
        return () => text;
      },
    },
    {
      kind: "half a trigger repeated",
      begin: (chance) => {
        const text = phrase(chance, 0.6);
        return () => text;
      },
    },
    { kind: "name cues", begin: from(CUES) },
    repeated("name cues repeated", CUES),
    { kind: "names", begin: from(NAMES) },
    { kind: "cues and names", begin: () => (chance) => chance.oneOf(CUES) + chance.oneOf(NAMES) },
    { kind: "digits", begin: from(DIGITS) },
    repeated("digits repeated", DIGITS),
    { kind: "addresses", begin: from(ADDRESSES) },
    repeated("addresses repeated", ADDRESSES),
    { kind: "apostrophes and hyphens", begin: from(MARKS) },
    repeated("apostrophes and hyphens repeated", MARKS),
    { kind: "stops and brackets", begin: from(STOPS) },
    repeated("stops and brackets repeated", STOPS),
    { kind: "many scripts", begin: from(SCRIPTS) },
    repeated("one script repeated", SCRIPTS),
    { kind: "emoji", begin: from(EMOJI) },
    { kind: "lone surrogates", begin: from(SURROGATES) },
    { kind: "line ends and blanks", begin: from(BLANKS) },
    repeated("line ends and blanks repeated", BLANKS),
    { kind: "one endless word", begin: () => (chance) => String.fromCharCode(97 + chance.below(26)) },
    repeated("one letter", ["a", "A", "1", "-", "@", " ", "é", "田"]),
    { kind: "capitals", begin: () => (chance) => `${chance.oneOf(ruleWords).toUpperCase()}` },
    {
      kind: "any characters",
      begin: () => (chance) => String.fromCharCode(chance.below(chance.next() < 0.8 ? 0x250 : 0x10000)),
    },
  ];
  return [...single, { kind: "a bit of everything", begin: (chance) => mixed(single, chance) }];
}

function mixed(kinds: readonly FuzzKind[], chance: Chance): Piece {
  const pieces = kinds.map(({ begin }) => begin(chance));
  return (chance) => (pieces[chance.below(pieces.length)] ?? String)(chance);
}

/** A text of exactly `length` UTF-16 units. */
export function textOf(kind: FuzzKind, length: number, chance: Chance): string {
  const piece = kind.begin(chance);
  const pieces: string[] = [];
  for (let made = 0; made < length;) {
    const next = piece(chance) || " ";
    pieces.push(next);
    made += next.length;
  }
  return pieces.join("").slice(0, length);
}

export const FIELDS: readonly (readonly string[])[] = [
  [],
  ["name"],
  ["email"],
  ["phone"],
  ["name", "phone"],
  ["name", "email", "phone"],
];
const REGIONS: readonly (string | null)[] = [null, "US", "AU", "IN", "DE"];

/** The nth fuzzed message, and its kind: a tenth have the full length, the rest are mostly as short as people write. */
export function fuzzed(kinds: readonly FuzzKind[], nth: number): Message & { readonly kind: string } {
  const chance = chanceFrom(nth + 1);
  const kind = kinds[nth % kinds.length];
  if (kind === undefined) throw new Error("there are no kinds of texts");
  const way = chance.next();
  const length =
    way < 0.1 ? CHARS_MAX : way < 0.2 ? 1 + chance.below(CHARS_MAX) : Math.ceil(CHARS_MAX ** chance.next());
  const text = textOf(kind, length, chance);
  return { kind: kind.kind, text, context: contextOf(text, chance) };
}

function contextOf(text: string, chance: Chance): Context {
  const previous = chance.next();
  return {
    requested: FIELDS[chance.below(FIELDS.length)] ?? [],
    previous:
      previous < 0.5 ? null : previous < 0.9 ? "Hi, I'm Sarah from support. What is your name?" : text,
    region: REGIONS[chance.below(REGIONS.length)] ?? null,
  };
}
