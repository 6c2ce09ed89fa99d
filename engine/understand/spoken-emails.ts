import { CANDIDATES_MAX } from "./candidate.ts";
import { gapAfter, typed, type Reading } from "./reading.ts";
import type { Span } from "./understanding.ts";
import { isOrdinary } from "./vocabulary.ts";

/** An address said in words ("mike at gmail dot com"), put together. */
export interface SpokenAddress extends Span {
  readonly local: string;
  readonly domain: string;
  /** Only an end of the mailbox is known: numbers in words stand in it. */
  readonly partial: boolean;
}

/** "Ana nineteen ninety at …" may be ana1990 or ana.1990, and is not ninety. */
const NUMBER_WORD =
  /^(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?|hundred|thousand)$/;

const MARKS: ReadonlyMap<string, string> = new Map([
  ["dot", "."], ["point", "."], ["period", "."], ["underscore", "_"], ["dash", "-"], ["hyphen", "-"], ["minus", "-"],
  ["plus", "+"], ["punto", "."], ["ponto", "."], ["punkt", "."],
]); // prettier-ignore
const AT = new Set(["at", "arroba", "arobase"]);
const PROVIDERS = new Set(
  (
    "gmail googlemail yahoo hotmail outlook icloud aol msn live protonmail proton gmx ymail rediffmail fastmail mail email " +
    "zoho yandex comcast bigpond me fb"
  ).split(" "),
);
/** Words before "at" that nobody has for a mailbox. */
const NO_MAILBOX = new Set(
  ("it me us you him her them there here that this is was be are look looked looking bought buy shop shopping ordered order work " +
    "working class meet meeting arrive arrived back up down out in all not stay staying call see staff people team").split(" "),
); // prettier-ignore
const LABELS_MAX = 6;

/** Finds spoken addresses. Without `expected` (asked for, or mail is spoken of) only those at a mail provider, so that
 *  "we ate at joes dot com" stays a sentence. Each "at" is read outwards a bounded number of words. */
export function spokenAddresses(reading: Reading, expected: boolean): readonly SpokenAddress[] {
  const found: SpokenAddress[] = [];
  for (let i = 0; i < reading.words.length && found.length < CANDIDATES_MAX; i++) {
    const address = addressAround(reading, i, expected);
    if (address === null || address.start < (found[found.length - 1]?.end ?? 0)) continue;
    found.push(address);
  }
  return found;
}

/** `at` is either the word "at", or the word before a written @. Brackets around the word, "(at)", are as good as an @. */
function addressAround(reading: Reading, at: number, expected: boolean): SpokenAddress | null {
  const word = reading.words[at];
  if (word === undefined) return null;
  const isWord = AT.has(word.lower);
  const after = gapAfter(reading, at);
  const signed = !isWord && after.includes("@") && after.trim() === "@";
  if (!signed && !isWord) return null;
  if (!signed && !(/^[\s([{<]*$/.test(word.gap) && /^[\s)\]}>]*$/.test(after))) return null;
  const written = signed || (/[([{<]/.test(word.gap) && /^[)\]}>]/.test(after));
  const domain = domainAfter(reading, signed ? at + 1 : behindAt(reading, at));
  if (domain === null) return null;
  const sure = PROVIDERS.has(domain.text.split(".")[0] ?? "") || written;
  const local = localBefore(reading, signed ? at : at - 1, expected || sure);
  if (local === null) return null;
  const first = reading.words[local.first];
  const last = reading.words[domain.last];
  if (first === undefined || last === undefined) return null;
  // "john . doe @ …": a full stop between blanks ends no sentence beside an @.
  if (first.sentence !== word.sentence && !(signed && expected && local.marked)) return null;
  const start = first.start - (mark(first.gap) === "_" ? 1 : 0);
  // Typed in full: not spoken.
  if (after === "@" && !local.said && !domain.said) return null;
  if (!sure && !expected) return null;
  if (!local.marked && !/\d/.test(local.text) && NO_MAILBOX.has(local.text)) return null;
  const whole = local.first === 0 && domain.last === reading.words.length - 1;
  if (!sure && !local.marked && !whole && isOrdinary(local.text)) return null;
  const partial = local.first > 0 && first.gap === " " && NUMBER_WORD.test(local.text);
  return { start, end: last.end, local: local.text, domain: domain.text, partial };
}

