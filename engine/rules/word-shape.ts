import type { Shape } from "./automaton.ts";

/** Sets of words, spelled as `readTerms` spells them. */
export type WordShape = Shape<readonly string[]>;

/** Shapes one after the other. */
export function one(parts: readonly WordShape[]): WordShape {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : { kind: "sequence", parts };
}

/** Whether it matches no words at all, too. */
export function mayBeEmpty(shape: WordShape): boolean {
  if (shape.kind === "test") return false;
  if (shape.kind === "sequence") return shape.parts.every(mayBeEmpty);
  return shape.kind === "choice"
    ? shape.parts.some(mayBeEmpty)
    : shape.kind === "optional" || mayBeEmpty(shape.of);
}

/** Choices of one word each are one set of words: looked up at once. */
export function choice(choices: readonly WordShape[]): WordShape {
  const words: string[] = [];
  const others: WordShape[] = [];
  for (const shape of choices) {
    const only = shape.kind === "sequence" && shape.parts.length === 1 ? shape.parts[0] : shape;
    if (only?.kind === "test" && only.test.kind === "word") words.push(...only.test.word);
    else others.push(only ?? shape);
  }
  const parts: WordShape[] =
    words.length === 0 ? others : [{ kind: "test", test: { kind: "word", word: words } }, ...others];
  const [single] = parts;
  return parts.length === 1 && single !== undefined ? single : { kind: "choice", parts };
}

/** From `least` to `most` times: each one more only behind the one before. */
export function repeat(shape: WordShape, least: number, most: number): WordShape {
  let more: WordShape = { kind: "sequence", parts: [] };
  for (let count = most; count > least; count -= 1)
    more = { kind: "optional", of: { kind: "sequence", parts: [shape, more] } };
  return { kind: "sequence", parts: [...Array.from({ length: least }, () => shape), more] };
}

/** Whether every match holds a word that was asked for. */
export function hasWord(shape: WordShape): boolean {
  switch (shape.kind) {
    case "test":
      return shape.test.kind !== "any" && shape.test.kind !== "not";
    case "sequence":
      return shape.parts.some(hasWord);
    case "choice":
      return shape.parts.every(hasWord);
    case "repeated":
      return hasWord(shape.of);
    case "optional":
      return false;
    default:
      return shape satisfies never;
  }
}

/** How much work a shape makes: the words that it is about, its repeats written out, and the steps from one to the next.
 *  Where much is optional, every word may follow every other. */
export interface Size {
  readonly words: number;
  readonly steps: number;
  /** The most words that a match can span. */
  readonly longest: number;
}

/** The size of the automaton that the shape will make, without making it. */
export function sizeOf(shape: WordShape): Size {
  const { words, steps, longest } = measure(shape);
  return { words, steps, longest };
}

interface Measured extends Size {
  readonly first: number;
  readonly last: number;
  readonly empty: boolean;
}

const NOTHING: Measured = { words: 0, steps: 0, longest: 0, first: 0, last: 0, empty: true };

function measure(shape: WordShape): Measured {
  switch (shape.kind) {
    case "test":
      return { words: 1, steps: 0, longest: 1, first: 1, last: 1, empty: false };
    case "sequence":
      return shape.parts.map(measure).reduce(
        (one, two): Measured => ({
          words: one.words + two.words,
          steps: one.steps + two.steps + one.last * two.first,
          longest: one.longest + two.longest,
          first: one.first + (one.empty ? two.first : 0),
          last: two.last + (two.empty ? one.last : 0),
          empty: one.empty && two.empty,
        }),
        NOTHING,
      );
    case "choice":
      return shape.parts.map(measure).reduce(
        (one, two): Measured => ({
          words: one.words + two.words,
          steps: one.steps + two.steps,
          longest: Math.max(one.longest, two.longest),
          first: one.first + two.first,
          last: one.last + two.last,
          empty: one.empty || two.empty,
        }),
        { ...NOTHING, empty: false },
      );
    case "optional":
      return { ...measure(shape.of), empty: true };
    case "repeated": {
      const once = measure(shape.of);
      return { ...once, steps: once.steps + once.last * once.first, longest: Infinity };
    }
    default:
      return shape satisfies never;
  }
}
