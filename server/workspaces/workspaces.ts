import { v7 } from "uuid";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";

/** The workspace that every installation begins with. Its id is a constant because row-level security lets nobody look
 *  for it: without a workspace there is no row to see. It is the UUIDv7 of the time zero; an id is no secret. */
export const FIRST_WORKSPACE_ID = "00000000-0000-7000-8000-000000000000";

/** The installation itself is a workspace, without conversations: what belongs to no workspace of the users' lies in it, under
 *  the same row-level security and keys: the list of workspaces, the people who sign in. */
export const INSTALLATION_ID = "00000000-0001-7000-8000-000000000000";

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

/** Every workspace's id but the installation's, oldest first. */
export async function listWorkspaceIds(database: Database): Promise<readonly string[]> {
  const rows = await inWorkspace(database, INSTALLATION_ID, (tx) =>
    tx.raw<{ listed_id: string }>(
      `select listed_id from installation_workspaces where workspace_id = :workspaceId order by listed_id`,
      { workspaceId: INSTALLATION_ID },
    ),
  );
  return rows.map(({ listed_id }) => listed_id);
}

/** Listed first: one that is listed and was never made is found empty, while one that is not listed would never be swept. */
async function insertOnce(database: Database, id: string, name: string, now: number): Promise<void> {
  const insertNamed = `insert into workspaces (workspace_id, name, created_at) values (:id, :name, :now)
    on conflict (workspace_id) do nothing`;
  await inWorkspace(database, INSTALLATION_ID, async (tx) => {
    tx.later(insertNamed, { id: INSTALLATION_ID, name: "Installation", now: new Date(now) });
    await tx.raw(
      `insert into installation_workspaces (workspace_id, listed_id, created_at)
       values (:installationId, :id, :now) on conflict (workspace_id, listed_id) do nothing`,
      { installationId: INSTALLATION_ID, id, now: new Date(now) },
    );
  });
  await inWorkspace(database, id, (tx) => tx.raw(insertNamed, { id, name, now: new Date(now) }));
}
