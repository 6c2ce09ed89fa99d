import { CANDIDATES_MAX } from "./candidate.ts";
import { endsClause, isCapitalised, readName, type Certainty, type NameWords } from "./name-words.ts";
import { gapAfter, type Reading } from "./reading.ts";
import type { RejectReason } from "./understanding.ts";
import { wordKind } from "./vocabulary.ts";

/** A name that a cue points at; `words` is null where the cue stands before ordinary words. */
export interface CuedName {
  readonly cue: string;
  readonly certainty: Certainty;
  readonly at: number;
  readonly words: NameWords | null;
  /** The last name where it stands apart: "first name Lena, last name Okoro". */
  readonly apart?: NameWords;
  readonly reason: RejectReason | null;
}

interface Cue {
  readonly words: readonly string[];
  readonly certainty: Certainty;
  readonly name: string;
}

function cues(certainty: Certainty, phrases: readonly string[]): readonly Cue[] {
  return phrases.map((phrase) => ({
    words: phrase.split(" "),
    certainty,
    name: phrase.replace(/\W+/g, "_"),
  }));
}

const CUES: readonly Cue[] = [
  ...cues("strong", [
    "my name is", "my name's", "my names", "my names is", "my name", "my name was", "my full name is", "my first name is", "my real name is",
    "my name would be", "name will be", "name should be", "name would be", "the name is", "the name's", "the names", "name is", "name's",
    "names", "name", "name as", "name was", "myname is", "my last name is", "my last name", "my surname is", "last name is", "surname is",
    "full name is", "full name", "first name is", "first name", "i am called", "i'm called", "im called", "call me",
    "known as", "i go by", "under the name of", "under the name", "under name", "in the name of", "in name of", "under",
    "on the name of", "by the name of", "me llamo", "mi nombre es", "je m'appelle", "mon nom est", "ich heiße", "ich heisse", "mein name ist",
    "meu nome é", "mi chiamo", "nama saya", "tên tôi là", "tôi tên là", "mình tên là", "mam na imię", "nazywam się", "ik heet", "jag heter",
  ]),
  ...cues("weak", ["it's me", "its me", "this is me", "i'm", "im", "i am", "i m", "this is", "it's", "its", "it is", "myself", "this is actually", "soy"]),
].toSorted((a, b) => b.words.length - a.words.length); // prettier-ignore

/** Cues by their first word: one look-up a word. */
const BY_FIRST_WORD: ReadonlyMap<string, readonly Cue[]> = new Map(
  CUES.map(({ words }) => [words[0] ?? "", CUES.filter((cue) => cue.words[0] === words[0])]),
);

