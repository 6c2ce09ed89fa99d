import type { FieldKey } from "../understand/understanding.ts";
import type { TriggerUse, UsedTrigger } from "./used-trigger.ts";
import type { Cancelled, Matched, MatcherResult } from "./pack.ts";

/** A place where a trigger matched: [start, end) in UTF-16 units, and the first and last sentence that it touches. */
export interface Hit {
  readonly trigger: UsedTrigger;
  readonly start: number;
  readonly end: number;
  readonly from: number;
  readonly to: number;
}

const NOTHING: MatcherResult = { intents: [], signals: [], mentions: [], cancelled: [] };

/** What the hits mean together: each rule's `except` cancels its triggers in the sentences in which it was said. */
export function sumUp(text: string, hits: readonly Hit[]): MatcherResult {
  if (hits.length === 0) return NOTHING;
  const ordered = hits
    .map((hit) => ({ ...hit, ...trimSpan(text, hit.start, hit.end) }))
    .toSorted((one, other) => one.start - other.start || other.end - one.end);
  const excepted = new Map<string, Matched>();
  for (const { trigger, start, end, from, to } of ordered) {
    for (const use of trigger.uses) {
      if (use.role !== "except") continue;
      const by = { trigger: trigger.compiled.source, at: use.at, start, end };
      for (let sentence = from; sentence <= to; sentence += 1) excepted.set(`${sentence} ${ruleOf(use)}`, by);
    }
  }
  const intents: MatcherResult["intents"][number][] = [];
  const signals: MatcherResult["signals"][number][] = [];
  const mentions = new Set<FieldKey>();
  const cancelled: Cancelled[] = [];
  for (const { trigger, start, end, from, to } of ordered) {
    for (const use of trigger.uses) {
      if (use.role === "mention") mentions.add(use.field);
      if (use.role !== "trigger") continue;
      const found = { trigger: trigger.compiled.source, at: use.at, start, end };
      const by = exceptionIn(excepted, from, to, ruleOf(use));
      if (by !== undefined) cancelled.push({ rule: "intent" in use ? use.intent : use.signal, ...found, by });
      else if ("intent" in use) intents.push({ intent: use.intent, ...found });
      else signals.push({ intent: use.signal, ...found });
    }
  }
  return { intents, signals, mentions: [...mentions], cancelled };
}

/** The exception of the rule that was said in one of the sentences that a hit touches. */
function exceptionIn(
  excepted: ReadonlyMap<string, Matched>,
  from: number,
  to: number,
  rule: string,
): Matched | undefined {
  for (let sentence = from; sentence <= to; sentence += 1) {
    const by = excepted.get(`${sentence} ${rule}`);
    if (by !== undefined) return by;
  }
  return undefined;
}

function ruleOf(use: Exclude<TriggerUse, { role: "mention" }>): string {
  return "intent" in use ? use.intent : `signal ${use.signal}`;
}

/** The span without the spaces and punctuation at its ends, unless nothing else is there. */
function trimSpan(
  text: string,
  start: number,
  end: number,
): { readonly start: number; readonly end: number } {
  if (isWordCode(text.charCodeAt(start)) && isWordCode(text.charCodeAt(end - 1))) return { start, end };
  const covered = text.slice(start, end);
  const lead = /^[\s\p{P}]*/u.exec(covered)?.[0].length ?? 0;
  if (lead === covered.length) return { start, end };
  // Backwards, character by character: a pattern that looks for the end from every place would take its length squared.
  let last = end;
  for (let size = trailing(text, last); size > 0; size = trailing(text, last)) last -= size;
  return { start: start + lead, end: last };
}

/** The UTF-16 units of the space or punctuation mark that ends at `end`; 0 when something else does. */
function trailing(text: string, end: number): number {
  const low = text.charCodeAt(end - 1);
  const size = low >= 0xdc00 && low <= 0xdfff ? 2 : 1;
  return /^[\s\p{P}]$/u.test(text.slice(end - size, end)) ? size : 0;
}

function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57);
}
