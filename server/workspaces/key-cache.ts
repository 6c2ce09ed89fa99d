import { hash } from "node:crypto";
import type { Database } from "../database/database.ts";
import { verifyApiKey } from "./api-keys.ts";
import type { KeyHolder } from "./api-keys.ts";

/** How long a revoked key may still be taken by a server that has just seen it. */
export const KEY_CACHE_MS = 5_000;
const KEYS_MAX = 10_000; // about 2 MB; beyond it the longest known is forgotten first

/** Verifies API keys, remembering for a few seconds those that were valid. `clock`: milliseconds since the epoch. */
export function createKeyCache(database: Database, clock: () => number) {
  const known = new Map<string, { readonly holder: KeyHolder; readonly until: number }>();
  return {
    async verify(key: string): Promise<KeyHolder | null> {
      // By digest, so that no list of working keys lies in memory.
      const digest = hash("sha256", key, "base64");
      const found = known.get(digest);
      if (found !== undefined && clock() < found.until) return found.holder;

      known.delete(digest);
      const holder = await verifyApiKey(database, key);
      if (holder === null) return null;
      for (const oldest of known.keys()) {
        if (known.size < KEYS_MAX) break;
        known.delete(oldest);
      }
      known.set(digest, { holder, until: clock() + KEY_CACHE_MS });
      return holder;
    },
  };
}
