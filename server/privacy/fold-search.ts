import { withPlainApostrophes } from "../../engine/rules/fold-word.ts";

// Only marks that a reader may leave out: Latin, Greek and Cyrillic accents, Hebrew points, Arabic vowel signs. In Devanagari,
// Thai and others marks are vowels, and without them two names are one.
const OPTIONAL_MARKS =
  /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670]/gu;

// Letters that no decomposition leads back to those that people type for them.
const PLAIN_LETTERS: Readonly<Record<string, string>> = {
  ß: "ss",
  æ: "ae",
  œ: "oe",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  ı: "i",
  þ: "th",
  ς: "σ",
};
const SPECIAL = new RegExp(`[${Object.keys(PLAIN_LETTERS).join("")}]`, "gu");
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/** As names, addresses and what people search for are compared: NFKC, lower case, without accents, plain apostrophes
 *  (before NFKC, which makes a space of some). */
export function foldSearch(text: string): string {
  return withPlainApostrophes(text.normalize("NFC"))
    .normalize("NFKC")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(OPTIONAL_MARKS, "")
    .replaceAll(SPECIAL, (letter) => PLAIN_LETTERS[letter] ?? letter)
    .normalize("NFC");
}

/** The words of a folded text: runs of letters, marks and digits of any script. */
export function wordsOf(folded: string): readonly string[] {
  return folded.match(WORD) ?? [];
}

/** The same with what an apostrophe joins as one word: "o'connor" is "oconnor". */
export function joinedWordsOf(folded: string): readonly string[] {
  return wordsOf(folded.replaceAll("'", ""));
}

/** The first `count` code points. */
export function beginningOf(word: string, count: number): string {
  return Array.from(word).slice(0, count).join("");
}
