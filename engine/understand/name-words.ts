import { gapAfter, typed, type Reading, type Word } from "./reading.ts";
import { isCommon, isListed, isSurname, wordKind } from "./vocabulary.ts";

/** How sure it is, before looking at the words, that a name stands here: "my name is …" is strong, "I'm …" is weak, and
 *  the answer to "what is your name?" lies between. */
export type Certainty = "strong" | "asked" | "weak";

/** Word indices [first, last] of a name. `first` includes a title only where the name is nothing without it. */
export interface NameWords {
  readonly first: number;
  readonly last: number;
}

const NAME_WORDS_MAX = 5;
const WORD_CHARS_MAX = 30;
const TITLES = new Set([
  "mr",
  "mrs",
  "ms",
  "miss",
  "mister",
  "dr",
  "doctor",
  "prof",
  "professor",
  "sir",
  "madam",
  "mx",
]);
const PARTICLES = new Set(
  (
    "de da do dos das del della di du la le van der den ter ten von zu zum bin ibn bint al el abu ben st saint san santa " +
    "mac mc o y e af av dela delos"
  ).split(" "),
);
const MONTHS = new Set(["april", "may", "june", "august"]);
/** "May I …", "Will you …" are questions; "May here" and "Will and Tom" are names. */
const MODALS = new Set(["may", "will"]);
const FOLLOWERS_OF_MODALS = new Set(["and", "here", "from", "but", "phone", "email", "number"]);
/** What may follow a lower-case name that nothing else sets off. */
const FOLLOWERS = new Set(
  (
    "and here from speaking calling i i'm im i've i'd my this again but not with am phone mobile cell contact email mail ssn pnr " +
    "account ac acct card id pin password passcode pw number no last confirmation"
  ).split(" "),
);

/** The name that begins at word `at`, or null. Titles are passed over: "Dr Lena Okoro" gives "Lena Okoro"; before a single
 *  word they stay ("Mr Okoro"), because that word is a surname. */
export function readName(reading: Reading, at: number, certainty: Certainty): NameWords | null {
  const title = reading.words[at];
  if (title === undefined) return null;
  const titled = TITLES.has(title.lower) && /^\.?\s+$/.test(gapAfter(reading, at));
  const first = titled ? at + 1 : at;
  const style = reading.capitals;
  const whole = certainty === "asked" ? wholeSentence(reading, at, style) : null;
  if (whole !== null) return whole;
  if (!begins(reading, first, titled ? "strong" : certainty, style)) return null;
  const last = extend(reading, first, certainty, style);
  if (!isSetOff(reading, first, last, certainty, style)) return null;
  return { first: titled && first === last ? at : first, last };
}

/** "Nguyễn Văn An": words with capitals and nothing else, in answer to the question. Each may be an ordinary word. */
function wholeSentence(reading: Reading, at: number, style: Style): NameWords | null {
  const words = reading.words.slice(at, at + NAME_WORDS_MAX);
  const sentence = words[0]?.sentence;
  const own = words.filter((word) => word.sentence === sentence);
  const last = at + own.length - 1;
  if (style !== "mixed" || own.length < 2 || reading.words[last + 1]?.sentence === sentence) return null;
  const fits = own.every(
    (word, index) =>
      isCapitalised(reading, word) &&
      isNameShaped(word) &&
      word.lower !== "i" &&
      (index === 0 || word.gap === " "),
  );
  const foreign = own.filter(
    (word) => wordKind(word.lower) === "unknown" || wordKind(word.lower) === "name",
  ).length;
  return fits && foreign * 2 > own.length && !isCommon(words[0]?.lower ?? "") ? { first: at, last } : null;
}

/** Whether nothing that belongs to a name follows the word at `index`: end, punctuation, a number, a new clause. */
export function endsClause(reading: Reading, index: number): boolean {
  const word = reading.words[index];
  const next = reading.words[index + 1];
  if (word === undefined || next === undefined || next.sentence !== word.sentence) return true;
  if (isSpelling(reading, index + 1) || next.lower === reading.words[index - 1]?.lower) return true;
  return !/^\s+$/.test(next.gap) || /\n/.test(next.gap) || /\d/.test(next.lower) || FOLLOWERS.has(next.lower);
}

/** "a d a": the name again, letter by letter. */
function isSpelling(reading: Reading, index: number): boolean {
  const one = reading.words[index];
  const two = reading.words[index + 1];
  return (
    one !== undefined &&
    two !== undefined &&
    one.end - one.start === 1 &&
    two.end - two.start === 1 &&
    two.gap === " "
  );
}

type Style = Reading["capitals"];

export function isCapitalised(reading: Reading, word: Word): boolean {
  return /^\p{Lu}/u.test(typed(reading, word));
}

function isNameShaped(word: Word): boolean {
  return word.end - word.start <= WORD_CHARS_MAX && !/[\p{N}]/u.test(word.lower);
}

