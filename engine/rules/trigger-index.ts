import { buildAutomaton, needsOf, type Automaton, type Shape, type Test } from "./automaton.ts";
import type { Anchored } from "./run-automaton.ts";
import type { UsedTrigger } from "./used-trigger.ts";
import { usualness } from "./usual-words.ts";
import { holds, type WordBits, type WordSets } from "./word-sets.ts";

/** A trigger of words, made ready to run. */
export interface Entry extends Anchored {
  readonly trigger: UsedTrigger;
  /** Of each of these lists of sets a sentence must hold a word. */
  readonly needs: readonly (readonly number[])[];
  /** The same, as the words themselves. */
  readonly neededWords: readonly (readonly string[])[];
}

/** The triggers of words, with their automata and the words that each needs. */
export function toEntries(triggers: readonly UsedTrigger[], sets: WordSets, tagged: boolean): Entry[] {
  return triggers.flatMap((trigger): Entry[] => {
    const { compiled } = trigger;
    if (compiled.kind !== "words" || compiled.tagged !== tagged) return [];
    const needs = byCommonness(
      // Words that only compromise's contractions bring forth ("she's late") prove nothing by their absence.
      needsOf(compiled.shape, rarest).filter(
        (need) => !tagged || !need.flat().some((word) => MADE_BY_TAGGING.has(word)),
      ),
    );
    const shape = numbered(compiled.shape, sets);
    let automaton: Automaton<number> | undefined;
    return [
      {
        trigger,
        // Built when a message first holds its words: most triggers of a pack wait long for that.
        get automaton() {
          return (automaton ??= buildAutomaton(shape));
        },
        from: compiled.from,
        to: compiled.to,
        needs: needs.map((need) => need.map((words) => sets.numberOf(words))),
        get neededWords() {
          return needs.map((need) => need.flat());
        },
      },
    ];
  });
}

const MADE_BY_TAGGING = new Set("am are did had has have is not us was were will would".split(" "));

type Need = readonly (readonly string[])[];

/** Of several needs the one that is met least often. */
function rarest(needs: readonly (readonly string[])[][]): (readonly string[])[] {
  return [...(byCommonness(needs)[0] ?? [])];
}

/** The one that is met least often first. */
function byCommonness(needs: readonly Need[]): readonly Need[] {
  if (needs.length < 2) return needs;
  return needs
    .map((need) => ({ need, often: commonness(need) }))
    .toSorted((one, other) => one.often - other.often)
    .map(({ need }) => need);
}

/** How often a text holds one of these words. */
function commonness(need: Need): number {
  let sum = 0;
  for (const words of need) for (const word of words) sum += usualness(word);
  return sum;
}

function numbered(shape: Shape<readonly string[]>, sets: WordSets): Shape<number> {
  if (shape.kind === "test") return { kind: "test", test: numberedTest(shape.test, sets) };
  if (shape.kind === "optional" || shape.kind === "repeated") {
    return { kind: shape.kind, of: numbered(shape.of, sets) };
  }
  return { kind: shape.kind, parts: shape.parts.map((part) => numbered(part, sets)) };
}

function numberedTest(test: Test<readonly string[]>, sets: WordSets): Test<number> {
  switch (test.kind) {
    case "word":
      return { kind: "word", word: sets.numberOf(test.word) };
    case "not":
      return { kind: "not", test: numberedTest(test.test, sets) };
    case "oneOf":
      return { kind: "oneOf", tests: test.tests.map((one) => numberedTest(one, sets)) };
    default:
      return test;
  }
}

/** Looks entries up by the words that a sentence must hold for them: most messages hold none of them. `keys` is empty room
 *  for the sets to look for. */
export function makeIndex(entries: readonly Entry[], keys: WordBits): (all: WordBits) => readonly Entry[] {
  const bySet: Entry[][] = [];
  const always: Entry[] = [];
  for (const entry of entries) {
    const [key] = entry.needs;
    if (key === undefined) always.push(entry);
    for (const set of key ?? []) {
      keys[set >> 5] = (keys[set >> 5] ?? 0) | (1 << (set & 31));
      (bySet[set] ??= []).push(entry);
    }
  }
  return (all) => {
    const found = [...always];
    for (let at = 0; at < keys.length; at += 1) {
      for (let bits = (all[at] ?? 0) & (keys[at] ?? 0); bits !== 0; bits &= bits - 1) {
        const set = (at << 5) + 31 - Math.clz32(bits & -bits);
        for (const entry of bySet[set] ?? []) {
          if (isPossible(entry, all) && isFirstKey(entry, set, all)) found.push(entry);
        }
      }
    }
    return found;
  };
}

/** Whether `set` is the first of the entry's keys that the sentence holds: so that it is found once. */
function isFirstKey({ needs }: Entry, set: number, all: WordBits): boolean {
  const keys = needs[0] ?? [];
  return keys.length === 1 || keys.find((key) => holds(all, key)) === set;
}

/** Whether a sentence holds what the entry needs. */
export function isPossible({ needs }: Entry, all: WordBits): boolean {
  for (const need of needs) if (!holdsAny(all, need)) return false;
  return true;
}

function holdsAny(bits: WordBits, sets: readonly number[]): boolean {
  for (const set of sets) if (holds(bits, set)) return true;
  return false;
}
