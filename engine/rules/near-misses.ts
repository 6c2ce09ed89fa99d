import type { Lack, NearMiss } from "./pack.ts";
import { runAutomaton, type Read } from "./run-automaton.ts";
import type { Entry } from "./trigger-index.ts";
import { isUsual } from "./usual-words.ts";
import { holds, unionOf, type WordBits } from "./word-sets.ts";

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
      const missed = entry.neededWords.filter(
        (_, at) => !(entry.needs[at] ?? []).some((set) => holds(all, set)),
      );
      const met = entry.neededWords.length - missed.length;
      if (missed.length > 1 || met === 0 || runAutomaton(entry, sentence) !== null) continue;
      const lack = lackOf(entry, sentence, missed[0]);
      const said = entry.neededWords.reduce(
        (sum, words) => sum + (words === missed[0] ? -RARE_WORD_WEIGHT : weightOf(words)),
        0,
      );
      const weight = said + (lack.kind === "place" || lack.kind === "exclusion" ? RARE_WORD_WEIGHT : 0);
      for (const miss of toMisses(entry, lack)) {
        if (weight > (best.get(miss.rule)?.weight ?? 0)) best.set(miss.rule, { ...miss, weight });
      }
    }
  }
  return [...best.values()]
    .toSorted((one, other) => other.weight - one.weight)
    .map(({ weight: _weight, ...miss }) => miss);
}

/** What keeps the trigger from matching: found by asking less of the sentence. */
function lackOf(entry: Entry, sentence: readonly Read[], missing: readonly string[] | undefined): Lack {
  if (missing !== undefined) return { kind: "words", words: [...new Set(missing)] };
  const { automaton } = entry;
  if (runAutomaton({ automaton, from: "anywhere", to: "anywhere" }, sentence) !== null)
    return { kind: "place" };
  const tests = automaton.tests.map((test) => (test.kind === "not" ? { kind: "any" as const } : test));
  const lenient = { automaton: { ...automaton, tests }, from: entry.from, to: entry.to };
  return { kind: runAutomaton(lenient, sentence) === null ? "order" : "exclusion" };
}

function weightOf(words: readonly string[]): number {
  return words.every((word) => !isUsual(word)) ? RARE_WORD_WEIGHT : 1;
}

function toMisses({ trigger }: Entry, lack: Lack): NearMiss[] {
  return trigger.uses.flatMap((use) =>
    use.role === "trigger"
      ? [
          {
            rule: "intent" in use ? use.intent : use.signal,
            trigger: trigger.compiled.source,
            at: use.at,
            lack,
          },
        ]
      : [],
  );
}
