import type { Piece } from "./phone-pieces.ts";
import type { Reading, Word } from "./reading.ts";

const DIGITS: ReadonlyMap<string, string> = new Map([
  ["zero", "0"], ["oh", "0"], ["o", "0"], ["nought", "0"], ["naught", "0"], ["nil", "0"], ["one", "1"], ["two", "2"],
  ["three", "3"], ["four", "4"], ["five", "5"], ["six", "6"], ["seven", "7"], ["eight", "8"], ["nine", "9"],
]); // prettier-ignore
const TIMES: ReadonlyMap<string, number> = new Map([
  ["double", 2],
  ["triple", 3],
  ["treble", 3],
]);
const WORD_CHARS_MAX = 6; // of the words above; a hyphenated row of them is longer
const DIGITS_MIN = 7; // fewer are counted, not dialled
const DIGITS_MAX = 40;
/** "zero four one two 345 678": digits in figures go on a number that is well begun in words and not yet whole. */
const WORDS_FIRST_MIN = 3;
const TYPED_AFTER_MAX = 9;

/** Numbers said digit by digit ("oh four one two, triple five …"), as pieces without groups of their own. */
export function spokenDigits({ words }: Reading): readonly Piece[] {
  const pieces: Piece[] = [];
  let i = 0;
  while (i < words.length) {
    const first = words[i];
    if (first === undefined || !begins(first)) {
      i += 1;
      continue;
    }
    const { digits, end } = readFrom(words, i);
    const last = words[end - 1];
    if (digits.length >= DIGITS_MIN && last !== undefined) pieces.push(pieceOf(words, i, last, digits));
    i = Math.max(end, i + 1);
  }
  return pieces;
}

/** Looked at for every word of every message, so it asks for the length first. */
function begins({ lower }: Word): boolean {
  if (lower.length > WORD_CHARS_MAX && !lower.includes("-")) return false;
  return DIGITS.has(lower) || TIMES.has(lower) || (lower.includes("-") && digitsOf(lower) !== null);
}

function readFrom(words: readonly Word[], from: number): { readonly digits: string; readonly end: number } {
  let digits = "";
  let end = from;
  while (end < words.length && digits.length < DIGITS_MAX) {
    const word = words[end];
    if (word === undefined || (end > from && !/^[\s,.-]{1,3}$/.test(word.gap))) break;
    const times = TIMES.get(word.lower);
    const typed =
      end - from >= WORDS_FIRST_MIN && digits.length < TYPED_AFTER_MAX && /^\d{2,4}$/.test(word.lower);
    const said = typed
      ? word.lower
      : digitsOf(times === undefined ? word.lower : (words[end + 1]?.lower ?? ""));
    if (said === null) break;
    digits += times === undefined ? said : said.repeat(times);
    end += times === undefined ? 1 : 2;
  }
  return { digits, end };
}

function digitsOf(word: string): string | null {
  if (/^\d$/.test(word)) return word;
  if (!word.includes("-")) return DIGITS.get(word) ?? null;
  const digits = word.split("-").map((part) => DIGITS.get(part));
  return digits.includes(undefined) ? null : digits.join("");
}

function pieceOf(words: readonly Word[], first: number, last: Word, digits: string): Piece {
  const word = words[first];
  const span = { start: word?.start ?? 0, end: last.end };
  const before = words[first - 1];
  const plus = before?.lower === "plus";
  const block = { ...span, digits, groups: [digits.length] };
  const start = plus ? before.start : span.start;
  return {
    start,
    end: span.end,
    blocks: [block],
    digits,
    plus,
    international: plus || digits.startsWith("00"),
    shape: null,
  };
}
