/** A word of a text: letters, marks and digits of any script, with apostrophes and hyphens inside. */
export interface Word {
  /** [start, end) in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  /** Lower-cased, with a plain apostrophe. */
  readonly lower: string;
  /** What stands between the word before (or the beginning) and this one. */
  readonly gap: string;
  /** Index into the reading's sentences. */
  readonly sentence: number;
}

export interface Sentence {
  /** Word indices [first, last]. */
  readonly first: number;
  readonly last: number;
  readonly question: boolean;
}

/** A text, read once: what all finders work on. */
export interface Reading {
  readonly text: string;
  readonly words: readonly Word[];
  /** What stands after the last word; the whole text when there is no word. */
  readonly tail: string;
  readonly sentences: readonly Sentence[];
  /** Whether its author uses capitals, so that they mean something. */
  readonly capitals: "mixed" | "lower" | "upper";
}

// A mark alone (of an emoji, mostly) begins no word. Joiners stand inside words of Persian and of India.
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’ʼ\-‐\u200c\u200d][\p{L}\p{M}\p{N}]+)*/gu;
const ENDS_SENTENCE = /[\n\r。！？؟…]|[.;]+["'’”)\]]*\s|[!?]/u;
const QUESTION = /[?？؟]/u;
/** A full stop behind these belongs to them. */
const ABBREVIATIONS = new Set([
  "mr",
  "mrs",
  "ms",
  "dr",
  "prof",
  "st",
  "no",
  "jr",
  "sr",
  "mt",
  "tel",
  "ph",
  "ext",
]);

/** Reads `text` into words and sentences, in linear time. Total: any string, lone surrogates included. */
export function read(text: string): Reading {
  const words: Word[] = [];
  const sentences: Sentence[] = [];
  let first = 0;
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    const start = match.index;
    const gap = text.slice(end, start);
    const previous = words[words.length - 1];
    if (previous !== undefined && endsSentence(previous.lower, gap)) {
      sentences.push({ first, last: words.length - 1, question: QUESTION.test(gap) });
      first = words.length;
    }
    end = start + match[0].length;
    words.push({
      start,
      end,
      lower: match[0].toLowerCase().replaceAll("’", "'"),
      gap,
      sentence: sentences.length,
    });
  }
  const tail = text.slice(end);
  if (words.length > 0) sentences.push({ first, last: words.length - 1, question: QUESTION.test(tail) });
  return { text, words, tail, sentences, capitals: capitalsOf(text) };
}

/** The word as its author typed it. */
export function typed(reading: Reading, word: Word): string {
  return reading.text.slice(word.start, word.end);
}

/** What stands behind the word at `index`: the gap to the next word, or the tail. */
export function gapAfter(reading: Reading, index: number): string {
  return reading.words[index + 1]?.gap ?? reading.tail;
}

/** Index of the first word that starts at or after `offset`; the number of words when there is none. */
export function wordAt(reading: Reading, offset: number): number {
  let low = 0;
  let high = reading.words.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((reading.words[middle]?.start ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function capitalsOf(text: string): Reading["capitals"] {
  if (!/\p{Lu}/u.test(text)) return "lower";
  return /\p{Ll}/u.test(text) ? "mixed" : "upper";
}

function endsSentence(before: string, gap: string): boolean {
  if (gap === " " || !ENDS_SENTENCE.test(gap)) return false;
  const stop = gap.trimEnd() === "." && !gap.includes("\n");
  return !(stop && (ABBREVIATIONS.has(before) || isInitial(before)));
}

/** "J." in "J. R. Okafor"; the pronoun ends sentences ("So am I."). */
function isInitial(lower: string): boolean {
  return lower.length === 1 && lower !== "i" && lower >= "a" && lower <= "z";
}
