import { AppError } from "../app-error.ts";
import type { Log } from "../log.ts";
import type { Store } from "../privacy/store.ts";
import { createLimiter, WINDOW_SECONDS, type Limiter, type Standing } from "./limiter.ts";
import { createSharedCounts } from "./shared-counts.ts";

const SETTLE_MS = 250;
const SWEEP_MS = 10 * 60_000;

/** Requests in a minute: of an API key or a member; of a person who chats; and, without a valid credential, of an address. */
export interface RatesPerMinute {
  readonly caller: number;
  readonly visitor: number;
  readonly address: number;
}

export const RATES_DEFAULT: RatesPerMinute = { caller: 12_000, visitor: 120, address: 120 };

export interface RateLimits {
  /** Counts a request of a key or a member. */
  caller(name: string): Promise<Standing>;
  /** Counts a message of a person. Throws `rate_limited`. */
  visitor(workspaceId: string, platform: string, handle: string): Promise<void>;
  /** Counts a request without a valid credential. */
  stranger(address: string): Promise<void>;
  /** Throws `rate_limited` when too many came from there. */
  checkStranger(address: string): Promise<void>;
  /** Settles with the other processes, and stops. */
  close(): Promise<void>;
}

/** Counts in this process, and with the others that serve the same PostgreSQL database. The embedded database has no others. */
export function createRateLimits(store: Store, rates: RatesPerMinute, log: Log): RateLimits {
  const shared = store.database.kind === "pglite" ? null : createSharedCounts(store, WINDOW_SECONDS);
  const limiter = (kind: keyof RatesPerMinute, heldBack: number): Limiter =>
    createLimiter({ kind, perMinute: rates[kind], shared, heldBack });
  // Keys are few and busy. Persons and addresses are many, and most never come near their limit.
  const callers = limiter("caller", 1);
  const visitors = limiter("visitor", Math.ceil(rates.visitor / 4));
  const addresses = limiter("address", Math.ceil(rates.address / 4));

  const settle = async () => {
    const settled = await Promise.allSettled([callers.settle(), visitors.settle(), addresses.settle()]);
    const failed = settled.find((result) => result.status === "rejected");
    if (failed !== undefined) {
      log.warn({ err: failed.reason }, "requests could not be counted together with other processes");
    }
  };
  let settling: Promise<void> = Promise.resolve();
  let isUnderWay = false;
  const every = setInterval(() => {
    if (isUnderWay) return;
    isUnderWay = true;
    settling = settle().finally(() => (isUnderWay = false));
  }, SETTLE_MS);
  const sweeping = setInterval(() => {
    shared?.sweep().catch((error: unknown) => log.warn({ err: error }, "old counts were not removed"));
  }, SWEEP_MS);
  every.unref();
  sweeping.unref();
  if (shared === null) {
    clearInterval(every);
    clearInterval(sweeping);
  }

  return {
    caller: (name) => callers.count(name),
    async visitor(workspaceId, platform, handle) {
      const standing = await visitors.count(JSON.stringify([workspaceId, platform, handle]));
      if (standing.isOver) throw rateLimited("Too many messages of this person", standing);
    },
    async stranger(address) {
      await addresses.count(address);
    },
    async checkStranger(address) {
      const standing = await addresses.standing(address);
      if (standing.isOver) {
        throw rateLimited("Too many requests without a valid credential came from this address", standing);
      }
    },
    async close() {
      clearInterval(every);
      clearInterval(sweeping);
      await settling;
      await settle();
    },
  };
}

/** `what`: the beginning of a sentence. */
export function rateLimited(what: string, { limit, seconds }: Standing): AppError {
  return new AppError(
    "rate_limited",
    `${what}: at most ${limit} a minute. Try again in ${seconds} seconds.`,
    {
      retryAfterSeconds: seconds,
    },
  );
}