/** Where the domain begins: behind "at", "at the rate", "at the rate of" or "at sign". */
function behindAt({ words }: Reading, at: number): number {
  const said = (ahead: number): string => words[at + ahead]?.lower ?? "";
  if (said(1) === "sign") return at + 2;
  if (said(1) !== "the" || said(2) !== "rate") return at + 1;
  return said(3) === "of" ? at + 4 : at + 3;
}

interface Local {
  readonly first: number;
  readonly text: string;
  /** It holds a dot, underscore … */
  readonly marked: boolean;
  /** Some of it is in words or apart, so that reading the characters alone would miss it. */
  readonly said: boolean;
}

function localBefore(reading: Reading, last: number, expected: boolean): Local | null {
  const word = reading.words[last];
  if (word === undefined || MARKS.has(word.lower) || !/^[\x21-\x7e]+$/.test(typed(reading, word)))
    return null;
  let first = last;
  let text = typed(reading, word);
  let marked = false;
  let said = false;
  for (let steps = 0; steps < LABELS_MAX * 4 && first > 0; steps++) {
    const before = reading.words[first - 1];
    const current = reading.words[first];
    if (before === undefined || current === undefined || !/^[\x21-\x7e]+$/.test(typed(reading, before)))
      break;
    const written = mark(current.gap);
    const spoken = MARKS.get(before.lower);
    const beyond = reading.words[first - 2];
    if (written !== null) {
      text = typed(reading, before) + written + text;
      first -= 1;
      marked = true;
    } else if (
      spoken !== undefined &&
      beyond !== undefined &&
      isBetween(before.gap) &&
      isBetween(current.gap)
    ) {
      text = typed(reading, beyond) + spoken + text;
      first -= 2;
      marked = true;
      said = true;
    } else if (current.gap === " " && joins(before.lower, current.lower, expected)) {
      text = typed(reading, before) + text;
      first -= 1;
      said = true;
    } else break;
  }
  return { first, text, marked, said };
}

/** "m i k e" is spelled out; "mike 22 at …" is one mailbox when an address was asked for. */
function joins(before: string, current: string, expected: boolean): boolean {
  if (before.length === 1 && current.length === 1) return /[a-z0-9]/.test(before);
  return expected && /^\d+$/.test(current) && /^[a-z]+$/.test(before) && !isOrdinary(before);
}

interface Domain {
  readonly last: number;
  readonly text: string;
  readonly said: boolean;
}

function domainAfter(reading: Reading, first: number): Domain | null {
  const word = reading.words[first];
  if (word === undefined) return null;
  let text = typed(reading, word);
  let last = first;
  let said = false;
  // "g mail", "hot mail"
  const second = reading.words[first + 1];
  if (second?.lower === "mail" && second.gap === " " && /^(?:g|hot|proton|y|rediff)$/i.test(text)) {
    text += "mail";
    last += 1;
  }
  let dots = 0;
  for (let labels = 0; labels < LABELS_MAX; labels++) {
    const next = reading.words[last + 1];
    if (next === undefined) break;
    const written = mark(next.gap);
    const spoken = MARKS.get(next.lower);
    const beyond = reading.words[last + 2];
    if (
      dots === 0 &&
      next.lower === "com" &&
      PROVIDERS.has(text.toLowerCase()) &&
      /^ ?[ ,;.] ?$/.test(next.gap)
    ) {
      // "mike@gmail,com", "mike@gmail com", "mike@gmail . com"
      return { last: last + 1, text: `${text}.com`, said: said || next.gap !== "." };
    }
    if (written === "." || written === "-") {
      text += written + typed(reading, next);
      last += 1;
      if (written === ".") dots += 1;
    } else if (
      spoken !== undefined &&
      spoken !== "+" &&
      beyond !== undefined &&
      isBetween(next.gap) &&
      isBetween(beyond.gap)
    ) {
      text += spoken + typed(reading, beyond);
      last += 2;
      said = true;
      if (spoken === ".") dots += 1;
    } else break;
  }
  return dots > 0 && /\.[a-z]{2,}$/i.test(text) ? { last, text, said } : null;
}

/** A mark written between two words: "." glued to the second, "_", "-", "+". */
function mark(gap: string): string | null {
  const inner = /^\s?([._+-])$|^\s?([._+-])\s$|^[.]\s?(?=$)/.exec(gap);
  if (inner === null || gap === ". ") return null;
  return inner[1] ?? inner[2] ?? ".";
}

function isBetween(gap: string): boolean {
  return /^[\s([{<)\]}>]{1,3}$/.test(gap);
}
