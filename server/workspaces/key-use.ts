import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { Log } from "../log.ts";
import type { KeyName } from "./api-key-format.ts";

/** How exact a key's last use is: it is written no more often. */
export const USE_NOTED_MS = 60_000;
const KEYS_MAX = 10_000;

/** Notes that API keys were used, at most once a minute each, beside the requests and never in their way: a note that fails is
 *  logged, and the next minute has another. `clock`: milliseconds since the epoch. */
export function createKeyUse(database: Database, clock: () => number, log: Log): (key: KeyName) => void {
  const noted = new Map<string, number>();
  return ({ workspaceId, keyId }) => {
    const now = clock();
    if (now - (noted.get(keyId) ?? -Infinity) < USE_NOTED_MS) return;
    if (noted.size >= KEYS_MAX) noted.clear();
    noted.set(keyId, now);
    const note = inWorkspace(database, workspaceId, (tx) =>
      tx.prepared(
        `update api_keys set used_at = :now
         where workspace_id = :workspaceId and id = :keyId and (used_at is null or used_at < :before)`,
        { workspaceId, keyId, now: new Date(now), before: new Date(now - USE_NOTED_MS / 2) },
      ),
    );
    note.catch((error: unknown) => log.warn({ err: error, keyId }, "the use of a key was not noted"));
  };
}
