import type { Message } from "./sample.ts";
import { stopwatch } from "./stopwatch.ts";

/** Something that hears messages, and the name it has in the tables. */
export type Contender = {
  readonly name: string;
  /** Hears only one message in so many: it would take minutes for the sample. */
  readonly every?: number;
} & (
  | { readonly kind: "sync"; readonly hear: (message: Message) => unknown }
  | { readonly kind: "async"; readonly hear: (message: Message) => Promise<unknown> }
);

export interface Figures {
  readonly name: string;
  readonly perSecond: number;
  /** Microseconds for one message, measured in rounds of their own. */
  readonly p50: number;
  readonly p99: number;
}

export interface Effort {
  /** Rounds in which throughput is measured, and in which single messages are. */
  readonly rounds: number;
  readonly timedRounds: number;
}

const ROUND_MS_MIN = 400; // a fast contender hears the sample many times a round

/** Measures all contenders in turn, round by round, so that what else the machine does meets them alike. Medians. */
export async function measureAll(
  contenders: readonly Contender[],
  messages: readonly Message[],
  { rounds, timedRounds }: Effort,
): Promise<readonly Figures[]> {
  const rates = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  const times = new Map<string, Float64Array[]>(contenders.map(({ name }) => [name, []]));
  const samples = new Map(
    contenders.map(({ name, every = 1 }) => [name, messages.filter((_, index) => index % every === 0)]),
  );
  const sampleOf = ({ name }: Contender) => samples.get(name) ?? messages;
  for (const contender of contenders) await hearAll(contender, sampleOf(contender)); // warms up
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      collectGarbage();
      rates.get(contender.name)?.push(...(await ratesOf(contender, sampleOf(contender))));
    }
  }
  for (let round = 0; round < timedRounds; round += 1) {
    for (const contender of turned(contenders, round)) {
      collectGarbage();
      times.get(contender.name)?.push(await timeEach(contender, sampleOf(contender)));
    }
  }
  return contenders.map(({ name }) => ({
    name,
    perSecond: median(rates.get(name) ?? []),
    ...percentiles(times.get(name) ?? []),
  }));
}

/** Every round begins with another contender, so that none always follows the same one. */
function turned<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** Messages per second of each hearing of the sample in one round: what interrupts one of them leaves the median alone. */
async function ratesOf(contender: Contender, messages: readonly Message[]): Promise<readonly number[]> {
  const rates: number[] = [];
  const end = performance.now() + ROUND_MS_MIN;
  do {
    const elapsed = stopwatch();
    await hearAll(contender, messages);
    rates.push((1_000 * messages.length) / elapsed());
  } while (performance.now() < end);
  return rates;
}

async function hearAll(contender: Contender, messages: readonly Message[]): Promise<void> {
  if (contender.kind === "sync") for (const message of messages) contender.hear(message);
  else for (const message of messages) await contender.hear(message);
}

async function timeEach(contender: Contender, messages: readonly Message[]): Promise<Float64Array> {
  const times = new Float64Array(messages.length);
  for (const [at, message] of messages.entries()) {
    const begun = performance.now();
    if (contender.kind === "sync") contender.hear(message);
    else await contender.hear(message);
    times[at] = 1_000 * (performance.now() - begun);
  }
  return times;
}

/** Of each message the median of its rounds: an interruption of one of them is not the message's. */
function percentiles(rounds: readonly Float64Array[]): { p50: number; p99: number } {
  const ordered = Array.from({ length: rounds[0]?.length ?? 0 }, (_, at) =>
    median(rounds.map((times) => times[at] ?? 0)),
  ).toSorted((a, b) => a - b);
  const at = (share: number) => ordered[Math.floor(share * ordered.length)] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}

export function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

/** One contender's garbage is not to be another's time. Needs node's --expose-gc, and does nothing without. */
export function collectGarbage(): void {
  globalThis.gc?.();
}
