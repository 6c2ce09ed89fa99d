import { displayName } from "./display-name.ts";
import type { Candidate } from "./candidate.ts";
import {
  endsClause,
  endsSentence,
  hasDigit,
  isAddress,
  isCapitalised,
  isCode,
  isInAddress,
  isLetter,
  isMarked,
  skipOpening,
  type Page,
} from "./name-page.ts";
import { TITLES, type NameWords } from "./name-parts.ts";
import { readName } from "./name-words.ts";
import { gapAfter, type Reading } from "./reading.ts";
import { isFamilyName, isSurname, wordKind } from "./vocabulary.ts";

/** The answer to "what is your name?": a name at the beginning of one of the first sentences. `at` is where it was looked
 *  for first; `asks` when it is itself a question ("Mike?"). */
export interface Answer {
  readonly words: NameWords | null;
  readonly at: number;
  readonly asks: boolean;
}

const SENTENCES_MAX = 2; // what stands later is about something else

/** "That would be Lena", "just Lena", "put Lena", and "I am" in other tongues: only in an answer. */
const LEADS_IN = new Set(
  "that that'd that's thats would be for put just simply only use jestem sono sou jag är 저는 나는".split(
    " ",
  ),
);

export function answered(page: Page): Answer {
  const { reading } = page;
  const looked: number[] = [];
  for (let k = 0; k < Math.min(SENTENCES_MAX, reading.sentences.length); k++) {
    const sentence = reading.sentences[k];
    let at = skipOpening(reading, k);
    while (at < (sentence?.last ?? 0) && LEADS_IN.has(reading.words[at]?.lower ?? "")) at++;
    if (reading.words[at]?.lower === "i" && /^meant?$/.test(reading.words[at + 1]?.lower ?? "")) at += 2;
    if (sentence === undefined || at > sentence.last) continue;
    looked.push(at);
    if (isOwnSpelling(reading, at, at + 1)) at++;
    const words = readName(page, at, "asked");
    if (words === null || words.last > sentence.last) continue;
    if (isAddressed(reading, at, words)) continue;
    // "Mike?" and nothing else is an answer, given hesitantly.
    const whole = reading.sentences.length === 1 && at === 0;
    return { words, at, asks: sentence.question && words.last === sentence.last && !whole };
  }
  return { words: null, at: looked[0] ?? 0, asks: false };
}

/** "T-H-E-O Theo": the word at `spelled` is the one at `index`, letter by letter. */
function isOwnSpelling({ words }: Reading, spelled: number, index: number): boolean {
  const lower = words[spelled]?.lower ?? "";
  return lower.charAt(1) === "-" && lower.replaceAll("-", "") === words[index]?.lower;
}

/** The first name behind the surname in "NOVAK, Marta", where that is all that is said; null otherwise. */
export function surnameFirst(page: Page, surname: NameWords): NameWords | null {
  const { reading } = page;
  const at = surname.last + 1;
  if (surname.first !== 0 || reading.words[at]?.gap !== ", ") return null;
  const [last, first] = [reading.words[0], reading.words[at]];
  if (last === undefined || first === undefined) return null;
  const words = readName(page, at, "asked");
  if (words === null || words.first !== at || words.last !== reading.words.length - 1) return null;
  if (isUpper(reading, surname) && isCapitalised(reading, first) && !isUpper(reading, words)) return words;
  if (wordKind(first.lower) !== "name" || isFamilyName(first.lower)) return null;
  const isUnheardOf = wordKind(last.lower) === "unknown" && isCapitalised(reading, last);
  return isFamilyName(last.lower) || (isUnheardOf && isCapitalised(reading, first)) ? words : null;
}

function isUpper({ text, words }: Reading, { first, last }: NameWords): boolean {
  const typed = text.slice(words[first]?.start, words[last]?.end);
  return typed.length > 1 && typed === typed.toUpperCase();
}

