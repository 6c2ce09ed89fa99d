import { RE2JS, RE2Set } from "re2js";
import type { FieldKey, Signal } from "../understand/understanding.ts";
import type { CompiledTrigger, Variant } from "./compile-trigger.ts";
import { matchTerms, tag, tokenize, type Term } from "./compromise.ts";
import type { Matcher, MatcherResult } from "./pack.ts";
import { locateTerms, prepareText, trimSpan, wordsOfSentence, type Sentence } from "./sentences.ts";

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

interface Hit {
  readonly trigger: UsedTrigger;
  readonly start: number;
  readonly end: number;
  /** First and last sentence that it touches. */
  readonly from: number;
  readonly to: number;
}

interface Entry {
  readonly trigger: UsedTrigger;
  readonly variant: Variant;
}

const TEXT_CHARS_MAX = 4_000; // the longest message there is; what is beyond it is not looked at
const HITS_MAX = 100; // of one trigger in one message: a text that repeats itself says nothing new

/**
 * Makes the matcher of a pack. Matches come in text order, the longer first; `except` has been applied, `asked_only` has
 * not. Matching never throws, and its time grows with the length of the text.
 */
export function makeMatcher(triggers: readonly UsedTrigger[]): Matcher {
  const words = makeWordNet(triggers);
  const regexes = makeRegexSet(triggers);
  return {
    match: (text) => {
      const prepared = prepareText(text.slice(0, TEXT_CHARS_MAX));
      const sentences = readSentences(prepared, tokenize);
      return sumUp(text, [...words(prepared, sentences), ...regexes(prepared, sentences)]);
    },
  };
}

function makeWordNet(
  triggers: readonly UsedTrigger[],
): (text: string, sentences: readonly Sentence[]) => Hit[] {
  const plain = makeIndex(triggers, false);
  const tagged = makeIndex(triggers, true);
  return (text, sentences) => {
    const hits = sentences.flatMap((sentence, at) => matchSentence(plain(sentence), sentence, at));
    // Parts of speech cost ten times the rest together: they are worked out only when a trigger could need them.
    if (!sentences.some((sentence) => tagged(sentence).length > 0)) return hits;
    const withTags = readSentences(text, tag);
    return [...hits, ...withTags.flatMap((sentence, at) => matchSentence(tagged(sentence), sentence, at))];
  };
}

/** Looks triggers up by one word that a sentence must hold for them to match in it. */
function makeIndex(triggers: readonly UsedTrigger[], tagged: boolean): (sentence: Sentence) => Entry[] {
  const byWord = new Map<string, Entry[]>();
  const always: Entry[] = [];
  for (const trigger of triggers) {
    if (trigger.compiled.kind !== "words" || trigger.compiled.tagged !== tagged) continue;
    for (const variant of trigger.compiled.variants) {
      const entry = { trigger, variant };
      const rarest = variant.needs.toSorted((one, other) => commonness(one) - commonness(other))[0];
      if (rarest === undefined) always.push(entry);
      for (const word of rarest ?? []) byWord.set(word, [...(byWord.get(word) ?? []), entry]);
    }
  }
  if (byWord.size === 0 && always.length === 0) return () => [];
  return (sentence) => {
    const words = wordsOfSentence(sentence);
    const found = new Set(always);
    for (const word of words) for (const entry of byWord.get(word) ?? []) found.add(entry);
    return [...found].filter(({ variant }) =>
      variant.needs.every((clause) => clause.some((word) => words.has(word))),
    );
  };
}

/** A guess without a dictionary: short words are common, and a long list of words is likelier to be met. */
function commonness(clause: readonly string[]): number {
  return clause.reduce((sum, word) => sum + 1 / word.length ** 3, 0);
}

function matchSentence(entries: readonly Entry[], sentence: Sentence, at: number): Hit[] {
  return entries.flatMap(({ trigger, variant }) =>
    matchTerms(sentence.terms, variant.tokens)
      .slice(0, HITS_MAX)
      .map(([first, after]) => ({
        trigger,
        start: sentence.starts[first] ?? 0,
        end: sentence.ends[after - 1] ?? 0,
        from: at,
        to: at,
      })),
  );
}

function makeRegexSet(
  triggers: readonly UsedTrigger[],
): (text: string, sentences: readonly Sentence[]) => Hit[] {
  const set = new RE2Set(RE2Set.UNANCHORED, RE2JS.CASE_INSENSITIVE);
  const members: { trigger: UsedTrigger; regex: RE2JS }[] = [];
  for (const trigger of triggers) {
    if (trigger.compiled.kind !== "regex") continue;
    set.add(trigger.compiled.regex.pattern());
    members.push({ trigger, regex: trigger.compiled.regex });
  }
  if (members.length === 0) return () => [];
  set.compile();
  return (text, sentences) =>
    set.match(text).flatMap((index) => {
      const member = members[index];
      return member ? matchRegex(member.trigger, member.regex, text, sentences) : [];
    });
}

function matchRegex(trigger: UsedTrigger, regex: RE2JS, text: string, sentences: readonly Sentence[]): Hit[] {
  const hits: Hit[] = [];
  const matcher = regex.matcher(text);
  while (hits.length < HITS_MAX && matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    if (end > start)
      hits.push({
        trigger,
        start,
        end,
        from: sentenceAt(sentences, start),
        to: sentenceAt(sentences, end - 1),
      });
  }
  return hits;
}

/** The sentence that a position is in; what stands between two sentences belongs to the earlier one. */
function sentenceAt(sentences: readonly Sentence[], position: number): number {
  return Math.max(
    0,
    sentences.findLastIndex(({ starts }) => (starts[0] ?? 0) <= position),
  );
}

function readSentences(text: string, read: (text: string) => readonly (readonly Term[])[]): Sentence[] {
  try {
    return locateTerms(text, read(text));
  } catch {
    // Whatever compromise trips over, the message goes on without its words: regular expressions still see it.
    return [];
  }
}

function sumUp(text: string, hits: readonly Hit[]): MatcherResult {
  const ordered = hits
    .map((hit) => ({ ...hit, ...trimSpan(text, hit.start, hit.end) }))
    .toSorted((one, other) => one.start - other.start || other.end - one.end);
  const cancelled = new Set<string>();
  for (const { trigger, from, to } of ordered) {
    for (const use of trigger.uses) {
      if (use.role !== "except") continue;
      for (let sentence = from; sentence <= to; sentence += 1) cancelled.add(`${sentence} ${ruleOf(use)}`);
    }
  }
  const intents: MatcherResult["intents"][number][] = [];
  const signals: MatcherResult["signals"][number][] = [];
  const mentions = new Set<FieldKey>();
  const ends = new Map<UsedTrigger, number>();
  for (const { trigger, start, end, from, to } of ordered) {
    // Two variants of one trigger may find the same words.
    if (start < (ends.get(trigger) ?? 0)) continue;
    ends.set(trigger, end);
    for (const use of trigger.uses) {
      if (use.role === "mention") mentions.add(use.field);
      if (
        use.role !== "trigger" ||
        cancelled.has(`${from} ${ruleOf(use)}`) ||
        cancelled.has(`${to} ${ruleOf(use)}`)
      )
        continue;
      const found = { trigger: trigger.compiled.source, at: use.at, start, end };
      if ("intent" in use) intents.push({ intent: use.intent, ...found });
      else signals.push({ intent: use.signal, ...found });
    }
  }
  return { intents, signals, mentions: [...mentions] };
}

function ruleOf(use: Exclude<TriggerUse, { role: "mention" }>): string {
  return "intent" in use ? use.intent : `signal ${use.signal}`;
}
