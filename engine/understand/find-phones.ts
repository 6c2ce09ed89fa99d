import {
  findPhoneNumbersInText,
  isSupportedCountry,
  parsePhoneNumberFromString,
  type CountryCode,
} from "libphonenumber-js/max";
import type { Candidate, Circumstance } from "./candidate.ts";
import { foldWidth } from "./fold-width.ts";
import { keepOne } from "./keep-one.ts";
import { phoneClue, type PhoneClue } from "./phone-clues.ts";
import { blankNotPhones, digitRuns, isCardNumber, type DigitRun } from "./phone-shapes.ts";
import type { Reading } from "./reading.ts";
import type { RejectReason, Span } from "./understanding.ts";

// The metadata set is "max": it alone knows every range that is really assigned. With "min" any ten digits would be a
// number of the United States, and every order number a phone. It costs 75 kB more, on a server.

const DIGITS_MIN = 5; // no number of any plan is shorter, extensions and short codes aside
const DIGITS_SHAPED_MIN = 7; // shorter ones are taken for the beginning of a number
const DIGITS_MAX = 15; // E.164

/** How people begin an international number, whatever their own country dials for it. */
const INTERNATIONAL_PREFIX = /^[(\s]*(?:\+|00)[)\s]*/;

interface FoundNumber {
  readonly value: string;
  readonly span: Span;
  readonly kind: "international" | "national" | "country_code";
}

/** Finds phone numbers in order; accepted ones as E.164. International numbers always, national ones in `region`, and
 *  digits without a plus or 00 that begin with a country code where a phone was asked for or spoken of. Never throws. */
export function findPhones(reading: Reading, about: Circumstance): readonly Candidate[] {
  const folded = foldWidth(reading.text);
  if (!hasDigits(folded, about.asked ? 1 : DIGITS_MIN)) return [];
  const { text, blanked } = blankNotPhones(folded);
  const country = about.region !== null && isSupportedCountry(about.region) ? about.region : undefined;
  const candidates: Candidate[] = [];
  for (const run of digitRuns(text)) candidates.push(...judge(text, run, reading, about, country));
  for (const span of blanked) {
    const digits = folded.slice(span.start, span.end).replace(/\D/g, "");
    if (digits.length < DIGITS_SHAPED_MIN || reading.text.slice(span.start, span.end).includes("/")) continue;
    candidates.push({ value: digits, span, extractor: "phone/shape", reason: "not_a_phone" });
  }
  return keepOne(
    reading,
    candidates.toSorted((a, b) => a.span.start - b.span.start),
    about.signals,
  );
}

function judge(
  text: string,
  run: DigitRun,
  reading: Reading,
  about: Circumstance,
  country: CountryCode | undefined,
): readonly Candidate[] {
  if (isInsideWord(text, run)) return [];
  const clue = phoneClue(reading, run);
  const reject = (reason: RejectReason): readonly Candidate[] => [
    { value: run.digits, span: { start: run.start, end: run.end }, extractor: "phone/digits", reason },
  ];
  if (run.digits.length < DIGITS_SHAPED_MIN) {
    return isFragment(run, reading, about, clue) ? reject("incomplete") : [];
  }
  if (clue === "other_number" || isCardNumber(run.digits)) return reject("not_a_phone");
  const numbers = numbersIn(text, run, country, about.asked || clue === "phone");
  if (numbers.length > 0) {
    const reason = clue === "someone_else" ? "someone_else" : clue === "negated" ? "negated" : null;
    return numbers.map(({ value, span, kind }) => ({ value, span, extractor: `phone/${kind}`, reason }));
  }
  if (run.digits.length > DIGITS_MAX) return reject("not_a_phone");
  if (country === undefined && !run.international) return reject("ambiguous");
  return reject(about.asked || clue === "phone" || run.international ? "invalid_for_region" : "not_a_phone");
}

function numbersIn(
  text: string,
  run: DigitRun,
  country: CountryCode | undefined,
  expected: boolean,
): readonly FoundNumber[] {
  const raw = text.slice(run.start, run.end);
  const span = { start: run.start, end: run.end };
  const whole = run.international
    ? validNumber(raw.replace(INTERNATIONAL_PREFIX, "+"), undefined)
    : country === undefined
      ? null
      : validNumber(raw, country);
  if (whole !== null) return [{ value: whole, span, kind: run.international ? "international" : "national" }];
  // 971 56 … : a country code without its plus. Below eleven digits it would as well be a national number.
  if (
    expected &&
    !run.international &&
    run.digits.length >= (country === undefined ? 12 : 11) &&
    run.digits[0] !== "0"
  ) {
    const value = validNumber(`+${run.digits}`, undefined);
    if (value !== null) return [{ value, span, kind: "country_code" }];
  }
  return numbersInside(raw, run.start, country);
}

/** Two numbers, or a number and something else, that only a space parts. */
function numbersInside(
  raw: string,
  offset: number,
  country: CountryCode | undefined,
): readonly FoundNumber[] {
  if (!/[ \t/]/.test(raw)) return [];
  const options = country === undefined ? {} : { defaultCountry: country };
  return findPhoneNumbersInText(raw, options).map(({ startsAt, endsAt, number }) => ({
    value: number.number,
    span: { start: offset + startsAt, end: offset + endsAt },
    kind: raw[startsAt] === "+" ? "international" : "national",
  }));
}

function validNumber(raw: string, country: CountryCode | undefined): string | null {
  const number = parsePhoneNumberFromString(raw, country === undefined ? {} : { defaultCountry: country });
  return number !== undefined && number.isValid() ? number.number : null;
}

/** Letters or signs glued to the digits make them part of a code ("A1-516733", "x+45=3"), not a phone. */
function isInsideWord(text: string, run: Span): boolean {
  const before = text[run.start - 1] ?? " ";
  const after = text[run.end] ?? " ";
  const glued = /[a-zA-Z0-9_@=*^~&]/;
  if (glued.test(before) && !/^[+(]/.test(text.slice(run.start, run.start + 1))) return true;
  if (/[-.,]/.test(before) && /[a-zA-Z\d]/.test(text[run.start - 2] ?? " ")) return true;
  if (/^(?:x|ext)/i.test(text.slice(run.end, run.end + 3))) return false;
  if (/[a-zA-Z_@=*^%°+]/.test(after) && !/^[a-zA-Z]{2,}/.test(text.slice(run.end, run.end + 2))) return true;
  return /^(?:st|nd|rd|th|am|pm|kg|km|mm|cm|gb|mb)\b/i.test(text.slice(run.end, run.end + 3));
}

/** A few digits given as the answer: "0412", not the "2" of "a table for 2". */
function isFragment(run: DigitRun, reading: Reading, about: Circumstance, clue: PhoneClue): boolean {
  if (run.digits.length < 3 || clue === "other_number" || clue === "someone_else") return false;
  if (clue === "phone") return run.digits.length >= DIGITS_MIN || about.asked;
  return (
    about.asked &&
    reading.words.length - run.digits.length < 4 &&
    reading.text.trim().length < run.end - run.start + 16
  );
}

function hasDigits(text: string, least: number): boolean {
  let count = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 48 && code <= 57 && ++count >= least) return true;
  }
  return false;
}
