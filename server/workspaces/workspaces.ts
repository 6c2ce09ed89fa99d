import { v7 } from "uuid";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";

/** The workspace that every installation begins with. Its id is a constant because row-level security lets nobody look
 *  for it: without a workspace there is no row to see. It is the UUIDv7 of the time zero; an id is no secret. */
export const FIRST_WORKSPACE_ID = "00000000-0000-7000-8000-000000000000";

const FIRST_WORKSPACE_NAME = "My workspace";

/** Creates a workspace and returns its id. `now`: milliseconds since the epoch. */
export async function createWorkspace(database: Database, name: string, now: number): Promise<string> {
  const workspaceId = v7({ msecs: now });
  await insertOnce(database, workspaceId, name, now);
  return workspaceId;
}

/** Makes sure that the first workspace exists, and returns its id. Several processes may do so at once. */
export async function ensureFirstWorkspace(database: Database, now: number): Promise<string> {
  await insertOnce(database, FIRST_WORKSPACE_ID, FIRST_WORKSPACE_NAME, now);
  return FIRST_WORKSPACE_ID;
}

async function insertOnce(database: Database, id: string, name: string, now: number): Promise<void> {
  await inWorkspace(database, id, (tx) =>
    tx.raw(
      `insert into workspaces (workspace_id, name, created_at) values (:id, :name, :now)
       on conflict (workspace_id) do nothing`,
      { id, name, now: new Date(now) },
    ),
  );
}
