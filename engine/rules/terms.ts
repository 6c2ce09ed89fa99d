import type { Readable } from "./automaton.ts";
import { isApostrophe, isPlain, isSign, isSpace, isStop, isWordAt } from "./term-characters.ts";
import { foldWord } from "./fold-word.ts";
import { isAddress, isInitialAt, joinsWord } from "./joined-words.ts";
import { part, partsOf, type Part } from "./short-forms.ts";

/** A word of a message as triggers see it. "don't" is two terms, of which both stand where the whole of it does. */
export interface Term extends Readable {
  /** [start, end) in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** What a trigger may call it, in lower case and without accents; a word with a question mark behind it may be called
   *  `?` too (`QUESTION_MARK`). */
  readonly forms: readonly string[];
  /** What a regular expression in a trigger sees: the word with a sign in front of it ("#44121", "$20"). */
  readonly normal: string;
  /** Whether a clause begins with it: after a comma, a dash, a colon, or at the beginning of the sentence. */
  readonly opens: boolean;
  /** It may be left unread: the "is" of "it's". */
  readonly silent: boolean;
}

export interface TermSentence {
  readonly terms: readonly Term[];
  /** [start, end) of its words in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** What `@hasQuestionMark` looks for. Nobody can write it as a word of a trigger. */
export const QUESTION_MARK = "?";

/** A full stop behind these belongs to them. */
const ABBREVIATIONS = new Set(
  "mr mrs ms dr prof st jr sr mt tel ph ext eg e.g ie i.e etc vs approx dept est inc ltd co corp nr feb aug sept oct nov dec".split(" "),
); // prettier-ignore
const WORD_CHARS_MAX = 64; // what is longer is no word of any trigger

/** Reads `text` into sentences of terms, in linear time. Total: any string, lone surrogates included. */
export function readTerms(text: string): readonly TermSentence[] {
  const reader: Reader = { text, sentences: [], terms: [], opens: true };
  const length = text.length;
  let at = 0;
  while (at < length) {
    const code = text.charCodeAt(at);
    if (isSpace(code)) {
      if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) endSentence(reader);
      at += 1;
      continue;
    }
    let end = at + 1;
    while (end < length && !isSpace(text.charCodeAt(end))) end += 1;
    readChunk(reader, at, end);
    at = end;
  }
  endSentence(reader);
  if (reader.sentences.length === 0 && text.trim() !== "") {
    // Nothing but marks: a lone "?" still asks.
    const start = text.length - text.trimStart().length;
    const marks = isAsking(text, 0, length) ? QUESTION_MARK : text.trim().slice(0, WORD_CHARS_MAX);
    push(reader, start, text.trimEnd().length, [part(marks)], marks, false);
    endSentence(reader);
  }
  return reader.sentences;
}

/** A word of a trigger, as `readTerms` would show it. */
export function wordsOfTrigger(word: string): readonly string[] {
  const lower = word.toLowerCase();
  if (/^[a-z]+$/.test(lower) && partsOf(lower) === null) return [lower]; // nearly every one
  return readTerms(word).flatMap(({ terms }) =>
    terms.filter(({ silent }) => !silent).map(({ forms }) => forms[0] ?? ""),
  );
}

interface Reader {
  readonly text: string;
  readonly sentences: TermSentence[];
  terms: Term[];
  /** Whether the next term begins a clause. */
  opens: boolean;
}

function endSentence(reader: Reader): void {
  const { terms } = reader;
  reader.opens = true;
  if (terms.length === 0) return;
  reader.sentences.push({ terms, start: terms[0]?.start ?? 0, end: terms.at(-1)?.end ?? 0 });
  reader.terms = [];
}

/** What stands between two spaces: marks in front, words, marks behind. */
function readChunk(reader: Reader, from: number, to: number): void {
  const { text } = reader;
  let start = from;
  while (start < to && !isWordAt(text, start)) start += 1;
  if (start === to) {
    readMarks(reader, from, to);
    return;
  }
  let end = to;
  while (end > start && !isWordAt(text, end - 1)) end -= 1;
  const before = start > from ? text.charCodeAt(start - 1) : Number.NaN;
  const sign = isSign(before) ? (text[start - 1] ?? "") : "";
  if (start > from && sign === "" && !isApostrophe(before)) reader.opens = true;
  readWords(reader, start, end, sign, isAsking(text, end, to));
  readTail(reader, end, to);
}

