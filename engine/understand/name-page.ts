import { gapAfter, typed, type Reading, type Word } from "./reading.ts";
import { isCommon, wordKind } from "./vocabulary.ts";

/** A text whose words are looked at as names. */
export interface Page {
  readonly reading: Reading;
  /** Its author writes capitals inside of sentences too, so that they mean something there. */
  readonly careful: boolean;
}

const WORD_CHARS_MAX = 30;

/** What may follow a name that nothing else sets off: another clause, or another detail. */
const FOLLOWERS = new Set(
  (
    "and or but so because who here from speaking calling i i'm im i've ive i'd id i'll this that my mine our we you your again not no with also am " +
    "is are was has have had can could would will may do does did the please pls plz wants needs want need " +
    "phone mobile cell tel contact email mail ssn pnr account ac acct acc card dob id pin password passcode pw number booking reservation last confirmation " +
    "spelled spelt spelling short thanks thank hi hello how what when where which है हूँ हूं और и і και und y moje mój"
  ).split(" "),
);

/** Looks at a reading as names. */
export function openPage(reading: Reading): Page {
  return { reading, careful: reading.capitals === "mixed" && hasInnerCapital(reading) };
}

/** A capital that neither the beginning of a sentence nor the pronoun explains. */
function hasInnerCapital(reading: Reading): boolean {
  let sentence = -1;
  for (const word of reading.words) {
    const opens = word.sentence !== sentence;
    sentence = word.sentence;
    if (!opens && isCapitalised(reading, word) && !/^i(?:'|$)|^im$/.test(word.lower)) return true;
  }
  return false;
}

export function isCapitalised(reading: Reading, word: Word): boolean {
  const code = reading.text.charCodeAt(word.start);
  if (code < 0x80) return code >= 0x41 && code <= 0x5a;
  return /^\p{Lu}/u.test(typed(reading, word));
}

/** Whether the word has a capital that means something. */
export function isMarked({ reading, careful }: Page, index: number): boolean {
  const word = reading.words[index];
  return careful && word !== undefined && isCapitalised(reading, word);
}

/** Letters only, and not longer than names are. */
export function isNameShaped(word: Word): boolean {
  return word.end - word.start <= WORD_CHARS_MAX && !hasDigit(word);
}

export function hasDigit({ lower }: Word): boolean {
  for (let k = 0; k < lower.length; k++) {
    const code = lower.charCodeAt(k);
    if (code >= 0x30 && code <= 0x39) return true;
    if (code > 0x7f) return /\p{N}/u.test(lower);
  }
  return false;
}

/** A single Latin letter. */
export function isLetter(word: Word | undefined): boolean {
  if (word === undefined || word.end - word.start !== 1) return false;
  const code = word.lower.charCodeAt(0);
  return code >= 0x61 && code <= 0x7a;
}

/** Whether nothing that belongs to a name follows the word at `index`: a hard end, or a new clause. */
export function endsClause(page: Page, index: number): boolean {
  if (endsHard(page, index)) return true;
  const next = page.reading.words[index + 1];
  if (next === undefined || !FOLLOWERS.has(next.lower)) return false;
  // "Elena May": what ends the sentence begins no clause.
  return next.lower !== "may" || !endsSentence(page, index + 1);
}

/** Whether something other than more words ends the clause: a stop, a number, a code, "and". */
export function endsHard(page: Page, index: number): boolean {
  const { words } = page.reading;
  const next = words[index + 1];
  if (next === undefined || endsSentence(page, index)) return true;
  // The full stop of an initial ends nothing: "John F. Harlow".
  if (next.gap !== " " && !/^[^\S\n\r]+$/.test(next.gap) && !(next.gap === ". " && isLetter(words[index])))
    return true;
  return (
    next.lower === "and" ||
    isSpelledAt(page, index + 1) ||
    hasDigit(next) ||
    isAddress(next) ||
    isArabicAnd(next) ||
    isCode(page, index + 1)
  );
}

/** "وأريد": Arabic writes "and" onto the word. */
function isArabicAnd({ lower }: Word): boolean {
  return lower.length > 3 && lower.charCodeAt(0) === 0x648;
}

/** Whether the sentence ends with the word at `index`. */
export function endsSentence({ reading }: Page, index: number): boolean {
  return reading.words[index + 1]?.sentence !== reading.words[index]?.sentence;
}

/** "a d a": letter by letter. */
export function isSpelling({ reading }: Page, index: number): boolean {
  const two = reading.words[index + 1];
  return two?.gap === " " && isLetter(reading.words[index]) && isLetter(two);
}

/** "t h e o", "T-H-E-O": three letters and more that spell what was said before. */
function isSpelledAt({ reading: { words } }: Page, index: number): boolean {
  const word = words[index];
  if (word === undefined) return false;
  if (word.lower.charAt(1) === "-" && word.lower.charAt(3) === "-") return true;
  return isLetter(word) && isLetter(words[index + 1]) && isLetter(words[index + 2]);
}

/** "kbd 310", "j 33": a letter, or a few letters that are no known word, before digits are a code. */
export function isCode({ reading }: Page, index: number): boolean {
  const word = reading.words[index];
  const next = reading.words[index + 1];
  if (word === undefined || next === undefined || next.gap !== " " || !hasDigit(next)) return false;
  if (isLetter(word)) return true;
  return /^[a-z]+$/.test(word.lower) && isShort(word.lower) && wordKind(word.lower) === "unknown";
}

/** "qx", "eef", "zrt", but not "lin". */
function isShort(lower: string): boolean {
  if (lower.length === 3) return !/^[^aeiouy][aeiou][^aeiouy]$/.test(lower);
  return lower.length < 3 || !/[aeiouy]/.test(lower);
}

/** "lenagmailcom": an address that lost its signs. */
export function isAddress({ lower }: Word): boolean {
  return lower.length > 8 && /(?:mail|yahoo|outlook)com$/.test(lower);
}

/** Whether an email's sign touches the word. */
export function isInAddress({ reading }: Page, index: number): boolean {
  return gapAfter(reading, index).startsWith("@") || reading.words[index]?.gap.endsWith("@") === true;
}

const OPENERS = new Set(
  (
    "hi hello hey hiya yo good morning afternoon evening day there yes yeah yea yep yup sure ok okay okey well so oh um uh right certainly " +
    "absolutely course of thanks thank you please alright fine great and no problem greetings dear sir madam team all mam ma'am " +
    "thankyou ya k hmm actually sorry but maybe it's its umm ummm uhm uhh hm hmmm er erm emm ehm ah eh"
  ).split(" "),
);

/** Index of the first word of a sentence behind greetings and fillers. */
export function skipOpening({ words, sentences }: Reading, sentence: number): number {
  const { first, last } = sentences[sentence] ?? { first: 0, last: -1 };
  let at = first;
  while (at <= last && OPENERS.has(words[at]?.lower ?? "")) at++;
  return at;
}

/** Whether the word can be part of no name: one of every chat's, or with digits. */
export function isForeignToNames(page: Page, index: number): boolean {
  const word = page.reading.words[index];
  return word === undefined || !isNameShaped(word) || isCommon(word.lower) || isInAddress(page, index);
}
