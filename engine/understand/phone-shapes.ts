import { CANDIDATES_MAX } from "./candidate.ts";
import type { Span } from "./understanding.ts";

/** A run of digits that could be a phone number. Offsets are into the text. */
export interface DigitRun extends Span {
  readonly digits: string;
  /** It begins with + or with the 00 that people write for it. */
  readonly international: boolean;
}

/** Shapes that hold many digits and are no phone: dates, times, prices, decimal numbers, web addresses. */
const NOT_PHONES = [
  /\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b/g, // 2024-05-31
  /\b\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}\b/g, // 31.05.2024
  /\b\d{1,2}\/\d{1,2}\/\d{2}\b/g, // 5/31/24
  /\b\d{1,2}:\d{2}(?::\d{2})?/g, // 12:37:30
  /[$€£¥₹฿]\s?\d[\d.,]{0,20}/g, // $1,200
  /\b\d[\d.,]{0,20}\s?(?:[$€£¥₹฿%]|(?:usd|eur|gbp|dollars|euros|pounds|baht|rupees)\b)/gi,
  /\b\d{1,3}(?:,\d{3}){1,6}\b/g, // 1,234,567
  /\b\d{1,2}\.\d{1,2}\s?[ap]\.?m\b/gi, // 8.30 pm
  /(?:https?:\/\/|www\.)\S+/gi,
] as const;

/** Blanks what is not a phone by its very shape, so that it cannot run together with one. Keeps every offset. */
export function blankNotPhones(text: string): { readonly text: string; readonly blanked: readonly Span[] } {
  const blanked: Span[] = [];
  let result = text;
  for (const shape of NOT_PHONES) {
    result = result.replace(shape, (found, ...rest) => {
      const start = rest.find((value): value is number => typeof value === "number") ?? 0;
      blanked.push({ start, end: start + found.length });
      return "\u0001".repeat(found.length);
    });
  }
  return { text: result, blanked };
}

const RUN = /(?:\+|\(\+|\()?\s?\d(?:[\d]|[ \t]?[-–./()]{1,2}[ \t]?(?=[\d(])|[ \t]{1,2}(?=[\d(])){0,39}/g;

/** Digit runs with the separators that phone numbers are written with, in order. Linear: a run is cut at 40 steps. */
export function digitRuns(text: string): readonly DigitRun[] {
  const runs: DigitRun[] = [];
  for (const match of text.matchAll(RUN)) {
    const raw = match[0].trimEnd().replace(/[-–./(\s]+$/, "");
    const start = match.index + (match[0].length - match[0].trimStart().length);
    const end = match.index + raw.length;
    const digits = raw.replace(/\D/g, "");
    const international = raw.includes("+") || /^\(?00/.test(raw.trimStart());
    if (runs.length === CANDIDATES_MAX) break;
    runs.push({ start: trimBracket(text, start, end), end, digits, international });
  }
  return runs;
}

/** Whether digits of a bank card: 13 to 19 of them, and Luhn's sum comes out even. */
export function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** An opening bracket that the run never closes belongs to the sentence, not to the number. */
function trimBracket(text: string, start: number, end: number): number {
  return text[start] === "(" && !text.slice(start, end).includes(")") ? start + 1 : start;
}
