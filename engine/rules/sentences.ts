import type { Term } from "./compromise.ts";

/** A sentence of a text: its words and where each stands, [starts[i], ends[i]) in UTF-16 units. */
export interface Sentence {
  readonly terms: readonly Term[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

const SENTENCE_TERMS_MAX = 256; // the matcher takes time by the square of it; nobody says a longer sentence

/**
 * Writes the text so that compromise splits it as people mean it, letter for letter, so that every position stays:
 * curly apostrophes are made plain, "and/or" and "hi,can you" become words, "hello!can you" becomes sentences.
 */
export function prepareText(text: string): string {
  return text
    .replaceAll(/[’‘ʼ＇]/g, "'")
    .replaceAll(/(?<=\p{L})[/,](?=\p{L})/gu, " ")
    .replaceAll(/(?<=\p{L} ?)\/(?= ?\p{L})/gu, " ")
    .replaceAll(/(?<=\p{L})[!?](?=\p{L})/gu, "\n");
}

/** Finds where each word of compromise's sentences stands in the text that they were made from. */
export function locateTerms(text: string, sentences: readonly (readonly Term[])[]): Sentence[] {
  const located: Sentence[] = [];
  let cursor = 0;
  let gap = 0;
  for (const terms of sentences) {
    const starts: number[] = [];
    const ends: number[] = [];
    let start = cursor;
    for (const term of terms) {
      if (term.text !== "") {
        // compromise's own offsets drift when it drops or adds a character, so each word is looked up.
        const expected = cursor + gap + term.pre.length;
        start = text.startsWith(term.text, expected) ? expected : text.indexOf(term.text, cursor);
        if (start === -1) start = cursor;
        else cursor = start + term.text.length;
        gap = term.post.length;
      } else {
        // A later part of a contraction ("not" in "don't") stands where the whole of it does.
        gap += term.post.length;
      }
      starts.push(start);
      ends.push(cursor);
    }
    for (let from = 0; from < terms.length; from += SENTENCE_TERMS_MAX) {
      const to = from + SENTENCE_TERMS_MAX;
      located.push({
        terms: terms.slice(from, to),
        starts: starts.slice(from, to),
        ends: ends.slice(from, to),
      });
    }
  }
  return located;
}

/** Everything that compromise would accept a word of a trigger as. */
export function wordsOfSentence({ terms }: Sentence): Set<string> {
  const words = new Set<string>();
  for (const term of terms) {
    words.add(term.normal).add(term.text);
    if (term.implicit) words.add(term.implicit);
    if (term.machine) words.add(term.machine);
    if (term.root) words.add(term.root);
    for (const word of term.alias ?? []) words.add(word);
  }
  return words;
}

/** The span without the spaces and punctuation at its ends, unless nothing else is there. */
export function trimSpan(
  text: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  const covered = text.slice(start, end);
  const lead = /^[\s\p{P}]*/u.exec(covered)?.[0].length ?? 0;
  if (lead === covered.length) return { start, end };
  const trail = /[\s\p{P}]*$/u.exec(covered.slice(lead))?.[0].length ?? 0;
  return { start: start + lead, end: end - trail };
}
