import type { DigitBlock } from "./digit-runs.ts";

/** What a block of digits is by its shape and by what touches it, when that is no phone; null when it may be one. */
export function otherShape(text: string, block: DigitBlock): string | null {
  const raw = text.slice(block.start, block.end);
  const before = text[block.start - 1] ?? "";
  const after = text[block.end] ?? "";
  if (after === ":" && isDigitAt(text, block.end + 1)) return "time";
  if (before === ":" && isDigitAt(text, block.start - 2)) return "time";
  if (block.groups.length === 3 && DATE.test(raw)) return "date";
  if (CURRENCY.test(before) || (before === " " && CURRENCY.test(text[block.start - 2] ?? ""))) return "price";
  if (CURRENCY.test(after) || after === "%" || PRICED.test(text.slice(block.end, block.end + 9)))
    return "price";
  if (after === "," || before === ",") return isThousands(text, block, before, after) ? "amount" : null;
  return null;
}

const DATE =
  /^(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:19|20)\d{2}|\d{1,2}\/\d{1,2}\/\d{2})$/;
const CURRENCY = /[$€£¥₹฿]/;
const PRICED = /^ ?(?:usd|eur|gbp|inr|aud|dollars?|euros?|pounds?|baht|rupees|[$€£¥₹฿])(?![a-z])/i;

/** "1,234,567" and "1,234.50"; "0412345678,0413345678" is two numbers. */
function isThousands(
  text: string,
  { end, digits, groups }: DigitBlock,
  before: string,
  after: string,
): boolean {
  const first = groups[0] ?? 0;
  if (before === ",") return first === 3;
  return after === "," && digits.length <= 3 && /^,\d{3}(?!\d)/.test(text.slice(end, end + 5));
}

/** An area code in brackets: nothing else is written so. */
export function hasAreaCode(raw: string): boolean {
  return /^\(0?\d{2,5}\)[ .-]?\d/.test(raw);
}

/** Shapes that phones rarely have and that something else usually has: what decides is whether a phone is spoken of. */
export function likelyOther(raw: string): string | null {
  if (/^\d{3}-\d{2}-\d{4}$/.test(raw)) return "social security number";
  if (/^\d{5}-\d{4}$/.test(raw)) return "zip code";
  if (/^\d{1,2} \d{1,2} (?:19|20)\d{2}$/.test(raw)) return "date";
  if (/^\d{1,3}\.\d+$/.test(raw)) return "decimal number";
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(raw)) return "network address";
  return null;
}

const DAY = "(?:0?[1-9]|[12]\\d|3[01])";
const BIRTHDAY = new RegExp(`^${DAY} ${DAY} (?:19|20)\\d{2}$`);

/** Shapes that no phone has, also where one was asked for. */
export function surelyOther(raw: string): string | null {
  if (/^0+$/.test(raw.replace(/\D/g, ""))) return "nothing but zeros";
  if (BIRTHDAY.test(raw)) return "date";
  // "1.5551234567" may be dialled in America.
  return /^(?!1\.\d{10}$)[1-9]\.\d{5,}$/.test(raw) ? "decimal number" : null;
}

const COMMAS = /(?<![\d,])(?:0\d{1,4}|\d{4,5}),\d{3},\d{3}(?![\d,])|(?<![\d,])\d{3},\d{3},\d{4}(?![\d,])/g;
const UNDERSCORES = /(?<![\w])\d{2,5}_\d{2,4}_\d{2,4}(?!\w)/g;

/** "0412,345,678", "0412_345_678": commas and underscores between groups, where a phone was asked for and an amount would be
 *  grouped otherwise. One unit for one. */
export function withHyphens(text: string): string {
  return text
    .replace(COMMAS, (number) => number.replaceAll(",", "-"))
    .replace(UNDERSCORES, (number) => number.replaceAll("_", "-"));
}

const CHAT_LINK = /(?:\bwa\.me\/|whatsapp\.com\/send\/?\?phone=)$/i;

/** "https://wa.me/61412345678": a link to somebody's chat holds their number. */
export function isChatLink(text: string, start: number): boolean {
  return CHAT_LINK.test(text.slice(Math.max(0, start - 30), start));
}

/** Whether digits of a bank card: 13 to 19 of them, and Luhn's sum comes out even. */
export function isCardNumber(digits: string): boolean {
  if (digits.length < 13 || digits.length > 19 || digits.startsWith("0")) return false;
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = digit * 2;
    sum += i % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const URL_CHARS_BACK_MAX = 200;

/** Letters or signs glued to the digits make them part of a code ("A1-516733", "x+45=3"), not a phone. */
export function isInsideWord(text: string, start: number, end: number): boolean {
  const before = text[start - 1] ?? " ";
  const opens = text[start] === "+" || text[start] === "(";
  if (!opens && GLUE.test(before) && !isLabel(text, start)) return true;
  if (before === "-" && /[a-zA-Z\d]/.test(text[start - 2] ?? " ")) return true;
  if (before === "/" && isInsideUrl(text, start)) return true;
  const after = text.slice(end, end + 4);
  if (/^(?:x\s?\d|ext)/i.test(after)) return false;
  if (/^[a-zA-Z_@=*^%°+]/.test(after) && !/^[a-zA-Z]{2}/.test(after)) return true;
  return /^(?:st|nd|rd|th|am|pm|kg|km|mm|cm|gb|mb)\b/i.test(after);
}

const GLUE = /[a-zA-Z0-9_@=*^~&]/;
const LABEL = /(?<![a-z])(?:is|no|num|number|ph|phone|tel|mob|mobile|cell|call|at|on|whatsapp|contact)$/i;

/** "ph9840012345", "my number is9840012345": a word that lost its space. */
function isLabel(text: string, start: number): boolean {
  return LABEL.test(text.slice(Math.max(0, start - 9), start));
}

function isInsideUrl(text: string, start: number): boolean {
  const least = Math.max(0, start - URL_CHARS_BACK_MAX);
  let from = start;
  while (from > least && !/[\s<>"]/.test(text[from - 1] ?? "")) from--;
  return /^[a-z][a-z+.-]*:\/\/|^www\.|^[\w-]+\.[a-z]{2,}\//i.test(text.slice(from, start));
}

function isDigitAt(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  return code >= 48 && code <= 57;
}
