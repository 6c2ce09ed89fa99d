import { RE2JS, RE2Set } from "re2js";
import { buildAutomaton, needsOf, type Automaton, type Shape, type Test } from "./automaton.ts";
import type { CompiledTrigger } from "./compile-trigger.ts";
import type { FieldKey, Signal } from "../understand/understanding.ts";
import type { Matcher } from "./pack.ts";
import { runAutomaton, type Anchor, type Read } from "./run-automaton.ts";
import { sumUp, type Hit } from "./sum-up.ts";
import { readTaggedTerms } from "./tagged-terms.ts";
import { readTerms, type TermSentence } from "./terms.ts";
import { isUsual } from "./usual-words.ts";
import { holds, makeWordSets, union, type WordBits, type WordSets } from "./word-sets.ts";

/** What a trigger is there for. */
export type TriggerUse =
  | { readonly role: "trigger" | "except"; readonly at: string; readonly intent: string }
  | { readonly role: "trigger" | "except"; readonly at: string; readonly signal: Signal }
  | { readonly role: "mention"; readonly field: FieldKey };

/** One distinct trigger with all its uses: it is matched once, however many rules have it. */
export interface UsedTrigger {
  readonly compiled: CompiledTrigger;
  readonly uses: readonly TriggerUse[];
}

const TEXT_CHARS_MAX = 4_000; // the longest message there is; what is beyond it is not looked at
const HITS_MAX = 100; // of one regular expression in one message: a text that repeats itself says nothing new

/**
 * Makes the matcher of a pack. Matches come in text order, the longer first, one a trigger and sentence; `except` has been
 * applied, `asked_only` has not. Matching never throws, and its time grows with the length of the text.
 */
export function makeMatcher(triggers: readonly UsedTrigger[]): Matcher {
  const words = makeWordMatcher(triggers);
  const regexes = makeRegexMatcher(triggers);
  return {
    match(text) {
      const looked = text.slice(0, TEXT_CHARS_MAX);
      const sentences = readTerms(looked);
      return sumUp(looked, [...words(looked, sentences), ...regexes(looked, sentences)]);
    },
  };
}

interface Entry {
  readonly trigger: UsedTrigger;
  readonly automaton: Automaton<number>;
  readonly from: Anchor;
  readonly to: Anchor;
  /** Of each of these lists of sets a sentence must hold a word. */
  readonly needs: readonly (readonly number[])[];
}

type FindHits = (text: string, sentences: readonly TermSentence[]) => Hit[];

function makeWordMatcher(triggers: readonly UsedTrigger[]): FindHits {
  const sets = makeWordSets();
  const plain = toEntries(triggers, sets, false);
  const tagged = toEntries(triggers, sets, true);
  const bitsOf = sets.seal();
  const length = bitsOf([]).length;
  const read = ({ terms }: TermSentence): Read[] => terms.map((term) => ({ term, bits: bitsOf(term.forms) }));
  const candidates = makeIndex(plain, length);
  return (text, sentences) => {
    const hits: Hit[] = [];
    let needsTags = false;
    for (const [at, sentence] of sentences.entries()) {
      const words = read(sentence);
      const all = union(words.map(({ bits }) => bits), length);
      for (const entry of candidates(all)) addHit(hits, entry, words, at);
      needsTags ||= tagged.some((entry) => isPossible(entry, all));
    }
    // Parts of speech cost many times the rest together: they are worked out only when a trigger could need them.
    if (!needsTags) return hits;
    for (const sentence of readTaggedTerms(text)) {
      const words = read(sentence);
      const at = sentenceAt(sentences, sentence.start);
      for (const entry of tagged) addHit(hits, entry, words, at);
    }
    return hits;
  };
} // prettier-ignore

function addHit(hits: Hit[], entry: Entry, words: readonly Read[], at: number): void {
  const found = runAutomaton(entry, words);
  if (found === null) return;
  const start = words[found.first]?.term.start ?? 0;
  const end = words[found.last]?.term.end ?? 0;
  hits.push({ trigger: entry.trigger, start, end, from: at, to: at });
}

