import { gapAfter, wordAt, type Reading } from "./reading.ts";
import type { Span } from "./understanding.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

const NEGATIONS = words("not isn't isnt doesn't doesnt wasn't wasnt don't aint never");
const FORMER = words("old previous former wrong");
const GONE = words("old previous former wrong incorrect outdated dead disconnected gone invalid broken lost");
const RIGHT = words(
  "phone number mobile cell mine my right correct working valid active anymore longer use look work works",
);
/** What stands between a number and the word that says what became of it: "was my old …", "used to be the former …". */
const LINKS = words("is was it's are used to be become now my the an our has been");
const COPULAS = words("is was be it's that's");
const REPLACING = words(
  "change changed changing replace replaced update updated updating switch switched swap",
);
const LINKS_MAX = 5;
const WORDS_BACK_MAX = 6;

/** The word behind a number that says that it is no longer, or not, the customer's: "… was my old number", "… no longer
 *  works", "… is not mine", "… to 0413 222 333" behind "change"; null where there is none. */
export function negatedBehind(reading: Reading, span: Span): string | null {
  const next = wordAt(reading, span.end);
  if (next === 0 || /[.!?\n;]/.test(gapAfter(reading, next - 1))) return null;
  const gone = goneBehind(reading, next);
  return gone ?? deniedBehind(reading, next) ?? replacedBehind(reading, next, span);
}

function goneBehind({ words: all }: Reading, next: number): string | null {
  for (let i = next; i < next + LINKS_MAX; i++) {
    const word = all[i];
    if (word === undefined || word.sentence !== all[next]?.sentence) return null;
    const { lower } = word;
    // "0412 345 678, wrong one": a comma is only crossed by what goes on about the number.
    if (i === next && /,/.test(word.gap) && !COPULAS.has(lower)) return null;
    if ((i > next || word.gap.endsWith("(")) && GONE.has(lower)) return lower;
    const then = all[i + 1]?.lower;
    if (lower === "no" && (then === "longer" || then === "good" || then === "more")) return `no ${then}`;
    if (lower === "used" && then === "to") return "used to";
    if (lower === "stopped" && then === "working") return "stopped working";
    if (lower === "out" && then === "of") return "out of";
    if (!LINKS.has(lower)) return null;
  }
  return null;
}

/** "0412 345 678 is not my number", "… doesn't look like a phone number". */
function deniedBehind({ words: all }: Reading, next: number): string | null {
  let negation: string | null = null;
  for (let i = next; i < next + WORDS_BACK_MAX; i++) {
    const word = all[i];
    if (word === undefined || (i > next && word.sentence !== all[next]?.sentence)) return null;
    if (negation !== null && RIGHT.has(word.lower)) return negation;
    if (negation === null && i > next + 1) return null;
    if (negation === null && NEGATIONS.has(word.lower)) negation = word.lower;
  }
  return null;
}

/** "change 0412 345 678 to 0413 222 333", "0412 345 678 -> 0413 222 333". */
function replacedBehind(reading: Reading, next: number, span: Span): string | null {
  const all = reading.words;
  if (/^\s*(?:->|=>|→)\s*\+?$/.test(gapAfter(reading, next - 1)) && /^\d/.test(all[next]?.lower ?? ""))
    return "->";
  if (!/^(?:to|with|by|into)$/.test(all[next]?.lower ?? "") || !/^\d/.test(all[next + 1]?.lower ?? ""))
    return null;
  const first = wordAt(reading, span.start);
  for (let i = first - 1; i >= Math.max(0, first - WORDS_BACK_MAX); i--) {
    const lower = all[i]?.lower ?? "";
    if (REPLACING.has(lower)) return lower;
  }
  return null;
}

const DISCARDING = words("forget ignore delete remove scrap disregard discard erase");
const DISCARDED = words("my the that this old number phone mobile one from me");
const USING = words("use have own call calling text texting ring ringing contact contacting using answer");
const NO_MORE = words("longer don't dont not stop never");
const USING_BACK_MAX = 3;

/** The word before a number that gives it up: "forget …", "I no longer use …", "don't call me on …", "it used to be …". */
export function givenUpBefore(reading: Reading, span: Span): string | null {
  const at = wordAt(reading, span.start);
  const said = (back: number): string => {
    const word = reading.words[at - back];
    return word !== undefined && word.sentence === reading.words[at]?.sentence ? word.lower : "";
  };
  if (said(1) === "be" && said(2) === "to" && said(3) === "used") return "used to";
  let back = 1;
  while (back <= USING_BACK_MAX && DISCARDED.has(said(back))) back++;
  if (DISCARDING.has(said(back))) return said(back);
  back = said(1) === "on" || said(1) === "at" ? 2 : 1;
  if (back === 2 && said(2) === "me") back = 3;
  if (!USING.has(said(back)) || !NO_MORE.has(said(back + 1))) return null;
  return said(back + 1) === "not" && said(back + 2) !== "do" ? null : said(back + 1);
}

/** Whether the word at `index` speaks of a former number, and of the one at word `at` behind it: "my old number is …", and not
 *  "… was my old number, now …". */
export function isFormerBefore({ words: all }: Reading, index: number, at: number): boolean {
  const word = all[index];
  if (word === undefined) return false;
  if (word.lower === "instead") return all[index + 1]?.lower === "of";
  if (!FORMER.has(word.lower)) return false;
  const isSaidOf = COPULAS.has(all[index - 1]?.lower ?? "") || COPULAS.has(all[index - 2]?.lower ?? "");
  for (let i = index + 1; i <= at; i++) {
    const lower = all[i]?.lower ?? "";
    if (i < at && /^(?:now|new|it's|its|it|use|correct|right)$/.test(lower)) return false;
    // "sorry, wrong number, 0412 345 678", "… (old), 0412 345 678"
    const gap = all[i]?.gap ?? "";
    if (gap.includes(")")) return false;
    if ((isSaidOf || word.lower === "wrong") && /[,;–—-]/.test(gap)) return false;
  }
  return true;
}
