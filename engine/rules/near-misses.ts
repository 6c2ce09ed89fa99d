import type { NearMiss } from "./pack.ts";
import { runAutomaton, type Read } from "./run-automaton.ts";
import type { Entry } from "./trigger-index.ts";
import { isUsual } from "./usual-words.ts";
import { holds, unionOf, type WordBits } from "./word-sets.ts";

const NEAR_MISSES_MAX = 5; // more would be a list of the pack
const RARE_WORD_WEIGHT = 4; // "refund" says more about what was meant than "my"

interface Weighed extends NearMiss {
  readonly weight: number;
}

/** The triggers that came nearest to matching in one of the sentences: one a rule, the nearest first. */
export function findNearMisses(
  entries: readonly Entry[],
  sentences: readonly (readonly Read[])[],
  room: WordBits,
): readonly NearMiss[] {
  const best = new Map<string, Weighed>();
  for (const sentence of sentences) {
    const all = unionOf(sentence, room);
    for (const entry of entries) {
      const missed = entry.needs.flatMap((need, at) =>
        need.some((set) => holds(all, set)) ? [] : [entry.neededWords[at] ?? []],
      );
      const met = entry.neededWords.filter((words) => !missed.includes(words));
      if (missed.length > 1 || met.length === 0 || runAutomaton(entry, sentence) !== null) continue;
      const weight = met.reduce((sum, words) => sum + weightOf(words), 0) - missed.length * RARE_WORD_WEIGHT;
      for (const miss of toMisses(entry, missed[0] ?? [])) {
        if (weight > (best.get(miss.rule)?.weight ?? 0)) best.set(miss.rule, { ...miss, weight });
      }
    }
  }
  return [...best.values()]
    .toSorted((one, other) => other.weight - one.weight)
    .slice(0, NEAR_MISSES_MAX)
    .map(({ weight: _weight, ...miss }) => miss);
}

function weightOf(words: readonly string[]): number {
  return words.every((word) => !isUsual(word)) ? RARE_WORD_WEIGHT : 1;
}

function toMisses({ trigger }: Entry, missing: readonly string[]): NearMiss[] {
  return trigger.uses.flatMap((use) =>
    use.role === "trigger"
      ? [
          {
            rule: "intent" in use ? use.intent : use.signal,
            trigger: trigger.compiled.source,
            at: use.at,
            missing,
          },
        ]
      : [],
  );
}