function toEntries(triggers: readonly UsedTrigger[], sets: WordSets, tagged: boolean): Entry[] {
  return triggers.flatMap((trigger): Entry[] => {
    const { compiled } = trigger;
    if (compiled.kind !== "words" || compiled.tagged !== tagged) return [];
    const shape = compiled.shape;
    // Words that only compromise's contractions bring forth ("she's late") prove nothing by their absence.
    const needs = needsOf(shape, rarest).filter((need) => !tagged || !need.flat().some((word) => MADE_BY_TAGGING.has(word)));
    return [
      {
        trigger,
        automaton: buildAutomaton(numbered(shape, sets)),
        from: compiled.from,
        to: compiled.to,
        needs: needs
          .toSorted((one, other) => commonness(one) - commonness(other))
          .map((need) => need.map((words) => sets.numberOf(words))),
      },
    ];
  });
} // prettier-ignore

const MADE_BY_TAGGING = new Set("am are did had has have is not us was were will would".split(" "));

/** Of several needs the one that is met least often. */
function rarest(needs: readonly (readonly string[])[][]): (readonly string[])[] {
  return needs.toSorted((one, other) => commonness(one) - commonness(other))[0] ?? [];
}

/** How often a text holds one of these words: a guess, since rule authors write in words of every trade. */
function commonness(need: readonly (readonly string[])[]): number {
  return need.flat().reduce((sum, word) => sum + (isUsual(word) ? 10 : 1 / word.length), 0);
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

/** Looks entries up by the words that a sentence must hold for them: most messages hold none of them. */
function makeIndex(entries: readonly Entry[], length: number): (all: WordBits) => Entry[] {
  const bySet = new Map<number, Entry[]>();
  const keys = new Uint32Array(length);
  const always: Entry[] = [];
  for (const entry of entries) {
    const [key] = entry.needs;
    if (key === undefined) always.push(entry);
    for (const set of key ?? []) {
      keys[set >> 5] = (keys[set >> 5] ?? 0) | (1 << (set & 31));
      bySet.set(set, [...(bySet.get(set) ?? []), entry]);
    }
  }
  return (all) => {
    const found = [...always];
    for (let at = 0; at < length; at += 1) {
      for (let bits = (all[at] ?? 0) & (keys[at] ?? 0); bits !== 0; bits &= bits - 1) {
        const set = (at << 5) + 31 - Math.clz32(bits & -bits);
        for (const entry of bySet.get(set) ?? []) {
          if (isPossible(entry, all) && !(severalKeys(entry) && found.includes(entry))) found.push(entry);
        }
      }
    }
    return found;
  };
}

function severalKeys({ needs }: Entry): boolean {
  return (needs[0]?.length ?? 0) > 1;
}

function isPossible({ needs }: Entry, all: WordBits): boolean {
  return needs.every((need) => need.some((set) => holds(all, set)));
}

function makeRegexMatcher(triggers: readonly UsedTrigger[]): FindHits {
  const set = new RE2Set(RE2Set.UNANCHORED, RE2JS.CASE_INSENSITIVE);
  const members: { trigger: UsedTrigger; regex: RE2JS }[] = [];
  for (const trigger of triggers) {
    if (trigger.compiled.kind !== "regex") continue;
    set.add(trigger.compiled.regex.pattern());
    members.push({ trigger, regex: trigger.compiled.regex });
  }
  if (members.length === 0) return () => [];
  set.compile();
  return (text, sentences) => {
    const plain = text.replaceAll(/[’‘ʼ＇]/g, "'");
    return set.match(plain).flatMap((index) => {
      const member = members[index];
      return member ? matchRegex(member.trigger, member.regex, plain, sentences) : [];
    });
  };
}

function matchRegex(
  trigger: UsedTrigger,
  regex: RE2JS,
  text: string,
  sentences: readonly TermSentence[],
): Hit[] {
  const hits: Hit[] = [];
  const matcher = regex.matcher(text);
  while (hits.length < HITS_MAX && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (end > start) {
      const from = sentenceAt(sentences, start);
      hits.push({ trigger, start, end, from, to: sentenceAt(sentences, end - 1) });
    }
  }
  return hits;
}

/** The sentence that a position is in; what stands between two sentences belongs to the earlier one. */
function sentenceAt(sentences: readonly TermSentence[], position: number): number {
  return Math.max(
    0,
    sentences.findLastIndex(({ start }) => start <= position),
  );
}
