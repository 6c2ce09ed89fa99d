import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible";
import type { SharedCounts } from "./shared-counts.ts";

export const WINDOW_SECONDS = 60;

const KNOWN_MAX = 10_000;

/** Where a name stands after it was counted. */
export interface Standing {
  readonly isOver: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Until the count begins anew. */
  readonly seconds: number;
}

export interface LimiterOptions {
  /** Tells its names from those of other limiters. */
  readonly kind: string;
  /** Requests of a name in a minute. */
  readonly perMinute: number;
  /** What the other processes count too; null: there are none. */
  readonly shared: SharedCounts | null;
  /** How many of a name are counted here before the others are told: whoever stays below costs the database nothing. */
  readonly heldBack: number;
}

export interface Limiter {
  /** Counts one. Never waits for the database. */
  count(name: string): Promise<Standing>;
  /** The same without counting. */
  standing(name: string): Promise<Standing>;
  /** Adds what was counted here to what all processes have counted, and takes over their sum. Rejects with the database's error:
   *  the next call adds it. */
  settle(): Promise<void>;
}

/** Counts requests by name in windows of a minute, in memory, and settles with the other processes beside the requests.
 *  So of `perMinute` requests all processes together let through at most as many more as each of the others has counted since it last
 *  settled, or holds back; and no process ever more than `perMinute`. */
export function createLimiter({ kind, perMinute, shared, heldBack }: LimiterOptions): Limiter {
  const memory = new RateLimiterMemory({ points: perMinute, duration: WINDOW_SECONDS });
  /** What of a name's count in memory the others know of. */
  const known = new Map<string, number>();
  const due = new Set<string>();

  const standingOf = (result: RateLimiterRes | null, isOver: boolean): Standing => ({
    isOver,
    limit: perMinute,
    remaining: result === null ? perMinute : result.remainingPoints,
    seconds: Math.max(1, Math.ceil((result?.msBeforeNext ?? 0) / 1000)),
  });

  /** What was counted here of the names that are due, and the others do not know of. */
  async function untold(): Promise<Map<string, { readonly added: number; readonly before: number }>> {
    const found = new Map<string, { readonly added: number; readonly before: number }>();
    const names = [...due];
    due.clear();
    for (const name of names) {
      const before = (await memory.get(name))?.consumedPoints;
      if (before === undefined) known.delete(name);
      else if (before > (known.get(name) ?? 0)) {
        found.set(name, { added: before - (known.get(name) ?? 0), before });
      }
    }
    return found;
  }

  /** Those whose minute is over. */
  async function forget(): Promise<void> {
    for (const name of known.keys()) if ((await memory.get(name)) === null) known.delete(name);
  }

  return {
    async count(name) {
      try {
        const result = await memory.consume(name);
        if (result.isFirstInDuration) known.delete(name);
        if (shared !== null && result.consumedPoints >= heldBack) due.add(name);
        return standingOf(result, false);
      } catch (refused) {
        if (refused instanceof RateLimiterRes) return standingOf(refused, true);
        throw refused;
      }
    },
    async standing(name) {
      const result = await memory.get(name);
      return standingOf(result, result !== null && result.consumedPoints >= perMinute);
    },
    async settle() {
      if (shared === null) return;
      if (known.size > KNOWN_MAX) await forget();
      const adding = await untold();
      try {
        const sums = await shared.add(kind, new Map([...adding].map(([name, { added }]) => [name, added])));
        for (const [name, { count, ms }] of sums) {
          const before = adding.get(name)?.before ?? 0;
          const meanwhile = ((await memory.get(name))?.consumedPoints ?? before) - before;
          await memory.set(name, count + Math.max(meanwhile, 0), Math.max(ms, 1) / 1000);
          known.set(name, count);
        }
      } catch (error) {
        for (const name of adding.keys()) due.add(name);
        throw error;
      }
    },
  };
}
