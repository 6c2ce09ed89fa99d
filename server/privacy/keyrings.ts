import type { Database } from "../database/database.ts";
import type { KeyProvider } from "./key-provider.ts";
import type { Keyring } from "./keyring.ts";
import { loadKeyring } from "./workspace-keys.ts";

/** How old a keyring may be. A rotation waits for longer than this before it relies on everybody knowing of it. */
export const KEYRING_CACHE_MS = 30_000;

/** The keyrings of this process's workspaces. */
export interface Keyrings {
  /** A workspace's keyring, from memory but for one query every KEYRING_CACHE_MS. Fails as `loadKeyring` does.
   *  Ask before the transaction begins, not within it. */
  of(workspaceId: string): Promise<Keyring>;
}

/** `clock`: milliseconds since the epoch. Memory: some hundred bytes a workspace. */
export function createKeyrings(database: Database, provider: KeyProvider, clock: () => number): Keyrings {
  const kept = new Map<string, { readonly keyring: Keyring; readonly until: number }>();
  const loading = new Map<string, Promise<Keyring>>();

  async function load(workspaceId: string): Promise<Keyring> {
    // From before the query: what changes while it runs is not in its answer.
    const asked = clock();
    const previous = kept.get(workspaceId)?.keyring ?? null;
    const keyring = await loadKeyring(database, provider, workspaceId, asked, previous);
    kept.set(workspaceId, { keyring, until: asked + KEYRING_CACHE_MS });
    return keyring;
  }
  return {
    async of(workspaceId) {
      const found = kept.get(workspaceId);
      if (found !== undefined && clock() < found.until) return found.keyring;
      let underWay = loading.get(workspaceId);
      if (underWay === undefined) {
        underWay = load(workspaceId).finally(() => loading.delete(workspaceId));
        loading.set(workspaceId, underWay);
      }
      return underWay;
    },
  };
}
