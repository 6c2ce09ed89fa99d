import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Events are kept for so long, for lists and for sending them again: longer than a long weekend, and no archive. */
export const KEPT_DAYS = 7;
const AT_ONCE = 1_000;

/** Removes the events that are older, with their deliveries. */
export async function purgeEvents(database: Database, workspaceId: string, now: number): Promise<void> {
  const before = new Date(now - KEPT_DAYS * DAY_MS);
  for (;;) {
    const gone = await inWorkspace(database, workspaceId, (tx) =>
      tx.prepared(purge, { workspaceId, before, most: AT_ONCE }),
    );
    if (gone.length < AT_ONCE) return;
  }
}

const purge = `
  delete from webhook_events
  where workspace_id = :workspaceId and id = any(array(
    select id from webhook_events where workspace_id = :workspaceId and at < :before order by at limit :most))
  returning id`;
