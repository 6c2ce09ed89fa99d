import { makeSpeller } from "./misspellings.ts";

/** Which sets a word belongs to: a bit for each set. */
export type WordBits = Uint32Array;

/** Sets of words, numbered. Every word knows the sets that it is in, so that asking is a look-up of one bit. */
export interface WordSets {
  /** The number of a set; equal sets have one number. */
  numberOf(words: readonly string[]): number;
  /** Ends the numbering and gives the look-up of words. */
  seal(): (forms: readonly string[]) => WordBits;
}

export function makeWordSets(): WordSets {
  const numbers = new Map<string, number>();
  const members: (readonly string[])[] = [];
  return {
    numberOf(words) {
      const sorted = [...new Set(words)].toSorted();
      const key = sorted.join(" ");
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const number = members.push(sorted) - 1;
      numbers.set(key, number);
      return number;
    },
    seal() {
      const length = (members.length + 31) >> 5;
      const bitsOf = new Map<string, WordBits>();
      for (const [number, words] of members.entries()) {
        for (const word of words) {
          const bits = bitsOf.get(word) ?? new Uint32Array(length);
          bits[number >> 5] = (bits[number >> 5] ?? 0) | (1 << (number & 31));
          bitsOf.set(word, bits);
        }
      }
      const none = new Uint32Array(length);
      const meantBy = makeSpeller(bitsOf.keys());
      const read = (word: string): WordBits => {
        const meant = meantBy(word).flatMap((one) => bitsOf.get(one) ?? []);
        return meant.length === 0
          ? none
          : unionOf(
              meant.map((bits) => ({ bits })),
              length,
            );
      };
      return (forms) => {
        const [only] = forms;
        if (forms.length === 1 && only !== undefined) return bitsOf.get(only) ?? read(only);
        const known = forms.flatMap((form) => bitsOf.get(form) ?? []);
        return known.length > 1
          ? unionOf(
              known.map((bits) => ({ bits })),
              length,
            )
          : (known[0] ?? none);
      };
    },
  };
}

/** Whether a word, or one of several, is in the set. */
export function holds(bits: WordBits, set: number): boolean {
  return (((bits[set >> 5] ?? 0) >>> (set & 31)) & 1) === 1;
}

/** The sets that hold one of several words: those at [start, end). */
export function unionOf(
  all: readonly { readonly bits: WordBits }[],
  length: number,
  start = 0,
  end = all.length,
): WordBits {
  const sum = new Uint32Array(length);
  for (let word = start; word < end; word += 1) {
    const bits = all[word]?.bits;
    if (bits !== undefined) for (let at = 0; at < length; at += 1) sum[at] = (sum[at] ?? 0) | (bits[at] ?? 0);
  }
  return sum;
}
