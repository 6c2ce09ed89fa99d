import { wholeClause } from "./name-clause.ts";
import {
  endsClause,
  endsHard,
  endsSentence,
  isCode,
  isInAddress,
  isLetter,
  isMarked,
  isNameShaped,
  type Page,
} from "./name-page.ts";
import {
  beginsWeakly,
  isAloneAtEnd,
  isConsonants,
  isNameNext,
  isPart,
  NAME_WORDS_MAX,
  PARTICLES,
  TITLES,
  type Certainty,
  type NameWords,
} from "./name-parts.ts";
import { gapAfter } from "./reading.ts";
import { isCommon, isPlace, wordKind } from "./vocabulary.ts";

const SUFFIXES = new Set(["jr", "sr", "junior", "ii", "iii"]);
const MONTHS = new Set(["april", "may", "june", "august"]);
/** "May I …", "Will you …" are questions; "May here" and "Will and Tom" are names. */
const MODALS = new Set(["may", "will"]);
const FOLLOWERS_OF_MODALS = new Set(["and", "here", "from", "but", "phone", "email", "number"]);

/** The name that begins at word `at`, or null. Titles are passed over: "Dr Lena Okoro" gives "Lena Okoro"; before a single
 *  word they stay ("Mr Okoro"), because that word is a surname. */
export function readName(page: Page, at: number, certainty: Certainty): NameWords | null {
  const { reading } = page;
  const word = reading.words[at];
  if (word === undefined) return null;
  const titled = TITLES.has(word.lower) && /^\.?\s+$/.test(gapAfter(reading, at));
  const first = titled ? at + 1 : at;
  const sure = titled && certainty !== "asked" ? "strong" : certainty;
  const last = lastWord(page, first, sure);
  if (last === null) return null;
  return { first: titled && first === last ? at : first, last: withSuffix(page, last) };
}

function lastWord(page: Page, first: number, certainty: Certainty): number | null {
  if (isNoBeginning(page, first)) return null;
  const initials = lastInitial(page, first);
  if (initials > first) return isPart(page, first, initials + 1, certainty) ? initials + 1 : initials;
  const whole = wholeClause(page, first, certainty);
  if (whole !== null) return whole;
  if (!begins(page, first, certainty)) return null;
  const last = extend(page, first, certainty);
  return isSetOff(page, first, last, certainty) ? last : null;
}

function isNoBeginning(page: Page, index: number): boolean {
  const { words } = page.reading;
  const word = words[index];
  if (word === undefined || !isNameShaped(word) || isInAddress(page, index) || isCode(page, index))
    return true;
  const next = endsSentence(page, index) ? undefined : words[index + 1];
  if (MONTHS.has(word.lower) && /^\d/.test(next?.lower ?? "")) return true;
  return (
    MODALS.has(word.lower) &&
    next !== undefined &&
    isCommon(next.lower) &&
    !FOLLOWERS_OF_MODALS.has(next.lower)
  );
}

/** "T.J.", "J. R. R.": where a run of initials that begins at `index` ends; `index` itself when there is none. */
function lastInitial(page: Page, index: number): number {
  const { words } = page.reading;
  let last = index;
  while (isLetter(words[last]) && isLetter(words[last + 1]) && /^\. ?$/.test(words[last + 1]?.gap ?? ""))
    last++;
  return last;
}

function withSuffix({ reading }: Page, last: number): number {
  const next = reading.words[last + 1];
  return next !== undefined && SUFFIXES.has(next.lower) && /^,? $/.test(next.gap) ? last + 1 : last;
}

/** Whether a name may begin here although more is said behind it. */
function begins(page: Page, index: number, certainty: Certainty): boolean {
  const word = page.reading.words[index];
  if (word === undefined) return false;
  const { lower } = word;
  if (isLetter(word)) {
    const next = page.reading.words[index + 1];
    return (
      isMarked(page, index) &&
      !endsSentence(page, index) &&
      /^\.?\s?$/.test(next?.gap ?? "") &&
      begins(page, index + 1, certainty)
    );
  }
  if (isCommon(lower)) return certainty === "strong" && isMarked(page, index) && isAloneAtEnd(page, index);
  if (certainty === "weak") return beginsWeakly(page, index);
  const kind = wordKind(lower);
  if (kind === "name" || kind === "either") return true;
  if (kind === "unknown") return !isCode(page, index) && !isConsonants(page, index);
  if (!isMarked(page, index)) return false;
  if (isMarked(page, index + 1) && isNameNext(page, index)) return true;
  return certainty !== "asked" && !isPlace(lower);
}

function extend(page: Page, first: number, certainty: Certainty): number {
  let last = first;
  while (last - first + 1 < NAME_WORDS_MAX) {
    const step = continues(page, first, last, certainty);
    if (step === 0) break;
    last += step;
  }
  return last;
}

/** How many words more belong to the name: 0, 1, or more with particles ("van Dijk"). */
function continues(page: Page, first: number, last: number, certainty: Certainty): number {
  const { words } = page.reading;
  const next = words[last + 1];
  if (next === undefined || next.sentence !== words[last]?.sentence) return 0;
  if (endsHard(page, last) && !isLetter(words[last])) return 0;
  const afterInitial = isLetter(words[last]) && /^\.\s?$/.test(next.gap);
  if (!afterInitial && next.gap !== " " && !/^[^\S\n\r]{1,3}$/.test(next.gap)) return 0;
  for (
    let particles = 1;
    particles <= 2 && PARTICLES.has(words[last + particles]?.lower ?? "");
    particles++
  ) {
    const beyond = words[last + particles + 1];
    // The particles count only with the name behind them.
    if (beyond?.gap === " " && isPart(page, first, last + particles + 1, certainty)) return particles + 1;
  }
  return isPart(page, first, last + 1, certainty) ? 1 : 0;
}

/** What is no known name is only believed where the words after it leave it alone. */
function isSetOff(page: Page, first: number, last: number, certainty: Certainty): boolean {
  if (certainty === "strong" || endsClause(page, last)) return true;
  const kind = wordKind(page.reading.words[first]?.lower ?? "");
  if (kind === "name") return true;
  if (certainty === "asked") return false;
  if (certainty === "booking" && isCommon(page.reading.words[last + 1]?.lower ?? "")) return true;
  return isMarked(page, first) || (certainty === "weak" && kind === "either");
}
