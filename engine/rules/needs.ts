import type { Test } from "./automaton.ts";
import { usualness } from "./usual-words.ts";
import type { WordShape } from "./word-shape.ts";

/** Sets of words. A sentence must hold a word of one of them for a trigger to match in it. */
export type Need = readonly (readonly string[])[];

/** Makes what finds the needs of a trigger, the one that is met least often first. What triggers have in common is looked
 *  at once. */
export function makeNeedsOf(): (shape: WordShape) => readonly Need[] {
  const ofChoices = new Map<WordShape, readonly Need[]>();
  const commonnessOf = new Map<readonly string[], number>();

  /** How often a text holds one of these words. */
  function commonness(need: Need): number {
    let sum = 0;
    for (const words of need) {
      const often = commonnessOf.get(words) ?? words.reduce((all, word) => all + usualness(word), 0);
      commonnessOf.set(words, often);
      sum += often;
    }
    return sum;
  }

  /** Of several needs the one that is met least often. */
  function rarest(needs: readonly Need[]): Need | undefined {
    let [best] = needs;
    if (best === undefined || needs.length === 1) return best;
    let least = commonness(best);
    for (const need of needs) {
      const often = commonness(need);
      if (often < least) [best, least] = [need, often];
    }
    return best;
  }

  function byCommonness(needs: readonly Need[]): readonly Need[] {
    if (needs.length < 2) return needs;
    return needs
      .map((need) => ({ need, often: commonness(need) }))
      .toSorted((one, other) => one.often - other.often)
      .map(({ need }) => need);
  }

  function needsOf(shape: WordShape): readonly Need[] {
    switch (shape.kind) {
      case "test":
        return needsOfTest(shape.test);
      case "sequence":
        return shape.parts.flatMap(needsOf);
      case "choice": {
        const known = ofChoices.get(shape) ?? needsOfChoice(shape.parts);
        ofChoices.set(shape, known);
        return known;
      }
      case "repeated":
        return needsOf(shape.of);
      case "optional":
        return [];
      default:
        shape satisfies never;
        return [];
    }
  }

  /** One of the choices is there, so one of the words that the choices need is. */
  function needsOfChoice(choices: readonly WordShape[]): readonly Need[] {
    const each = choices.map((choice) => rarest(needsOf(choice)));
    return each.every((need) => need !== undefined) ? [each.flat()] : [];
  }

  return (shape) => byCommonness(needsOf(shape));
}

function needsOfTest(test: Test<readonly string[]>): readonly Need[] {
  if (test.kind === "word") return [[test.word]];
  if (test.kind !== "oneOf") return [];
  const each = test.tests.map((one) => needsOfTest(one)[0]);
  return each.every((need) => need !== undefined) ? [each.flat()] : [];
}
