import {
  endsClause,
  endsSentence,
  isCode,
  isForeignToNames,
  isLetter,
  isMarked,
  isNameShaped,
  isSpelling,
  type Page,
} from "./name-page.ts";
import { isCommon, isListed, isQuality, isSurname, wordKind } from "./vocabulary.ts";

/** How sure it is, before looking at the words, that the customer's name stands here: "my name is …" is strong, the answer
 *  to "what is your name?" less so, "book it under …" names many things, and "I'm …" and "this is …" mostly no name. */
export type Certainty = "strong" | "asked" | "booking" | "weak";

/** Word indices [first, last] of a name. `first` includes a title only where the name is nothing without it. */
export interface NameWords {
  readonly first: number;
  readonly last: number;
}

export const NAME_WORDS_MAX = 5;
export const TITLES = new Set("mr mrs ms miss mister dr doctor prof professor sir madam mx".split(" "));
export const PARTICLES = new Set(
  (
    "de da do dos das del della di du la le van der den ter ten von zu zum bin ibn bint al el abu ben st saint san santa " +
    "mac mc o y e af av dela delos"
  ).split(" "),
);

/** Whether the word goes on a name that began at `first`. */
export function isPart(page: Page, first: number, index: number, certainty: Certainty): boolean {
  const { words } = page.reading;
  const word = words[index];
  const head = words[first];
  if (word === undefined || head === undefined || !isNameShaped(word) || TITLES.has(word.lower)) return false;
  if (word.sentence !== head.sentence) return false;
  if (isLetter(word)) return isMiddleInitial(page, first, index, certainty);
  if (isCommon(word.lower)) {
    const alone = isMarked(page, index)
      ? isMarked(page, first) && isAloneAtEnd(page, index)
      : isSurname(word.lower);
    return alone && index === first + 1 && endsSentence(page, index);
  }
  if (word.lower === head.lower || isCode(page, index)) return false;
  if (endsClause(page, index - 1) && !isLetter(words[index - 1])) return false;
  if (isMarked(page, first) && isMarked(page, index)) return true;
  const kind = wordKind(word.lower);
  if (kind === "name") return true;
  if (!endsClause(page, index)) return kind === "unknown" && certainty !== "weak" && !isMarked(page, first);
  return kind === "unknown" || isSurname(word.lower) || (certainty !== "weak" && !isQuality(word.lower));
}

/** "lena q okoro", "Nuru B.": not the pronoun, a code's letter or a spelling. */
export function isMiddleInitial(page: Page, first: number, index: number, certainty: Certainty): boolean {
  const { words } = page.reading;
  const lower = words[index]?.lower;
  if (lower === "i" || isSpelling(page, index) || isCode(page, index)) return false;
  if (isMarked(page, index)) return true;
  if (endsClause(page, index)) return !/^[nurxy]$/.test(lower ?? "");
  return /^\.? $/.test(words[index + 1]?.gap ?? "") && isPart(page, first, index + 1, certainty);
}

export function beginsWeakly(page: Page, index: number): boolean {
  const lower = page.reading.words[index]?.lower ?? "";
  const marked = isMarked(page, index);
  switch (wordKind(lower)) {
    case "name":
      return true;
    case "either":
      return marked || (!isQuality(lower) && (!page.careful || endsClause(page, index)));
    case "unknown":
      // Where a script has capitals, a name in it has one: "это Иван" and "это срочно".
      if (isConsonants(page, index) || (!marked && /[a-z]{4}ed$/.test(lower))) return false;
      return marked || !/^[\p{Script=Cyrillic}\p{Script=Greek}]/u.test(lower);
    case "ordinary":
      return marked && isMarked(page, index + 1) && isNameNext(page, index);
  }
}

/** "Havana Okoro": an ordinary word is a first name when a name follows it. */
export function isNameNext(page: Page, index: number): boolean {
  const next = page.reading.words[index + 1];
  return (
    next !== undefined &&
    next.gap === " " &&
    !endsSentence(page, index) &&
    !isForeignToNames(page, index + 1) &&
    wordKind(next.lower) !== "ordinary"
  );
}

/** "brb", "thx": no vowel and no capital. */
export function isConsonants(page: Page, index: number): boolean {
  const lower = page.reading.words[index]?.lower ?? "";
  return !isMarked(page, index) && lower !== "ng" && /^[bcdfghj-np-tvwxz]+$/.test(lower);
}

/** An ordinary word that can be a first name: nobody is called "wrong". */
export function isFirstName(page: Page, index: number): boolean {
  const lower = page.reading.words[index]?.lower ?? "";
  return (
    isMarked(page, index) ||
    isSurname(lower) ||
    !isQuality(lower) ||
    (!isListed(lower) && isTitled(page, index))
  );
}

/** A capital and small letters: "Ana", and neither "ana" nor "ANA". */
export function isTitled({ reading }: Page, index: number): boolean {
  const word = reading.words[index];
  return word !== undefined && /^\p{Lu}\p{Ll}/u.test(reading.text.slice(word.start, word.start + 2));
}

/** "My name is Always.": any word is a name where it has a capital and ends the sentence. */
export function isAloneAtEnd(page: Page, index: number): boolean {
  return endsSentence(page, index) && isTitled(page, index);
}
