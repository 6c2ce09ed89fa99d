import type { Span } from "./understanding.ts";

/** Digits that only hyphens, dots, slashes and brackets part: a date, a time's hour, a whole phone number, or a part of one. */
export interface DigitBlock extends Span {
  readonly digits: string;
  /** Lengths of its digit groups, in order. */
  readonly groups: readonly number[];
}

/** Blocks that stand so close together that they could be one number. */
export interface DigitRun {
  readonly blocks: readonly DigitBlock[];
  /** A plus stands before it. */
  readonly plus: boolean;
}

const GAP_CHARS_MAX = 4;
/** So many digits can be a whole number. */
const NUMBER_MIN = 7;
const GAP_SPACES_MAX = 2;
const GROUPS_MAX = 24; // no number is written in as many; a longer row of digits is a list

/** Digit runs of `folded` (full-width forms folded), in order. Reads each character a bounded number of times. */
export function digitRuns(folded: string): readonly DigitRun[] {
  const runs: DigitRun[] = [];
  let i = 0;
  while (i < folded.length) {
    if (!isDigit(folded, i)) {
      i += 1;
      continue;
    }
    const { run, end } = readRun(folded, i);
    runs.push(run);
    i = end;
  }
  return runs;
}

/** Whether `text` holds at least `least` digits. */
export function hasDigits(text: string, least: number): boolean {
  let count = 0;
  for (let i = 0; i < text.length; i++) if (isDigit(text, i) && ++count >= least) return true;
  return false;
}

interface Part {
  readonly start: number;
  digits: string;
  end: number;
  groups: number[];
}

function readRun(text: string, first: number): { readonly run: DigitRun; readonly end: number } {
  const { start, plus } = leadOf(text, first);
  const parts: Part[] = [];
  let part: Part = { start, end: first, digits: "", groups: [] };
  let groups = 0;
  let i = first;
  for (;;) {
    const from = i;
    while (isDigit(text, i)) i++;
    part.digits += text.slice(from, i);
    part.groups.push(i - from);
    part.end = i;
    groups += 1;
    const gap = gapAt(text, i, part.digits.length);
    if (gap === null || groups === GROUPS_MAX) break;
    if (gap.soft) {
      part.end = closed(text, i);
      parts.push(part);
      const opens = text[gap.end - 1] === "(" ? 1 : 0;
      part = { start: gap.end - opens, end: gap.end, digits: "", groups: [] };
    }
    i = gap.end;
  }
  part.end = closed(text, i);
  parts.push(part);
  const [head, ...rest] = parts.map((block) => withoutOpenBracket(text, block));
  return { run: { blocks: head === undefined ? rest : [head, ...rest], plus }, end: i };
}

/** What stands between two groups of one number; soft when there is a space in it, or when it can part two numbers. */
function gapAt(
  text: string,
  from: number,
  digitsBefore: number,
): { readonly end: number; readonly soft: boolean } | null {
  let spaces = 0;
  let end = from;
  while (end < text.length && end - from <= GAP_CHARS_MAX) {
    const character = text[end] ?? "";
    if (character === " " || character === "\t") spaces += 1;
    else if (!"-./()".includes(character)) break;
    end += 1;
  }
  const length = end - from;
  const fits = length > 0 && length <= GAP_CHARS_MAX && spaces <= GAP_SPACES_MAX && length - spaces <= 2;
  if (!fits || !isDigit(text, end)) return null;
  return { end, soft: spaces > 0 || (digitsBefore >= NUMBER_MIN && text.slice(from, end).includes("/")) };
}

/** Where a run begins that has its first digit at `first`: at a plus or an opening bracket before it. */
function leadOf(text: string, first: number): { readonly start: number; readonly plus: boolean } {
  let start = first;
  if (text[start - 1] === "(") start -= 1;
  const before = text[start - 1] === " " ? start - 2 : start - 1;
  if (text[before] !== "+") return { start, plus: false };
  return { start: text[before - 1] === "(" ? before - 1 : before, plus: true };
}

function closed(text: string, end: number): number {
  return text[end] === ")" ? end + 1 : end;
}

/** A bracket that the block opens but never closes, or closes without opening, belongs to the sentence. */
function withoutOpenBracket(text: string, block: Part): DigitBlock {
  const { digits, groups } = block;
  const raw = text.slice(block.start, block.end);
  const start = raw.startsWith("(") && !raw.includes(")") ? block.start + 1 : block.start;
  const end = raw.endsWith(")") && !raw.includes("(") ? block.end - 1 : block.end;
  return { start, end, digits, groups };
}

function isDigit(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}
