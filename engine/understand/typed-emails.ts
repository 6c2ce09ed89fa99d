import { CANDIDATES_MAX } from "./candidate.ts";
import type { Span } from "./understanding.ts";

/** Something written with an @, as typed, before it is judged. */
export interface TypedAddress extends Span {
  /** With full-width forms folded; what stands before and behind the @ may be empty. */
  readonly local: string;
  readonly domain: string;
}

const LOCAL_CHARS_MAX = 80; // a little over the 64 that are allowed, so that longer ones are seen as malformed
const DOMAIN_CHARS_MAX = 260;

/** Scans `folded` (full-width forms folded) for @ signs and reads outwards from each. Each character is read a bounded
 *  number of times. Addresses inside web addresses are none. */
export function typedAddresses(folded: string): readonly TypedAddress[] {
  const found: TypedAddress[] = [];
  let floor = 0;
  for (let at = folded.indexOf("@"); at >= 0; at = folded.indexOf("@", at + 1)) {
    const start = wholeStart(folded, localStart(folded, at, floor), floor);
    const end = wholeEnd(folded, domainEnd(folded, at + 1));
    if (found.length === CANDIDATES_MAX) break;
    if ((start === at && end === at + 1) || isInsideUrl(folded, start)) continue;
    // Phones type the apostrophe of o'brien@… as a quotation mark.
    const local = folded.slice(start, at).replaceAll("’", "'");
    found.push({ start, end, local, domain: folded.slice(at + 1, end) });
    floor = end;
  }
  return found;
}

function localStart(text: string, at: number, floor: number): number {
  const least = Math.max(floor, at - LOCAL_CHARS_MAX);
  let start = at;
  while (start > least && isLocalChar(text, start - 1)) start--;
  // Quotation marks, bullets and mark-up around an address are not part of it; a row of signs alone is its local part.
  let bare = start;
  while (bare < at && /['’*_`.|/=~&?!#-]/.test(text[bare] ?? "")) bare++;
  if (bare < at && /[a-z0-9\u00c0-\u024f]/i.test(text[bare] ?? "")) start = bare;
  // "email=bob@…", "To/bob@…": a word and a sign that no mail provider gives out.
  const local = text.slice(start, at);
  const cut = Math.max(...["=", "/", "|", "?", "&"].map((sign) => local.lastIndexOf(sign)));
  const isLabelled =
    /^[\w.:=&?/|-]+$/.test(local.slice(0, cut + 1)) && /^[a-z0-9]/i.test(local.slice(cut + 1));
  return isLabelled ? start + cut + 1 : start;
}

/** ASCII atext and dot; Latin letters with marks too, so that "josé@" is seen as malformed rather than as "@". */
function isLocalChar(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0x80) return /[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]/.test(text[index] ?? "");
  return (code >= 0xc0 && code <= 0x24f) || (text[index] === "’" && /[a-z]/i.test(text[index - 1] ?? ""));
}

/** Scripts that are written without spaces: a word of theirs may touch an address without being part of it. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** What touches the address on its left belongs to it: half an address would be somebody else's. It is taken in, so that
 *  the whole is judged, and rejected. */
function wholeStart(text: string, start: number, floor: number): number {
  if (!isPartOfWord(text, start - 1) || start <= floor) return start;
  const least = Math.max(floor, start - LOCAL_CHARS_MAX);
  let from = start;
  while (from > least && !/[\s,;:<]/.test(text[from - 1] ?? "")) from--;
  return from;
}

/** "bob@work.example@evil.example" is one thing, and no address. */
function wholeEnd(text: string, end: number): number {
  return text[end] === "@" ? domainEnd(text, end + 1) : end;
}

function isPartOfWord(text: string, index: number): boolean {
  const character = text[index] ?? " ";
  if (character === '"') return isPartOfWord(text, index - 1);
  if (character === ")" || character === "]" || character === "\\" || character === "@") return true;
  return /[\p{L}\p{M}\p{N}\p{Cs}]/u.test(character) && !UNSPACED.test(character);
}

function domainEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && end - start < DOMAIN_CHARS_MAX && isDomainChar(text, end)) end++;
  return trimDomain(text, start, end);
}

function isDomainChar(text: string, index: number): boolean {
  const code = text.charCodeAt(index);
  if (code < 0x80) return /[a-zA-Z0-9.\-_]/.test(text[index] ?? "");
  return /[\p{L}\p{M}\p{N}\p{Cs}]/u.test(text[index] ?? "");
}

/** Gives back what belongs to the sentence: a full stop, the next sentence, glued words of another script. */
function trimDomain(text: string, start: number, untrimmed: number): number {
  let end = untrimmed;
  while (end > start && /[.\-_]/.test(text[end - 1] ?? "")) end--;
  const domain = text.slice(start, end);
  const label = domain.lastIndexOf(".") + 1;
  const last = domain.slice(label);
  const foreign = /^[a-zA-Z]+(?=[\u0370-\uffff])/.exec(last);
  if (foreign !== null) return start + label + foreign[0].length;
  // "bob@x.example.Thanks"
  const nextSentence =
    /^[a-z0-9-]+\.[a-z0-9.-]+\.$/.test(domain.slice(0, label)) && /^[A-Z][a-z]*$/.test(last);
  return nextSentence ? start + label - 1 : end;
}

function isInsideUrl(text: string, start: number): boolean {
  const least = Math.max(0, start - 200);
  let from = start;
  while (from > least && !/[\s<>"]/.test(text[from - 1] ?? "")) from--;
  return /^[a-z][a-z+.-]*:\/\/|^www\./i.test(text.slice(from, start));
}
