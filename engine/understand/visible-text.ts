import type { Span } from "./understanding.ts";

/** A text without the characters that nobody sees, and where its spans stand in the text as sent. */
export interface VisibleText {
  readonly text: string;
  readonly original: (span: Span) => Span;
}

// Soft hyphens, spaces without width, directions (contacts are pasted with them), and what makes an emoji of a sign.
const UNSEEN =
  "\\u00ad\\u061c\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060\\u2066-\\u2069\\ufe0e\\ufe0f\\ufeff\\u20e3";
const JOINERS = "\\u200c\\u200d";
/** A letter of a script that joins its letters: between two of them a joiner is spelling, elsewhere it is nothing. */
const JOINING = "(?![\\0-\\u02ff])[\\p{L}\\p{M}]";
const ANY = new RegExp(`[${UNSEEN}${JOINERS}]`);
const EACH = new RegExp(`[${UNSEEN}]|(?<!${JOINING})[${JOINERS}]|[${JOINERS}](?!${JOINING})`, "gu");

/** `sent` as it is seen: "0412\u200b345" is 0412345. Takes time only where there is something to leave out. */
export function visibleText(sent: string): VisibleText {
  if (!ANY.test(sent)) return { text: sent, original: (span) => span };
  /** Where each unit of the text stands in what was sent. */
  const places: number[] = [];
  let text = "";
  let from = 0;
  const keep = (to: number): void => {
    for (let i = from; i < to; i++) places.push(i);
    text += sent.slice(from, to);
  };
  for (const { 0: unseen, index } of sent.matchAll(EACH)) {
    keep(index);
    from = index + unseen.length;
  }
  keep(sent.length);
  const original = ({ start, end }: Span): Span => {
    const first = places[start] ?? sent.length;
    return { start: first, end: end > start ? (places[end - 1] ?? first) + 1 : first };
  };
  return { text, original };
}
