import { endsSentence, skipOpening, type Page } from "./name-page.ts";
import type { NameWords } from "./name-parts.ts";
import { readName } from "./name-words.ts";
import { gapAfter, type Reading } from "./reading.ts";
import { wordKind } from "./vocabulary.ts";

/** "not lisa, liza", "not Ottilie but Odile": two names of one kind, of which the second holds. */
export function putRight(page: Page): { wrong: NameWords; right: NameWords } | null {
  const { reading } = page;
  const at = skipOpening(reading, 0);
  if (reading.words[at]?.lower !== "not") return null;
  const wrong = readName(page, at + 1, "asked");
  if (wrong === null) return null;
  let next = wrong.last + 1;
  while (/^(?:but|it's|its|i'm|im)$/.test(reading.words[next]?.lower ?? "")) next++;
  const right = readName(page, next, "asked");
  const gap = gapAfter(reading, wrong.last);
  if (right === null || (next === wrong.last + 1 && gap !== ", " && !/[;.–-]/.test(gap))) return null;
  return isKnown(reading, wrong) || isKnown(reading, right) || startsAlike(reading, wrong, right)
    ? { wrong, right }
    : null;
}

function isKnown({ words }: Reading, { first }: NameWords): boolean {
  return wordKind(words[first]?.lower ?? "") === "name";
}

function startsAlike({ words }: Reading, one: NameWords, other: NameWords): boolean {
  const [a, b] = [words[one.first]?.lower ?? "", words[other.first]?.lower ?? ""];
  return a.charAt(0) === b.charAt(0) || a.slice(-2) === b.slice(-2);
}

/** Words between a name and the one that puts it right; behind the sure ones any name may follow. */
const SURE = new Set("mean meant actually rather correction that".split(" "));
const MENDING = new Set([...SURE, ..."sorry i wait oops make no it's its".split(" ")]);
const MENDING_MAX = 5;

/** The name at the end of the sentence that puts right the one before: "Lisa, sorry Liza", "Tom, I mean Jonas"; null where
 *  "sorry" speaks to somebody. */
export function mended(page: Page, wrong: NameWords): NameWords | null {
  const { words } = page.reading;
  // "Lisa here, sorry, Liza"
  const behind = /^(?:here|speaking)$/.test(words[wrong.last + 1]?.lower ?? "")
    ? wrong.last + 2
    : wrong.last + 1;
  let at = behind;
  let sure = false;
  while (at - behind < MENDING_MAX && MENDING.has(words[at]?.lower ?? "")) {
    sure ||= SURE.has(words[at]?.lower ?? "");
    at += 1;
  }
  if (at === behind) return null;
  const right = readName(page, at, "asked");
  if (right === null || !endsSentence(page, right.last)) return null;
  return sure || startsAlike(page.reading, wrong, right) ? right : null;
}
