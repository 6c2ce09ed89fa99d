import { makeSpeller } from "./misspellings.ts";
import { QUESTION_MARK } from "./terms.ts";

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
  const numbersOfLists = new Map<readonly string[], number>(); // most lists come again and again
  const members: (readonly string[])[] = [];
  const toNumber = (words: readonly string[]): number => {
    const key = words.join(" ");
    const known = numbers.get(key);
    if (known !== undefined) return known;
    const number = members.push(words) - 1;
    numbers.set(key, number);
    return number;
  };
  return {
    numberOf(words) {
      const number = numbersOfLists.get(words) ?? toNumber(words);
      numbersOfLists.set(words, number);
      return number;
    },
    seal: () => sealed(members),
  };
}

function sealed(members: readonly (readonly string[])[]): SealedSets {
  const length = (members.length + 31) >> 5;
  const setsOf = new Map<string, number[]>();
  for (const [number, words] of members.entries()) {
    for (const word of words) {
      const sets = setsOf.get(word);
      if (sets === undefined) setsOf.set(word, [number]);
      else sets.push(number);
    }
  }
  const meantBy = makeSpeller(setsOf.keys());
  // Made when a message first holds the word: most words of a pack wait long for that.
  const bitsOfWords = new Map<string, WordBits>();
  const bitsOfWord = (word: string): WordBits | undefined => {
    const known = bitsOfWords.get(word);
    const sets = known === undefined ? setsOf.get(word) : undefined;
    if (sets === undefined) return known;
    const bits = new Uint32Array(length);
    for (const set of sets) bits[set >> 5] = (bits[set >> 5] ?? 0) | (1 << (set & 31));
    bitsOfWords.set(word, bits);
    return bits;
  };
  const read = (words: readonly string[]): WordBits => {
    const known = words.flatMap((word) => bitsOfWord(word) ?? []);
    if (known.length < 2) return known[0] ?? NONE;
    return unionOf(
      known.map((bits) => ({ bits })),
      new Uint32Array(length),
    );
  };
  return {
    bitsOf(forms) {
      const [word = "", mark] = forms;
      if (forms.length === 1) return bitsOfWord(word) ?? read(meantBy(word));
      // "a refnud?" is mistyped like any other word.
      const isMistyped = forms.length === 2 && mark === QUESTION_MARK && !setsOf.has(word);
      return read(isMistyped ? [...meantBy(word), mark] : forms);
    },
    empty: () => new Uint32Array(length),
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