function begins(reading: Reading, index: number, certainty: Certainty, style: Style): boolean {
  const word = reading.words[index];
  if (word === undefined || !isNameShaped(word) || isCommon(word.lower)) return false;
  if (gapAfter(reading, index).startsWith("@") || word.gap.endsWith("@")) return false;
  const next = reading.words[index + 1];
  const sameSentence = next !== undefined && next.sentence === word.sentence;
  if (word.end - word.start === 1 && /[a-z]/.test(word.lower)) {
    // An initial, with a name behind it.
    return (
      sameSentence &&
      isCapitalised(reading, word) &&
      /^\.?\s?$/.test(next.gap) &&
      begins(reading, index + 1, certainty, style)
    );
  }
  const kind = wordKind(word.lower);
  if (MODALS.has(word.lower) && sameSentence && isCommon(next.lower) && !FOLLOWERS_OF_MODALS.has(next.lower))
    return false;
  if (kind === "either" && MONTHS.has(word.lower) && /\d/.test(next?.lower ?? "")) return false;
  if (kind === "unknown" && certainty === "asked" && isCode(reading, index)) return false;
  if (kind !== "ordinary") return true;
  if (certainty === "asked" && isCapitalised(reading, word) && !isListed(word.lower) && !sameSentence)
    return true;
  if (certainty === "strong") return style === "mixed" && isCapitalised(reading, word);
  // "Havana Okoro": an ordinary word is a first name when a name follows it.
  if (!sameSentence || next.gap !== " " || isCommon(next.lower) || !isNameShaped(next)) return false;
  if (wordKind(next.lower) === "ordinary") return false;
  const capital = style === "mixed" && isCapitalised(reading, word) && isCapitalised(reading, next);
  return (
    capital || (certainty === "asked" && wordKind(next.lower) === "name" && endsClause(reading, index + 1))
  );
}

/** "kbd 310": a few letters before digits are a code. */
function isCode(reading: Reading, index: number): boolean {
  const word = reading.words[index];
  const next = reading.words[index + 1];
  if (word === undefined || next === undefined || !/^[a-z]+$/.test(word.lower) || !/\d/.test(next.lower))
    return false;
  return word.lower.length <= 3 || !/[aeiouy]/.test(word.lower);
}

function extend(reading: Reading, first: number, certainty: Certainty, style: Style): number {
  let last = first;
  while (last - first + 1 < NAME_WORDS_MAX) {
    const step = continues(reading, first, last, certainty, style);
    if (step === 0) break;
    last += step;
  }
  return last;
}

/** How many words more belong to the name: 0, 1, or more with particles ("van Dijk"). */
function continues(
  reading: Reading,
  first: number,
  last: number,
  certainty: Certainty,
  style: Style,
): number {
  const head = reading.words[first];
  const word = reading.words[last];
  const next = reading.words[last + 1];
  if (head === undefined || word === undefined || next === undefined || next.sentence !== word.sentence)
    return 0;
  const afterInitial = word.end - word.start === 1 && /^\.\s?$/.test(next.gap);
  if (!afterInitial && !/^[^\S\n\r]{1,3}$/.test(next.gap)) return 0;
  if (!isNameShaped(next)) return 0;
  // "van der Berg": the particles count only with the name behind them.
  for (
    let particles = 1;
    particles <= 2 && PARTICLES.has(reading.words[last + particles]?.lower ?? "");
    particles++
  ) {
    const beyond = reading.words[last + particles + 1];
    if (beyond?.gap === " " && isPart(reading, head, last + particles + 1, certainty, style))
      return particles + 1;
  }
  return isPart(reading, head, last + 1, certainty, style) ? 1 : 0;
}

function isPart(reading: Reading, head: Word, index: number, certainty: Certainty, style: Style): boolean {
  const word = reading.words[index];
  if (word === undefined || !isNameShaped(word) || TITLES.has(word.lower)) return false;
  const single = word.end - word.start === 1 && /[a-z]/.test(word.lower);
  if (single ? word.lower === "i" : isCommon(word.lower)) return false;
  if (word.lower === head.lower || isSpelling(reading, index)) return false;
  if (style === "mixed" && isCapitalised(reading, head)) {
    if (isCapitalised(reading, word)) return true;
    if (isSurname(word.lower)) return endsClause(reading, index) || certainty === "asked";
    return certainty === "asked" && !single && endsClause(reading, index);
  }
  const kind = wordKind(word.lower);
  if (single) return endsClause(reading, index) && !/^[inurxy]$/.test(word.lower);
  if (kind === "name") return true;
  if (isSurname(word.lower) && endsClause(reading, index)) return true;
  if (kind === "ordinary") {
    return certainty !== "weak" && wordKind(head.lower) === "name" && isFollowedByNothing(reading, index);
  }
  return endsClause(reading, index) || kindAfter(reading, index) === "name" || certainty !== "weak";
}

function kindAfter(reading: Reading, index: number): string {
  return wordKind(reading.words[index + 1]?.lower ?? "");
}

function isFollowedByNothing(reading: Reading, index: number): boolean {
  return reading.words[index + 1]?.sentence !== reading.words[index]?.sentence;
}

/** A weak cue before a word that is no known name is only believed where the words after it leave the name alone. */
function isSetOff(
  reading: Reading,
  first: number,
  last: number,
  certainty: Certainty,
  style: Style,
): boolean {
  const word = reading.words[first];
  if (word === undefined) return false;
  const kind = wordKind(word.lower);
  if (certainty === "strong" || endsClause(reading, last)) return true;
  if (kind === "name") return true;
  if (certainty === "weak" && kind === "unknown" && /(?:ed|ing)$/.test(word.lower)) return false;
  return certainty === "weak" && style === "mixed" && isCapitalised(reading, word);
}
