import type { Automaton, Test } from "./automaton.ts";
import type { Term } from "./terms.ts";
import { holds, type WordBits } from "./word-sets.ts";

/** A term, and the sets of words that it belongs to. */
export interface Read {
  readonly term: Term;
  readonly bits: WordBits;
}

/** Where in a sentence a match may begin and end: anywhere, at the sentence's ends, or at those of a clause. */
export type Anchor = "anywhere" | "sentence" | "clause";

export interface Anchored {
  readonly automaton: Automaton<number>;
  readonly from: Anchor;
  readonly to: Anchor;
}

/** A match: its first and last term. */
export interface Found {
  readonly first: number;
  readonly last: number;
}

interface Best {
  first: number;
  last: number;
}

/**
 * The first match in a sentence, and of those that begin there the longest; null when there is none. Every word is looked
 * at once for each state that is under way.
 */
export function runAutomaton({ automaton, from, to }: Anchored, sentence: readonly Read[]): Found | null {
  const { tests, follow, first, last } = automaton;
  let best: Best | null = null;
  // The states under way, and where each began; a state keeps its earliest beginning.
  let active: number[] = [];
  let began: number[] = [];
  for (let at = 0; at < sentence.length; at += 1) {
    const read = sentence[at];
    if (read === undefined) break;
    const nextActive: number[] = [];
    const nextBegan: number[] = [];
    const step = (state: number, start: number): void => {
      const test = tests[state];
      if (test === undefined || nextActive.includes(state) || !passes(test, read)) return;
      nextActive.push(state);
      nextBegan.push(start);
      if (last[state] !== true || !mayEnd(sentence, at, to)) return;
      if (best === null || start < best.first) best = { first: start, last: at };
      else if (start === best.first) best.last = at;
    };
    for (let k = 0; k < active.length; k += 1) {
      const start = began[k] ?? 0;
      if (best !== null && start > (best as Best).first) continue;
      for (const state of follow[active[k] ?? 0] ?? []) step(state, start);
    }
    if (best === null && mayBegin(sentence, at, from)) for (const state of first) step(state, at);
    if (read.term.silent) {
      // What is under way may leave it unread.
      for (let k = 0; k < active.length; k += 1) {
        const state = active[k] ?? 0;
        if (nextActive.includes(state)) continue;
        nextActive.push(state);
        nextBegan.push(began[k] ?? 0);
      }
    }
    active = nextActive;
    began = nextBegan;
    if (active.length === 0 && (best !== null || (from === "sentence" && at >= 0))) break;
  }
  return best;
}

function mayBegin(sentence: readonly Read[], at: number, from: Anchor): boolean {
  if (from === "anywhere") return true;
  return from === "sentence" ? at === 0 : sentence[at]?.term.opens === true;
}

function mayEnd(sentence: readonly Read[], at: number, to: Anchor): boolean {
  if (to === "anywhere") return true;
  let next = at + 1;
  while (sentence[next]?.term.silent === true) next += 1;
  return next >= sentence.length || (to === "clause" && sentence[next]?.term.opens === true);
}

function passes(test: Test<number>, read: Read): boolean {
  switch (test.kind) {
    case "word":
      return holds(read.bits, test.word);
    case "any":
      // A word that may be left unread is none that somebody said.
      return !read.term.silent;
    case "not":
      return !read.term.silent && !passes(test.test, read);
    case "oneOf":
      return test.tests.some((one) => passes(one, read));
    case "where":
      return test.holds(read.term);
    default:
      test satisfies never;
      return false;
  }
}
