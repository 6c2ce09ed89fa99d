import type { Store } from "../privacy/store.ts";
import { liveIdentityKeys, type IdentityKey } from "./keys.ts";

/** How long another server may not know of a new key, and still take a revoked one. */
export const IDENTITY_KEYS_CACHE_MS = 5_000;

export interface IdentityKeys {
  of(workspaceId: string): Promise<readonly IdentityKey[]>;
  /** After a change: the next who asks gets what there is. */
  forget(workspaceId: string): void;
}

/** The identity keys of this process's workspaces. `clock`: milliseconds since the epoch. */
export function createIdentityKeys(store: Store, clock: () => number): IdentityKeys {
  const kept = new Map<string, { readonly keys: readonly IdentityKey[]; readonly until: number }>();
  return {
    async of(workspaceId) {
      const found = kept.get(workspaceId);
      if (found !== undefined && clock() < found.until) return found.keys;
      const keys = await liveIdentityKeys(store, workspaceId);
      kept.set(workspaceId, { keys, until: clock() + IDENTITY_KEYS_CACHE_MS });
      return keys;
    },
    forget: (workspaceId) => void kept.delete(workspaceId),
  };
}
