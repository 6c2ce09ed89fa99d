import type { Term as CompromiseTerm } from "./compromise.ts";

/**
 * A trigger as a position automaton (Glushkov 1961): a state for each word that it may read, and which may follow which. A
 * message is read once from left to right, so the time is at most the text's length times the steps between the states.
 */

/** What a trigger asks of one word. `Word` is how the maker of the trigger names a set of words. */
export type Test<Word> =
  | { readonly kind: "word"; readonly word: Word }
  | { readonly kind: "any" }
  | { readonly kind: "not"; readonly test: Test<Word> }
  | { readonly kind: "oneOf"; readonly tests: readonly Test<Word>[] }
  | { readonly kind: "where"; readonly holds: (term: Readable) => boolean };

/** What a test that is no look-up may see of a word. */
export interface Readable {
  readonly normal: string;
  /** The word as compromise read it, where a trigger needs that. */
  readonly tagged?: CompromiseTerm;
}

/** The shape of a trigger. */
export type Shape<Word> =
  | { readonly kind: "test"; readonly test: Test<Word> }
  | { readonly kind: "sequence"; readonly parts: readonly Shape<Word>[] }
  | { readonly kind: "choice"; readonly parts: readonly Shape<Word>[] }
  | { readonly kind: "optional"; readonly of: Shape<Word> }
  | { readonly kind: "repeated"; readonly of: Shape<Word> };

export interface Automaton<Word> {
  readonly tests: readonly Test<Word>[];
  /** Where a match may begin. */
  readonly first: readonly number[];
  readonly follow: readonly (readonly number[])[];
  /** Where it may end. */
  readonly last: readonly boolean[];
  /** Scratch room of a run: when each state was last reached, and as which. A run clears it first. */
  readonly reached: Int32Array;
}

interface Built {
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** Whether it matches no words at all. */
  readonly empty: boolean;
}

/** Builds the automaton of a shape. Matches of no words are not matches. */
export function buildAutomaton<Word>(shape: Shape<Word>): Automaton<Word> {
  const tests: Test<Word>[] = [];
  const follow: Set<number>[] = [];
  const link = (from: readonly number[], to: readonly number[]): void => {
    for (const one of from) for (const next of to) follow[one]?.add(next);
  };
  const build = (shape: Shape<Word>): Built => {
    switch (shape.kind) {
      case "test": {
        const at = tests.push(shape.test) - 1;
        follow.push(new Set());
        return { first: [at], last: [at], empty: false };
      }
      case "sequence":
        return shape.parts.map(build).reduce(
          (one, two): Built => {
            link(one.last, two.first);
            return {
              first: one.empty ? [...one.first, ...two.first] : one.first,
              last: two.empty ? [...one.last, ...two.last] : two.last,
              empty: one.empty && two.empty,
            };
          },
          { first: [], last: [], empty: true },
        );
      case "choice": {
        const all = shape.parts.map(build);
        return {
          first: all.flatMap(({ first }) => first),
          last: all.flatMap(({ last }) => last),
          empty: all.some(({ empty }) => empty),
        };
      }
      case "optional":
        return { ...build(shape.of), empty: true };
      case "repeated": {
        const built = build(shape.of);
        link(built.last, built.first);
        return built;
      }
      default:
        shape satisfies never;
        return { first: [], last: [], empty: true };
    }
  };
  const { first, last } = build(shape);
  const ends = new Set(last);
  return {
    tests,
    first,
    follow: follow.map((next) => [...next]),
    last: tests.map((_, at) => ends.has(at)),
    reached: new Int32Array(2 * tests.length),
  };
}
