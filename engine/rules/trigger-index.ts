import { buildAutomaton, type Automaton, type Shape, type Test } from "./automaton.ts";
import { makeNeedsOf } from "./needs.ts";
import type { Anchored } from "./run-automaton.ts";
import type { UsedTrigger } from "./used-trigger.ts";
import { holds, type WordBits, type WordSets } from "./word-sets.ts";
import { sizeOf, type WordShape } from "./word-shape.ts";

/** A trigger of words, made ready to run. */
export interface Entry extends Anchored {
  readonly trigger: UsedTrigger;
  /** The most words that a match can span. */
  readonly longest: number;
  /** Of each of these lists of sets a sentence must hold a word. */
  readonly needs: readonly (readonly number[])[];
  /** The same, as the words themselves. */
  readonly neededWords: readonly (readonly string[])[];
}

/** The triggers of words, with their automata and the words that each needs. */
export function toEntries(triggers: readonly UsedTrigger[], sets: WordSets, tagged: boolean): Entry[] {
  const needsOf = makeNeedsOf();
  const numbered = makeNumbering(sets);
  return triggers.flatMap((trigger): Entry[] => {
    const { compiled } = trigger;
    if (compiled.kind !== "words" || compiled.tagged !== tagged) return [];
    // Words that only compromise's contractions bring forth ("she's late") prove nothing by their absence.
    const needs = needsOf(compiled.shape).filter(
      (need) => !tagged || !need.flat().some((word) => MADE_BY_TAGGING.has(word)),
    );
    const shape = numbered(compiled.shape);
    let automaton: Automaton<number> | undefined;
    return [
      {
        trigger,
        longest: sizeOf(compiled.shape).longest,
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

/** Makes what puts numbers in the place of words. Triggers share most of their parts: each is numbered once. */
function makeNumbering(sets: WordSets): (shape: WordShape) => Shape<number> {
  const done = new Map<WordShape, Shape<number>>();
  const numbered = (shape: WordShape): Shape<number> => {
    const known = done.get(shape);
    if (known !== undefined) return known;
    const made = numberParts(shape);
    done.set(shape, made);
    return made;
  };
  const numberParts = (shape: WordShape): Shape<number> => {
    if (shape.kind === "test") return { kind: "test", test: numberedTest(shape.test, sets) };
    if (shape.kind === "optional" || shape.kind === "repeated")
      return { kind: shape.kind, of: numbered(shape.of) };
    return { kind: shape.kind, parts: shape.parts.map(numbered) };
  };
  return numbered;
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
