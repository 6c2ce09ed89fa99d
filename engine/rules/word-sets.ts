import { makeSpeller } from "./misspellings.ts";

/** Which sets a word belongs to: a bit for each set. */
export type WordBits = Uint32Array;

/** Sets of words, numbered. Every word knows the sets that it is in, so that asking is a look-up of one bit. */
export interface WordSets {
  /** The number of a set; sets that are written alike have one number. */
  numberOf(words: readonly string[]): number;
  /** Ends the numbering. */
  seal(): SealedSets;
}

export interface SealedSets {
  /** The sets that a word of these forms is in; of no length when it is in none. */
  bitsOf(forms: readonly string[]): WordBits;
  /** Room for a union. */
  empty(): WordBits;
}

const NONE = new Uint32Array(0);

export function makeWordSets(): WordSets {
  const numbers = new Map<string, number>();
  const members: (readonly string[])[] = [];
  return {
    numberOf(words) {
      const key = words.join(" ");
      const known = numbers.get(key);
      if (known !== undefined) return known;
      const number = members.push(words) - 1;
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
      const meantBy = makeSpeller(bitsOf.keys());
      const read = (words: readonly string[]): WordBits => {
        const known = words.flatMap((word) => bitsOf.get(word) ?? []);
        if (known.length < 2) return known[0] ?? NONE;
        return unionOf(
          known.map((bits) => ({ bits })),
          new Uint32Array(length),
        );
      };
      return {
        bitsOf(forms) {
          const [only] = forms;
          if (forms.length > 1 || only === undefined) return read(forms);
          return bitsOf.get(only) ?? read(meantBy(only));
        },
        empty: () => new Uint32Array(length),
      };
    },
  };
}

/** Whether a word, or one of several, is in the set. */
export function holds(bits: WordBits, set: number): boolean {
  return (((bits[set >> 5] ?? 0) >>> (set & 31)) & 1) === 1;
}

/** The sets that hold one of several words: those at [start, end). Written into `sum`, which is given back. */
export function unionOf(
  all: readonly { readonly bits: WordBits }[],
  sum: WordBits,
  start = 0,
  end = all.length,
): WordBits {
  sum.fill(0);
  for (let word = start; word < end; word += 1) {
    const bits = all[word]?.bits;
    if (bits === undefined || bits.length === 0) continue;
    for (let at = 0; at < sum.length; at += 1) sum[at] = (sum[at] ?? 0) | (bits[at] ?? 0);
  }
  return sum;
}
