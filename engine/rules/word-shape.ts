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

/** How many words it is about, its repeats written out. */
export function sizeOf(shape: WordShape): number {
  if (shape.kind === "test") return 1;
  return shape.kind === "optional" || shape.kind === "repeated"
    ? sizeOf(shape.of)
    : shape.parts.reduce((sum, part) => sum + sizeOf(part), 0);
}
