import type { RulePack } from "../../engine/rules/pack.ts";
import type { Context } from "../../engine/understand/understanding.ts";
import { chanceFrom } from "./chance.ts";
import { understand } from "./engine.ts";
import { CHARS_MAX, fuzzed, textOf, type FuzzKind } from "./fuzz.ts";
import { collectGarbage } from "./measure.ts";
import { stopwatch } from "./stopwatch.ts";

/** A fuzzed input by its number, and how long it took. */
export interface Timed {
  readonly nth: number;
  readonly kind: string;
  readonly length: number;
  readonly ms: number;
}

const WORST_KEPT = 50; // are heard again: the collector's pauses hit any input
const HEARD_AGAIN = 3;

/** Hears `count` fuzzed inputs and gives the slowest ones, slowest first, with the least of their times. */
export function worstOf(
  pack: RulePack,
  kinds: readonly FuzzKind[],
  count: number,
): { readonly slowest: readonly Timed[]; readonly firstMs: number } {
  let kept: Timed[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const { kind, text } = fuzzed(kinds, nth);
    kept.push({ nth, kind, length: text.length, ms: timeOf(pack, kinds, nth) });
    if (kept.length >= 20 * WORST_KEPT) kept = slowestOf(kept);
  }
  const first = slowestOf(kept);
  let slowest = first;
  for (let again = 0; again < HEARD_AGAIN; again += 1) {
    collectGarbage();
    slowest = slowest.map((timed) => ({ ...timed, ms: Math.min(timed.ms, timeOf(pack, kinds, timed.nth)) }));
  }
  return { slowest: slowestOf(slowest), firstMs: first[0]?.ms ?? 0 };
}

function slowestOf(timed: readonly Timed[]): Timed[] {
  return timed.toSorted((one, other) => other.ms - one.ms).slice(0, WORST_KEPT);
}

function timeOf(pack: RulePack, kinds: readonly FuzzKind[], nth: number): number {
  const { text, context } = fuzzed(kinds, nth);
  const elapsed = stopwatch();
  understand(pack, text, context);
  return elapsed();
}

export const LENGTHS = [500, 1_000, 2_000, CHARS_MAX] as const;

/** The time that texts of one kind take, by length. */
export interface Curve {
  readonly kind: string;
  /** Microseconds, for each of LENGTHS: of its texts, the one that grows most. The mean of the contexts. */
  readonly us: readonly number[];
  /** Time per character at the longest, over that at 500 and at 1,000: above 2 it grows faster than the text. */
  readonly since500: number;
  readonly since1000: number;
}

const TEXTS_EACH = 4;
const REPEATS_MAX = 40; // of a kind that repeats one thing
const TIMES_EACH = 4;
const CONTEXTS: readonly Context[] = [
  { requested: [], previous: null, region: "US" },
  { requested: ["name", "email", "phone"], previous: "What is your name?", region: "US" },
];

/** The curve of every kind. The shorter texts are the beginnings of the longest ones. */
export function growthOf(pack: RulePack, kinds: readonly FuzzKind[]): readonly Curve[] {
  return kinds.map((kind, at) => {
    const curves = longestTexts(kind, at).map(({ name, text }) => curveOf(pack, name, text));
    return curves.reduce((one, other) => (other.since1000 > one.since1000 ? other : one));
  });
}

function longestTexts(
  kind: FuzzKind,
  at: number,
): readonly { readonly name: string; readonly text: string }[] {
  if (kind.repeats === undefined)
    return Array.from({ length: TEXTS_EACH }, (_, nth) => ({
      name: kind.kind,
      text: textOf(kind, CHARS_MAX, chanceFrom(1_000_000 + at * TEXTS_EACH + nth)),
    }));
  const every = Math.ceil(kind.repeats.length / REPEATS_MAX);
  return kind.repeats
    .filter((_, index) => index % every === 0)
    .map((piece) => ({
      name: `${kind.kind}: ${JSON.stringify(piece)}`,
      text: piece.repeat(CHARS_MAX).slice(0, CHARS_MAX),
    }));
}

function curveOf(pack: RulePack, kind: string, text: string): Curve {
  const us = LENGTHS.map((length) => {
    const times = CONTEXTS.map((context) => leastTime(pack, text.slice(0, length), context));
    return (1_000 * times.reduce((sum, ms) => sum + ms, 0)) / times.length;
  });
  const longest = perCharacter(us, LENGTHS.length - 1);
  return { kind, us, since500: longest / perCharacter(us, 0), since1000: longest / perCharacter(us, 1) };
}

function perCharacter(us: readonly number[], at: number): number {
  return (us[at] ?? 0) / (LENGTHS[at] ?? 1);
}

function leastTime(pack: RulePack, text: string, context: Context): number {
  let least = Infinity;
  for (let time = 0; time < TIMES_EACH; time += 1) {
    const elapsed = stopwatch();
    understand(pack, text, context);
    least = Math.min(least, elapsed());
  }
  return least;
}