const ACKNOWLEDGING = new Set("thanks you ok okay okey great alright fine please thankyou".split(" "));

const ASKING = new Set("can could would will do did are have".split(" "));

/** "Thank you Sam", "okay Mr Quill", "Sam can you change it": said to Sam. */
function isAddressed({ words }: Reading, at: number, { first, last }: NameWords): boolean {
  const isShort = last === at || (last === at + 1 && first === at && TITLES.has(words[at]?.lower ?? ""));
  if (isShort && words[at]?.gap === " " && ACKNOWLEDGING.has(words[at - 1]?.lower ?? "")) return true;
  const [next, you] = [words[last + 1], words[last + 2]];
  return next?.gap === " " && ASKING.has(next.lower) && you?.lower === "you";
}

/** "o k o r o", "O-K-O-R-O": nothing but letters. */
export function spelledOut({ reading }: Page): Candidate | null {
  const at = skipOpening(reading, 0);
  const { text, words } = reading;
  const first = words[at];
  const last = words[words.length - 1];
  if (first === undefined || last === undefined) return null;
  const letters = text.slice(first.start, last.end);
  if (letters.length > 60 || !/^\p{L}(?:[ ,-]{1,2}\p{L}){2,}$/u.test(letters)) return null;
  const value = displayName(letters.replace(/[^\p{L}]/gu, "").toLowerCase());
  return { value, span: { start: first.start, end: last.end }, extractor: "name/spelled", reason: null };
}

const CLOSINGS = new Set(
  "thanks regards best cheers sincerely you wishes yours faithfully thx truly love".split(" "),
);

/** "Thanks, Mike" and "- Mike" at the very end. */
export function signed(page: Page): NameWords | null {
  const { reading } = page;
  const end = reading.words.length - 1;
  for (let at = end; at >= Math.max(0, end - 2); at--) {
    const word = reading.words[at];
    if (word === undefined || !isCapitalised(reading, word)) return null;
    if (word.gap === " ") continue;
    const before = reading.words[at - 1];
    // "Cafe Rosso - Leeds" is one name of something; "see you then - Mike" is signed.
    const dashed =
      /[\n.!?]\s*[-–—]\s*$/.test(word.gap) ||
      (/^\s+[-–—]\s?$/.test(word.gap) && before !== undefined && !isCapitalised(reading, before));
    const closed =
      before !== undefined && CLOSINGS.has(before.lower) && /^(?:,\s|,?\s*\n\s*[-–—]?\s*)$/.test(word.gap);
    if (!dashed && !closed) continue;
    const words = readName(page, at, "weak");
    return words === null || words.last !== end || reading.tail.includes("?") ? null : words;
  }
  return null;
}

const DETAILS = new Set(
  "phone mobile cell tel contact email mail ssn pnr account ac acct acc card id pin password passcode pw dob no number last confirmation booking".split(
    " ",
  ),
);
const WORDS_MAX = 14; // a list of details is short; a long text is a story
const DIGITS_MIN = 3;
const DIGITS_ENOUGH = 7;

/** A name in front of other details: "rajan 440912", "asha and 9840012345", "Lena Okoro, party of 8". */
export function leading(page: Page): NameWords | null {
  const { reading } = page;
  if (reading.words.length > WORDS_MAX || reading.words.length < 2) return null;
  const at = skipOpening(reading, 0);
  const first = reading.words[at];
  if (first === undefined || wordKind(first.lower) === "ordinary") return null;
  if (!mayHaveDetails(reading)) return null;
  const words = readName(page, at, "asked");
  if (words === null || !endsClause(page, words.last)) return null;
  if (endsSentence(page, words.last)) return isOnOwnLine(page, words) ? words : null;
  if (beginsAddress(reading, words.last + 1)) return isBeforeAddress(page, at, words) ? words : null;
  return isListed(page, words) || isBeforeDetails(page, words) ? words : null;
}

