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

/** The states that are under way behind the word at `at`, and the term at which each began. A state keeps its earliest
 *  beginning. */
interface UnderWay {
  readonly at: number;
  readonly states: number[];
  readonly begun: number[];
}

/**
 * The first match in a sentence's words [start, end), and of those that begin there the longest; null when there is none.
 * Every word is looked at once for each state that is under way.
 */
export function runAutomaton(
  { automaton, from, to }: Anchored,
  sentence: readonly Read[],
  start = 0,
  end = sentence.length,
): Found | null {
  const { follow, first, last, reached } = automaton;
  reached.fill(-1);
  let best: Found | null = null;
  let before: UnderWay = { at: -1, states: [], begun: [] };
  for (let at = start; at < end; at += 1) {
    const read = sentence[at];
    if (read === undefined) break;
    const after: UnderWay = { at, states: [], begun: [] };
    for (let k = 0; k < before.states.length; k += 1) {
      const begun = before.begun[k] ?? 0;
      if (best !== null && begun > best.first) continue;
      advance(automaton, follow[before.states[k] ?? 0] ?? [], read, begun, after);
    }
    if (best === null && mayBegin(sentence, at, from)) advance(automaton, first, read, at, after);
    for (let k = 0; k < after.states.length; k += 1) {
      if (last[after.states[k] ?? 0] !== true || !mayEnd(sentence, at, to)) continue;
      const begun = after.begun[k] ?? 0;
      if (best === null || begun <= best.first) best = { first: begun, last: at };
    }
    if (read.term.silent) stay(automaton, before, after);
    before = after;
    if (before.states.length === 0 && (best !== null || from === "sentence")) break;
  }
  return best;
}

/** Takes the word into those of the states that it fits. */
function advance(
  automaton: Automaton<number>,
  states: readonly number[],
  read: Read,
  begun: number,
  into: UnderWay,
): void {
  for (const state of states) {
    const test = automaton.tests[state];
    if (test !== undefined && passes(test, read)) add(automaton, into, state, begun);
  }
}

function add(
  { reached }: Automaton<number>,
  { at, states, begun }: UnderWay,
  state: number,
  from: number,
): void {
  if (reached[2 * state] === at) {
    const known = reached[2 * state + 1] ?? 0;
    begun[known] = Math.min(begun[known] ?? from, from);
    return;
  }
  reached[2 * state] = at;
  reached[2 * state + 1] = states.push(state) - 1;
  begun.push(from);
}

/** A silent word may be left unread: what was under way stays so. */
function stay(automaton: Automaton<number>, { states, begun }: UnderWay, after: UnderWay): void {
  for (const [k, state] of states.entries()) add(automaton, after, state, begun[k] ?? 0);
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
