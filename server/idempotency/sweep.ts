import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { KEPT_MS } from "./claims.ts";
import { destroyDrawers } from "./drawers.ts";

const DRAWER_KEPT_MS = KEPT_MS + 2 * 60 * 60 * 1000; // an hour of claims, and one for the last of them to be answered

/** Forgets the keys of a workspace that are older than a day, and destroys the data keys of their answers.
 *  `now`: milliseconds since the epoch. */
export async function sweepIdempotency(database: Database, workspaceId: string, now: number): Promise<void> {
  await inWorkspace(database, workspaceId, async (tx) => {
    await tx.prepared(
      "delete from idempotency_keys where workspace_id = :workspaceId and claimed_at < :before",
      { workspaceId, before: new Date(now - KEPT_MS) },
    );
    await destroyDrawers(tx, new Date(now - DRAWER_KEPT_MS));
  });
}