/** The name, and below it the number or the address. */
function isOnOwnLine(page: Page, { first, last }: NameWords): boolean {
  const { reading } = page;
  const next = reading.words[last + 1];
  if (next === undefined || !next.gap.includes("\n")) return false;
  const known = last > first || wordKind(reading.words[first]?.lower ?? "") === "name";
  return known && (digitsFrom(reading, last + 1) >= DIGITS_ENOUGH || isInAddress(page, last + 1));
}

/** A cheap look before reading a name: details have digits, or stand behind a comma or "and". */
function mayHaveDetails({ words }: Reading): boolean {
  return words.some(
    (word) =>
      word.gap === ", " ||
      word.gap.includes("\n") ||
      word.lower === "and" ||
      DETAILS.has(word.lower) ||
      hasDigit(word),
  );
}

/** "Lena Okoro, party of 8": a full name set off by a comma. */
function isListed(page: Page, { first, last }: NameWords): boolean {
  const { words } = page.reading;
  if (last === first || gapAfter(page.reading, last) !== ", ") return false;
  if (
    !isMarked(page, last) ||
    !isCapitalised(page.reading, words[first] ?? { start: 0, end: 0, lower: "", gap: "", sentence: 0 })
  )
    return false;
  const next = words[last + 1]?.lower ?? "";
  return isSurname(words[first]?.lower ?? "") || next === "party" || next === "table";
}

const ADDRESS_WORDS_MAX = 3;

/** Whether an email's local part begins with the word: "vasko" in "vasko.lind@…". */
function beginsAddress(reading: Reading, index: number): boolean {
  for (let k = index; k < index + ADDRESS_WORDS_MAX; k++) {
    const gap = gapAfter(reading, k);
    if (gap.startsWith("@")) return true;
    if (!/^[._+]$/.test(gap)) return false;
  }
  return false;
}

/** "nia, nia@post.example", but not "thanks Tom, nia@post.example". */
function isBeforeAddress({ reading }: Page, at: number, { first, last }: NameWords): boolean {
  const lower = reading.words[first]?.lower ?? "";
  return (
    at === 0 && (wordKind(lower) === "name" || reading.words[last + 1]?.lower.startsWith(lower) === true)
  );
}

function isBeforeDetails(page: Page, { first, last }: NameWords): boolean {
  const { reading } = page;
  const { words } = reading;
  const known = wordKind(words[first]?.lower ?? "") !== "unknown";
  if (!known && last > first + 1) return false;
  const joined = words[last + 1]?.lower === "and";
  const from = last + (joined ? 2 : 1);
  const next = words[from];
  if (next === undefined) return false;
  const digits = digitsFrom(reading, from);
  if (hasDigit(next)) {
    // "lutego 1962" is a date, and four digits are many a code.
    if (!known && !joined && /^\d{1,4}$/.test(next.lower) && digits < DIGITS_ENOUGH) return false;
    return /^\d{4,}$/.test(next.lower) || digits >= DIGITS_ENOUGH || (joined && isCodes(reading, from));
  }
  const detail = words[next.lower === "my" || next.lower === "the" ? from + 1 : from];
  // "emial number": a slip in a label.
  if (!known && !joined && detail === next && /^(?:no|number)$/.test(next.lower)) return false;
  if (detail !== undefined && DETAILS.has(detail.lower)) return joined || digits >= 2;
  return joined ? isCodes(reading, from) : known && isCode(page, from) && digits >= DIGITS_MIN;
}

function digitsFrom({ text, words }: Reading, from: number): number {
  return text.slice(words[from]?.start).replace(/\D/g, "").length;
}

/** "zk 31 q 7": short words and numbers up to the end, or an address. */
function isCodes(reading: Reading, from: number): boolean {
  const rest = reading.words.slice(from);
  if (rest.length === 1 && rest.every(isAddress)) return true;
  return (
    rest.some(hasDigit) && rest.every((word) => hasDigit(word) || isLetter(word) || word.lower.length <= 3)
  );
}
