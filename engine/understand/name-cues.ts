import type { Cue } from "./name-cue-table.ts";
import { TITLES, type NameWords } from "./name-parts.ts";
import { readName } from "./name-words.ts";
import { endsClause, isMarked, skipOpening, type Page } from "./name-page.ts";
import { gapAfter, type Reading } from "./reading.ts";
import type { RejectReason } from "./understanding.ts";
import { isCommon, isOrdinary, isQuality, wordKind } from "./vocabulary.ts";

/** Words that a cue points at: a name, or where one was looked for in vain. */
export interface CuedName {
  readonly cue: Cue;
  readonly at: number;
  readonly words: NameWords | null;
  readonly reason: RejectReason | null;
}

/** What was asked for: the customer's own name, or somebody else's. */
export interface Asked {
  readonly name: boolean;
  readonly other: boolean;
}

/** Cues that answer about whatever was asked: "it's …", "the name is …". */
const ABOUT_IT = new Set("it it's its the name name's".split(" "));

/** What a cue points at; null where its words stand for something else. */
export function pointedAt(page: Page, index: number, cue: Cue, about: Asked): CuedName | null {
  if (cue.side === "behind") return nameBehind(page, index, cue);
  if (cue.certainty === "booking") return bookedName(page, index, cue, about.name);
  if (!hasFittingGap(page.reading, index, cue) || isQuoted(page.reading, index, cue)) return null;
  const at = skipFillers(page.reading, index + cue.words.length);
  const words = readName(page, at, cue.certainty);
  if (isOthers(page.reading, index, cue) || (about.other && ABOUT_IT.has(cue.words[0] ?? "")))
    return { cue, at, words, reason: "someone_else" };
  const isWord = cue.words[0] === "call" && words !== null && isEveryWord(page.reading, words);
  if (words === null || isWord || !isBelievable(page, words, cue, index))
    return { cue, at, words: null, reason: "not_a_name" };
  return { cue, at, words, reason: null };
}

/** "Call me Monday" and not "call me Dr Okoro". */
function isEveryWord({ words }: Reading, { first, last }: NameWords): boolean {
  const head = words[first]?.lower ?? "";
  const lower = TITLES.has(head) && last > first ? (words[first + 1]?.lower ?? "") : head;
  return isCommon(lower);
}

