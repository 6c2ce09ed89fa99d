import type { Field } from "../../engine/rules/pack.ts";
import { findDetails } from "../../engine/understand/find-details.ts";
import { maskEmail, maskPhone } from "./mask-value.ts";

/** A field of which values are masked. */
export type ContactField = Field & { readonly extractor: { readonly kind: "email" | "phone" } };

/** What may hold a contact detail at all: most strings do not, and are left alone at once. */
const MAY_HOLD =
  /[@＠﹫\p{Nd}]|\b(?:at|dot|arroba|arobase|double|triple|oh|zero|one|two|three|four|five|six|seven|eight|nine)\b|gmail|yahoo|hotmail|outlook|icloud/iu;

/** A text without the email addresses and phone numbers in it: those that the engine finds, whatever it makes of them, and
 *  whatever else looks like one. Rather too much is masked than too little. */
export function maskText(text: string, fields: readonly ContactField[]): string {
  if (!MAY_HOLD.test(text)) return text;
  let masked = "";
  let from = 0;
  for (const { start, end, by } of disjoint([...found(text, fields), ...shaped(text)])) {
    masked += text.slice(from, start) + by;
    from = end;
  }
  return masked + text.slice(from);
}

/** [start, end) in UTF-16 units, and what stands there instead. */
interface Masked {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** What the engine finds. What is asked for is found in other shapes than what is volunteered. */
function found(text: string, fields: readonly ContactField[]): readonly Masked[] {
  const keys = fields.map(({ field }) => field);
  const kinds = new Map(fields.map(({ field, extractor }) => [field, extractor.kind]));
  return [keys, []]
    .flatMap((requested) =>
      findDetails(text, { requested, previous: null, region: null }, fields, { signals: [] }),
    )
    .map(({ field, value, span: { start, end } }) => ({
      start,
      end,
      by: kinds.get(field) === "email" ? maskEmail(value) : maskPhone(value),
    }));
}

/** Overlapping ones as one, by the longest of them. */
function disjoint(all: readonly Masked[]): readonly Masked[] {
  const merged: Masked[] = [];
  let longest = 0;
  for (const one of all.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = merged.at(-1);
    const length = one.end - one.start;
    if (last === undefined || one.start >= last.end) {
      merged.push(one);
      longest = length;
      continue;
    }
    const by = length > longest ? one.by : last.by;
    longest = Math.max(longest, length);
    merged[merged.length - 1] = { start: last.start, end: Math.max(last.end, one.end), by };
  }
  return merged;
}

const TYPED_EMAIL = /[^\s<>()[\],;:"'@＠﹫]+\s?[@＠﹫]\s?[^\s<>()[\],;:"'@＠﹫]+/gu;
const SPOKEN_EMAIL =
  /\S+\s+[([{<]?(?:at|arroba|arobase)[)\]}>]?\s+\S+(?:\s*[([{<]?(?:\b(?:dot|punto|ponto|punkt|point)\b|\.)[)\]}>]?\s*\S+)+/giu;

const NUMBER_WORD =
  "(?:(?:double|triple)\\s+)?(?:zero|oh|o|nought|one|two|three|four|five|six|seven|eight|nine|\\p{Nd}+)";
const SPOKEN_NUMBER = new RegExp(
  `(?<![\\p{L}])${NUMBER_WORD}(?:[\\s,.-]+${NUMBER_WORD}){5,}(?![\\p{L}])`,
  "giu",
);

/** Digits as people group them. Not over a colon: times of day are no numbers. */
const TYPED_NUMBER = /\p{Nd}(?:[\p{Z}\p{Cf}\s().‐-―−/+·_*,-]{0,3}\p{Nd})*/gu;
const DIGITS_MIN = 6;

/** What looks like a contact detail to anybody. */
function shaped(text: string): readonly Masked[] {
  const emails = [...text.matchAll(TYPED_EMAIL), ...text.matchAll(SPOKEN_EMAIL)];
  const numbers = [...text.matchAll(TYPED_NUMBER)].filter(([number]) => digitsIn(number) >= DIGITS_MIN);
  const spoken = text.matchAll(SPOKEN_NUMBER);
  return [
    ...Array.from(emails, (match) => spanOf(match, maskEmail(match[0]))),
    ...Array.from(numbers, (match) => spanOf(match, maskPhone(match[0]))),
    ...Array.from(spoken, (match) => spanOf(match, maskPhone(""))),
  ];
}

function spanOf({ 0: matched, index }: RegExpExecArray, by: string): Masked {
  return { start: index, end: index + matched.length, by };
}

function digitsIn(text: string): number {
  return text.match(/\p{Nd}/gu)?.length ?? 0;
}
