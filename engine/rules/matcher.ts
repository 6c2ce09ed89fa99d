import { RE2JS, RE2Set } from "re2js";
import type { UsedTrigger } from "./used-trigger.ts";
import { withPlainApostrophes } from "./fold-word.ts";
import { findNearMisses } from "./near-misses.ts";
import type { Matcher, NearMiss } from "./pack.ts";
import { runAutomaton, type Read } from "./run-automaton.ts";
import { sumUp, type Hit } from "./sum-up.ts";
import { readTaggedTerms } from "./tagged-terms.ts";
import { readTerms, type Term, type TermSentence } from "./terms.ts";
import { isPossible, makeIndex, toEntries, type Entry } from "./trigger-index.ts";
import { makeWordSets, unionOf } from "./word-sets.ts";

const TEXT_CHARS_MAX = 4_000; // the longest message there is; what is beyond it is not looked at
const WINDOW_WORDS = 64; // of a sentence: nobody says a longer one, but some type without a full stop
const OVERLAP_WORDS = 32; // more than nearly any trigger without a `*` can span
const HITS_MAX = 10; // of one regular expression in one message: each may take the length of the text to find

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
      return sumUp(looked, [...words.find(looked, sentences), ...regexes(looked, sentences)]);
    },
    nearMisses(text) {
      return words.nearMisses(readTerms(text.slice(0, TEXT_CHARS_MAX)));
    },
  };
}

type FindHits = (text: string, sentences: readonly TermSentence[]) => Hit[];

function makeWordMatcher(triggers: readonly UsedTrigger[]): {
  readonly find: FindHits;
  nearMisses(sentences: readonly TermSentence[]): readonly NearMiss[];
} {
  const sets = makeWordSets();
  const plain = toEntries(triggers, sets, false);
  const tagged = toEntries(triggers, sets, true);
  const { bitsOf, empty } = sets.seal();
  const read = (terms: readonly Term[]): Read[] => terms.map((term) => ({ term, bits: bitsOf(term.forms) }));
  const candidates = makeIndex(plain, empty());
  const sum = empty(); // used again for each window, so that a message leaves nothing to collect
  const find: FindHits = (text, sentences) => {
    const hits: Hit[] = [];
    let needsTags = false;
    for (let at = 0; at < sentences.length; at += 1) {
      const words = read(sentences[at]?.terms ?? []);
      const whole = unionOf(words, sum);
      for (const entry of tagged) needsTags ||= isPossible(entry, whole);
      if (words.length <= WINDOW_WORDS) {
        for (const entry of candidates(whole)) addHit(hits, entry, words, at);
        continue;
      }
      for (const entry of candidates(whole)) if (isWide(entry)) addHit(hits, entry, words, at);
      for (const [start, end] of windows(words.length)) {
        const all = unionOf(words, sum, start, end);
        for (const entry of candidates(all)) if (!isWide(entry)) addHit(hits, entry, words, at, start, end);
      }
    }
    // Parts of speech cost many times the rest together: they are worked out only when a trigger could need them.
    if (!needsTags) return hits;
    for (const sentence of readTaggedTerms(text)) {
      const words = read(sentence.terms);
      const found: Hit[] = [];
      for (const entry of tagged) addHit(found, entry, words, 0);
      // compromise parts sentences in its own way; an exception counts in ours.
      for (const hit of found) {
        const at = sentenceAt(sentences, hit.start);
        hits.push({ ...hit, from: at, to: Math.max(at, sentenceAt(sentences, hit.end - 1)) });
      }
    }
    return hits;
  };
  return {
    find,
    nearMisses: (sentences) =>
      findNearMisses(
        plain,
        sentences.map(({ terms }) => read(terms)),
        empty(),
      ),
  };
}

/** Triggers that may match more words than windows share are run over the whole sentence. */
function isWide({ longest }: Entry): boolean {
  return longest > OVERLAP_WORDS;
}

/** The parts of a long sentence that are looked at together. In all of it ever more triggers find their words, somewhere, and
 *  each would be run over all of it. */
function windows(words: number): readonly (readonly [number, number])[] {
  const all: [number, number][] = [];
  for (let start = 0; start === 0 || start + OVERLAP_WORDS < words; start += WINDOW_WORDS - OVERLAP_WORDS) {
    all.push([start, Math.min(start + WINDOW_WORDS, words)]);
  }
  return all;
}

function addHit(
  hits: Hit[],
  entry: Entry,
  words: readonly Read[],
  at: number,
  from = 0,
  to = words.length,
): void {
  const found = runAutomaton(entry, words, from, to);
  if (found === null) return;
  const { trigger } = entry;
  // The window before may have found it already.
  if (from > 0 && hits.some((hit) => hit.trigger === trigger && hit.from === at)) return;
  const start = words[found.first]?.term.start ?? 0;
  const end = words[found.last]?.term.end ?? 0;
  hits.push({ trigger, start, end, from: at, to: at });
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
    const plain = withPlainApostrophes(text);
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