/** A strong cue may be written as a label ("Name: Lena", "my name is... Lena"); a weak one is only said. */
function hasFittingGap(reading: Reading, index: number, cue: Cue): boolean {
  const gap = gapAfter(reading, index + cue.words.length - 1);
  if (cue.name === "first" || cue.name === "last") return /^\s?[:=]\s?$/.test(gap);
  if (gap === " ") return true;
  if (cue.certainty === "strong") return /^[\s:=\-–—"'“‘«(]{1,4}(?:\.{2,3}\s?)?$/.test(gap);
  return /^\s+["'“‘]?$|^\s?[:-]\s$/.test(gap) || (cue.words[1] === "me" && gap === ", ");
}

const QUOTING = new Set("my the a to of in called named titled from add is at".split(" "));

/** "my This Is Selena playlist", "add the name …": the words of a cue inside of another name. A bare "name" begins a clause. */
function isQuoted(reading: Reading, index: number, cue: Cue): boolean {
  const before = wordBefore(reading, index);
  if (before === null) return false;
  if (cue.name === "am") return !/^(?:hi|hello|hey|yes)$/.test(before) && index > 0;
  if (cue.words[0] === "this" || cue.words[0] === "call") return QUOTING.has(before);
  return (cue.name === "name" || cue.name === "names") && before === "the";
}

/** The word before `index` in its clause. */
function wordBefore({ words }: Reading, index: number): string | null {
  const before = words[index - 1];
  const word = words[index];
  return before !== undefined && before.sentence === word?.sentence && /^\s+$/.test(word.gap)
    ? before.lower
    : null;
}

/** Whose name "… name is" tells when a word stands before it. */
const MINE = new Set(
  (
    "first last full given family second sur real legal nick reservation booking account customer client caller guest the and yes so sure ok okay well " +
    "ma mi course hi hello hey oh is also with please but thanks or i"
  ).split(" "),
);

/** "The doctor's name is …", "her name is …", "company name …": a name, but not the customer's. */
function isOthers(reading: Reading, index: number, cue: Cue): boolean {
  if (cue.words[0] === "my" || cue.words[0] === "under" || !/name|behalf/.test(cue.name)) return false;
  const before = wordBefore(reading, index);
  if (before === null || MINE.has(before)) return false;
  if (cue.name === "by_the_name_of") return isOrdinary(before) && !BOOKED.has(before);
  if (/^(?:use|in|on|named|and|with|to|for|of)_/.test(cue.name)) return false;
  return (
    !before.endsWith("my") &&
    (/'s?$/.test(before) || (isOrdinary(before) && (isCommon(before) || !isQuality(before))))
  );
}

function skipFillers({ words }: Reading, at: number): number {
  const word = words[at]?.lower;
  return word === "actually" || word === "just" || word === "again" || word === "is" || word === "simply"
    ? at + 1
    : at;
}

/** "This is …" and "it's …" introduce things more often than people; "I'm …" states more often than it names. */
function isBelievable(page: Page, words: NameWords, cue: Cue, index: number): boolean {
  if (cue.certainty === "strong") return true;
  const { reading } = page;
  const first = reading.words[words.first];
  if (first === undefined) return false;
  if (wordKind(first.lower) === "name" || isMarked(page, words.first)) return true;
  if (cue.words[0] === "i'm" || cue.words[0] === "im" || cue.words[0] === "i") return true;
  if (wordKind(first.lower) === "either") return endsClause(page, words.last);
  const next = reading.words[words.last + 1]?.lower ?? "";
  return (
    /^(?:here|speaking|calling|from)$/.test(next) ||
    cue.words[0] === "myself" ||
    words.last > words.first ||
    (index <= 3 && endsClause(page, words.last))
  );
}

/** "Mike here", "Dorotea Quill speaking", "Vasko is my name": from the beginning of the clause to the cue. */
function nameBehind(page: Page, index: number, cue: Cue): CuedName | null {
  const { words } = page.reading;
  const word = words[index];
  if (word === undefined || index === 0 || words[index - 1]?.sentence !== word.sentence) return null;
  if (cue.certainty === "booking") return partyName(page, index, cue);
  if (!/^[,"”’)]? $/.test(word.gap)) return null;
  let at = index - 1;
  while (at > 0 && index - at < 6 && words[at]?.sentence === word.sentence && words[at]?.gap === " ") at--;
  if (words[at]?.sentence !== word.sentence) at++;
  const opening = skipOpening(page.reading, word.sentence);
  if (at < opening) at = opening;
  if (at >= index) return null;
  const found = readName(page, at, cue.certainty === "strong" ? "strong" : "asked");
  if (found === null || !isJustBefore(page, found.last, index)) return null;
  return { cue, at, words: found, reason: null };
}

const FROM_WORDS_MAX = 4;

/** A suffix or a full stop may stand between the name and its cue, and where somebody is from: "Theo from Acme here". */
function isJustBefore({ reading }: Page, last: number, index: number): boolean {
  if (reading.words[last + 1]?.lower === "from" && index - last <= FROM_WORDS_MAX)
    return reading.words[last + 1]?.gap === " " && index > last + 2;
  return last === index - 1 || (last === index - 2 && reading.words[index - 1]?.lower === "name");
}

/** "the Okoro party", "my Lena Okoro booking": words with capitals behind an article. */
function partyName(page: Page, index: number, cue: Cue): CuedName | null {
  const { words } = page.reading;
  let at = index;
  while (at > 0 && index - at < 4 && words[at]?.gap === " " && isMarked(page, at - 1)) at--;
  if (at === index || !/^(?:the|a|my|our)$/.test(words[at - 1]?.lower ?? "")) return null;
  const found = readName(page, at, "booking");
  const first = words[at]?.lower ?? "";
  if (found === null || found.last !== index - 1 || isOrdinary(first)) return null;
  const enough = found.last > found.first ? wordKind(first) !== "unknown" : cue.name === "party";
  return enough ? { cue, at, words: found, reason: null } : null;
}

const BOOKED = new Set(
  (
    "book booking bookings reservation reservations table appointment booked reserved reserve made room party rooms passengers tickets loan" +
    "scheduled listed registered hold held put file filed name"
  ).split(" "),
);
const BOOKED_BEFORE_MAX = 9;

/** "Book it under Okoro", "a reservation for Lena Okoro": a booking stands under its holder's name. Behind "for" and "by" a
 *  full name only: "for Lena" may be anyone. */
function bookedName(page: Page, index: number, cue: Cue, asked: boolean): CuedName | null {
  const { words } = page.reading;
  const word = words[index];
  const at = index + 1;
  if (word === undefined || !/^\s["'“‘]?$|^: $/.test(gapAfter(page.reading, index))) return null;
  const held = cue.name === "for" && /^(?:its|it's|is|put)$/.test(words[index - 1]?.lower ?? "");
  if (cue.name !== "under" && !held && !isBooked(page, index)) return null;
  const found = readName(page, at, "booking");
  const first = found === null ? undefined : words[found.first];
  if (found === null || first === undefined) return null;
  const full = found.last > found.first;
  const booked =
    cue.name === "under"
      ? asked || full || isMarked(page, found.first) || isBooked(page, index) || index <= 2
      : full && !isOrdinary(first.lower) && isFollowedWell(page, found.last);
  return booked ? { cue, at, words: found, reason: null } : null;
}

/** "for Lena Okoro at 8" goes on with small words; "for Okoro Solutions" and "for Okoro vs Lind" do not. */
function isFollowedWell(page: Page, last: number): boolean {
  const next = page.reading.words[last + 1]?.lower ?? "";
  return (endsClause(page, last) || isCommon(next)) && !/^(?:vs|v|versus)$/.test(next);
}

function isBooked({ reading }: Page, index: number): boolean {
  const sentence = reading.words[index]?.sentence;
  for (let k = index - 1; k >= 0 && index - k < BOOKED_BEFORE_MAX; k--) {
    const word = reading.words[k];
    if (word?.sentence !== sentence) return false;
    if (word !== undefined && BOOKED.has(word.lower)) return true;
  }
  return false;
}
