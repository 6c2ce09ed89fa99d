import { hash } from "node:crypto";
import type { Database } from "../database/database.ts";
import { verifyApiKey } from "./api-keys.ts";
import type { KeyHolder } from "./api-keys.ts";

/** How long a revoked key may still be taken by a server that has just seen it. */
export const KEY_CACHE_MS = 5_000;
const KEYS_MAX = 10_000; // about 2 MB; beyond it the longest known is forgotten first

export interface KeyCache {
  /** Whom the key speaks for; null: nobody. */
  verify(key: string): Promise<KeyHolder | null>;
  /** Whether the key was valid when this process last looked, however long ago. */
  knows(key: string): boolean;
}

/** Verifies API keys, remembering for a few seconds those that were valid. `clock`: milliseconds since the epoch. */
export function createKeyCache(database: Database, clock: () => number): KeyCache {
  const known = new Map<string, { readonly holder: KeyHolder; readonly until: number }>();
  return {
    async verify(key) {
      const digest = digestOf(key);
      const found = known.get(digest);
      if (found !== undefined && clock() < found.until) return found.holder;

      const asked = clock();
      const holder = await verifyApiKey(database, key, asked);
      known.delete(digest);
      if (holder === null) return null;
      for (const oldest of known.keys()) {
        if (known.size < KEYS_MAX) break;
        known.delete(oldest);
      }
      // Not a moment longer than it is valid.
      known.set(digest, { holder, until: Math.min(asked + KEY_CACHE_MS, holder.expiresAt ?? Infinity) });
      return holder;
    },
    knows: (key) => known.has(digestOf(key)),
  };
}

/** By digest, so that no list of working keys lies in memory. */
const digestOf = (key: string) => hash("sha256", key, "base64");