/** "The doctor's name is …", "her name is …", "company name …": a name, but not the customer's. */
const NOT_MINE = new Set(
  (
    "his her their your whose its what user company business street hotel product brand file domain pet dog cat school bank city " +
    "doctor doctors event restaurant middle maiden last sur screen account wifi network boss husband wife son daughter friend " +
    "dr host band song movie show building place no any some every another different street agent agents team"
  ).split(" "),
);
const BOOKING = /\b(?:book\w*|reserv\w*|table|appointment|schedul\w*|name|account|list\w*|it|it's|its|hold|held|put|file\w*|register\w*|order\w*|made|party)\b/i; // prettier-ignore

/** The names that cues in a text point at, in order. `asked`: the name was asked for, so that "under Okoro" alone answers. */
export function cuedNames(reading: Reading, asked: boolean): readonly CuedName[] {
  const found: CuedName[] = [];
  for (let i = 0; i < reading.words.length && found.length < CANDIDATES_MAX; i++) {
    const cue = cueAt(reading, i);
    if (cue !== null) {
      const at = i + cue.words.length;
      found.push(pointAt(reading, i, at, cue, asked));
      i = at - 1;
      continue;
    }
    const other = nameBeforeCue(reading, i) ?? bookedFor(reading, i);
    if (other !== null) found.push(other);
  }
  return found;
}

function cueAt(reading: Reading, index: number): Cue | null {
  const candidates = BY_FIRST_WORD.get(reading.words[index]?.lower ?? "");
  const cue = candidates?.find((cue) => matches(reading, index, cue));
  return cue === undefined || isQuoted(reading, index, cue) ? null : cue;
}

function matches(reading: Reading, index: number, cue: Cue): boolean {
  for (let k = 0; k < cue.words.length; k++) {
    const word = reading.words[index + k];
    if (word === undefined || word.lower !== cue.words[k]) return false;
    if (k > 0 && !/^\s+$/.test(word.gap)) return false;
  }
  const gap = gapAfter(reading, index + cue.words.length - 1);
  return cue.certainty === "strong"
    ? /^[\s:=\-–—"'“‘«(]{1,4}(?:\.{2,3}\s?)?$/.test(gap)
    : /^\s+["'“‘]?$|^\s?[:-]\s$/.test(gap) || (cue.words[1] === "me" && gap === ", ");
}

const QUOTING = new Set("my the a to of in called named titled from add is at".split(" "));

/** "my This Is Selena playlist", "add the name …": the words of a cue inside another name. A bare "name" begins a clause. */
function isQuoted(reading: Reading, index: number, cue: Cue): boolean {
  const word = reading.words[index];
  const before = reading.words[index - 1];
  if (
    word === undefined ||
    before === undefined ||
    before.sentence !== word.sentence ||
    !/^\s+$/.test(word.gap)
  )
    return false;
  if (cue.words[0] === "this" || cue.words[0] === "call") return QUOTING.has(before.lower);
  if (cue.name !== "name" && cue.name !== "names") return false;
  return before.lower === "the" && !/^(?:under|in)$/.test(reading.words[index - 2]?.lower ?? "");
}

function pointAt(reading: Reading, index: number, at: number, cue: Cue, asked: boolean): CuedName {
  const certainty = cue.certainty;
  const base = { cue: `cue:${cue.name}`, certainty, at };
  const before = reading.words[index - 1];
  const owner =
    before !== undefined && before.sentence === reading.words[index]?.sentence ? before.lower : "";
  if (
    /^(?:the_)?names?|^(?:full|first|last)_/.test(cue.name) &&
    (NOT_MINE.has(owner) || /'s?$/.test(owner))
  ) {
    return { ...base, words: readName(reading, at, certainty), reason: "someone_else" };
  }
  if (cue.name === "under" && !asked && !BOOKING.test(reading.text))
    return { ...base, words: null, reason: "not_a_name" };
  const words = readName(reading, skipFillers(reading, at), certainty);
  return words === null || !isBelievable(reading, words, cue)
    ? { ...base, words: null, reason: "not_a_name" }
    : { ...base, words, reason: null };
}

/** "This is …" and "it's …" introduce things more often than people; "I'm …" states more often than it names. */
function isBelievable(reading: Reading, words: NameWords, cue: Cue): boolean {
  if (cue.certainty === "strong") return true;
  const first = reading.words[words.first];
  if (first === undefined) return false;
  const kind = wordKind(first.lower);
  if (kind === "name") return true;
  const capital = reading.capitals === "mixed" && isCapitalised(reading, first);
  if (cue.words[0] === "i'm" || cue.words[0] === "im" || cue.words[0] === "i")
    return capital || endsClause(reading, words.last);
  if (kind === "either") return capital || endsClause(reading, words.last);
  const next = reading.words[words.last + 1]?.lower ?? "";
  return (
    capital ||
    /^(?:here|speaking|calling|from)$/.test(next) ||
    words.last > words.first ||
    cue.words[0] === "myself" ||
    isOpening(reading, words)
  );
}

/** The cue is the beginning of the message and the name its end: "hi, its vasko". */
function isOpening(reading: Reading, words: NameWords): boolean {
  return words.first <= 4 && endsClause(reading, words.last);
}

function skipFillers(reading: Reading, at: number): number {
  const word = reading.words[at]?.lower;
  return word === "actually" || word === "just" || word === "again" || word === "is" ? at + 1 : at;
}

const OPENERS = new Set(
  (
    "hi hello hey hiya yo good morning afternoon evening day there yes yeah yea yep yup sure ok okay well so oh um uh right certainly " +
    "absolutely course of thanks thank you please alright fine great and no problem greetings dear sir madam team all mam ma'am " +
    "thankyou okey ya k hmm actually sorry but"
  ).split(" "),
);

/** Index of the first word of a sentence behind greetings and fillers. */
export function skipOpening(reading: Reading, sentence: number): number {
  const { first, last } = reading.sentences[sentence] ?? { first: 0, last: -1 };
  let at = first;
  while (at <= last && OPENERS.has(reading.words[at]?.lower ?? "")) at++;
  return at;
}

/** "Mike here", "Dorotea Quill speaking", "Vasko is my name": the cue stands behind. */
function nameBeforeCue(reading: Reading, index: number): CuedName | null {
  const word = reading.words[index];
  if (word === undefined || !isCueBehind(reading, index)) return null;
  const at = skipOpening(reading, word.sentence);
  if (at >= index) return null;
  const words = readName(reading, at, word.lower === "is" ? "strong" : "asked");
  if (words === null || words.last !== index - 1) return null;
  return { cue: `cue:${word.lower}`, certainty: "weak", at, words, reason: null };
}

function isCueBehind(reading: Reading, index: number): boolean {
  const word = reading.words[index];
  const next = reading.words[index + 1]?.lower;
  switch (word?.lower) {
    case "here":
    case "speaking":
    case "calling":
      return /^[,]?\s$/.test(word.gap);
    case "this":
      return next === "side";
    case "is":
      return (
        next === "my" &&
        /^(?:full |first |last )?name\b/.test(`${lowerAt(reading, index + 2)} ${lowerAt(reading, index + 3)}`)
      );
    default:
      return false;
  }
}

const BOOKED = new Set(
  "booking bookings reservation table appointment booked reserved reserve room party".split(" "),
);

/** "A reservation for Lena Okoro": a booking stands under its holder's name. A full name only: "for Lena" may be anyone. */
function bookedFor(reading: Reading, index: number): CuedName | null {
  const word = reading.words[index];
  if (word === undefined || (word.lower !== "for" && word.lower !== "by")) return null;
  const since = reading.words.slice(Math.max(0, index - 8), index);
  if (!since.some(({ lower, sentence }) => sentence === word.sentence && BOOKED.has(lower))) return null;
  const at = index + 1;
  const words = readName(reading, at, "weak");
  const first = words === null ? undefined : reading.words[words.first];
  if (
    words === null ||
    first === undefined ||
    words.last === words.first ||
    wordKind(first.lower) === "ordinary"
  )
    return null;
  return { cue: `cue:${word.lower}`, certainty: "weak", at, words, reason: null };
}

function lowerAt(reading: Reading, index: number): string {
  return reading.words[index]?.lower ?? "";
}