/** A chunk without letters or digits: "&", "-", "?!". */
function readMarks(reader: Reader, from: number, to: number): void {
  const { text } = reader;
  if (to - from === 1 && (text[from] === "&" || text[from] === "@")) {
    push(reader, from, to, partsOf(text[from] ?? "") ?? [], text[from] ?? "", false);
    return;
  }
  const last = reader.terms.at(-1);
  // "is it open ?"
  if (last && isAsking(text, from, to) && !last.forms.includes(QUESTION_MARK))
    reader.terms[reader.terms.length - 1] = { ...last, forms: [...last.forms, QUESTION_MARK] };
  readTail(reader, from, to);
}

/** The marks behind a word: they end a sentence, or a clause, or nothing. */
function readTail(reader: Reader, from: number, to: number): void {
  const { text } = reader;
  let stops = false;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x2e) stops ||= !isAbbreviated(reader, at);
    else if (isStop(code)) stops = true;
    else if (code !== 0x27 && code !== 0x2019 && code !== 0x25) reader.opens = true;
  }
  if (stops) endSentence(reader);
}

function isAbbreviated(reader: Reader, at: number): boolean {
  const last = reader.terms.at(-1);
  if (last === undefined || last.end !== at) return false;
  // "No. 5", but "No. I'd rather not."
  if (last.normal === "no") return /^\s?\d/.test(reader.text.slice(at + 1, at + 3));
  const initial = last.normal.length === 1 ? /[a-hj-z]/.test(last.normal) : reader.text[at - 2] === ".";
  return initial || ABBREVIATIONS.has(last.normal);
}

/** Words that no space parts: most often one, of plain letters. */
function readWords(reader: Reader, start: number, end: number, sign: string, asks: boolean): void {
  const { text } = reader;
  let plain = true;
  for (let at = start; at < end && plain; at += 1) plain = isPlain(text.charCodeAt(at));
  if (plain && end - start <= WORD_CHARS_MAX) {
    pushFolded(reader, start, end, text.slice(start, end).toLowerCase(), sign, asks);
    return;
  }
  if (isAddress(text, start, end)) {
    pushWord(reader, start, end, sign, asks);
    return;
  }
  let from = start;
  for (let at = start; at < end; at += 1) {
    if (isWordAt(text, at) || joinsWord(text, at, from)) continue;
    pushWord(reader, from, at, from === start ? sign : "", isAsking(text, at, at + 1));
    const code = text.charCodeAt(at);
    let next = at + 1;
    while (next < end && !isWordAt(text, next)) next += 1;
    if (isStop(code) || (code === 0x2e && !isInitialAt(text, at))) endSentence(reader);
    else if (code === 0x2c || code === 0x3b || code === 0x3a || code === 0x2014) reader.opens = true;
    from = next;
    at = next - 1;
  }
  if (from < end) pushWord(reader, from, end, from === start ? sign : "", asks);
}

function pushWord(reader: Reader, start: number, end: number, sign: string, asks: boolean): void {
  const word = foldWord(reader.text.slice(start, Math.min(end, start + WORD_CHARS_MAX)));
  pushFolded(reader, start, end, word, sign, asks);
}

function pushFolded(
  reader: Reader,
  start: number,
  end: number,
  word: string,
  sign: string,
  asks: boolean,
): void {
  const parts = partsOf(word);
  if (parts !== null) push(reader, start, end, parts, sign + word, asks);
  else {
    const normal = sign === "" ? word : sign + word;
    const forms = asks ? [word, QUESTION_MARK] : [word];
    reader.terms.push({ start, end, forms, normal, opens: reader.opens, silent: false });
    reader.opens = false;
  }
}

function push(
  reader: Reader,
  start: number,
  end: number,
  parts: readonly Part[],
  normal: string,
  asks: boolean,
): void {
  for (let k = 0; k < parts.length; k += 1) {
    const { forms, silent } = parts[k] ?? part(normal);
    const seen = k === 0 ? normal : (forms[0] ?? "");
    const opens = reader.opens && k === 0;
    const all = asks && k === parts.length - 1 ? [...forms, QUESTION_MARK] : forms;
    reader.terms.push({ start, end, forms: all, normal: seen, opens, silent });
  }
  reader.opens = false;
}

function isAsking(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x3f || code === 0x61f || code === 0xff1f) return true;
  }
  return false;
}
