import { v7 } from "uuid";
import { writeEvent, type Actor } from "../audit/events.ts";
import { startOn } from "../actions/changes.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { WorkspaceView } from "./contract.ts";

/** The workspace that every installation begins with. Its id is a constant because row-level security lets nobody look
 *  for it: without a workspace there is no row to see. It is the UUIDv7 of the time zero; an id is no secret. */
export const FIRST_WORKSPACE_ID = "00000000-0000-7000-8000-000000000000";

/** The installation itself is a workspace, without conversations: what belongs to no workspace of the users' lies in it, under
 *  the same row-level security and keys: the list of workspaces, the people who sign in. */
export const INSTALLATION_ID = "00000000-0001-7000-8000-000000000000";

const FIRST_WORKSPACE_NAME = "My workspace";
const AT_ONCE = 10; // names that are looked up at a time

/** Creates a workspace, on Starter, and returns its id. `now`: milliseconds since the epoch. With `actor`, it is audited who made it. */
export async function createWorkspace(
  database: Database,
  name: string,
  now: number,
  actor: Actor | null = null,
): Promise<string> {
  const workspaceId = v7({ msecs: now });
  await insertOnce(database, workspaceId, name, now);
  if (actor !== null) {
    const subject = { kind: "workspace", id: workspaceId } as const;
    await inWorkspace(database, workspaceId, async (tx) =>
      writeEvent(tx, { actor, action: "workspace.created", subject, details: { name }, at: now }),
    );
  }
  return workspaceId;
}

/** Gives a workspace another name. False when there is none of this id. `now`: milliseconds since the epoch. */
export async function renameWorkspace(
  database: Database,
  workspaceId: string,
  name: string,
  actor: Actor,
  now: number,
): Promise<boolean> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const [before] = await tx.raw<{ readonly name: string }>(
      "select name from workspaces where workspace_id = :workspaceId for update",
      { workspaceId },
    );
    if (before === undefined) return false;
    await tx.raw("update workspaces set name = :name where workspace_id = :workspaceId", {
      workspaceId,
      name,
    });
    const subject = { kind: "workspace", id: workspaceId } as const;
    const details = { from: before.name, to: name };
    writeEvent(tx, { actor, action: "workspace.renamed", subject, details, at: now });
    return true;
  });
}

/** Makes sure that the first workspace exists, on Professional with the action active until somebody decides otherwise, and
 *  returns its id. Several processes may do so at once. */
export async function ensureFirstWorkspace(database: Database, now: number): Promise<string> {
  await insertOnce(database, FIRST_WORKSPACE_ID, FIRST_WORKSPACE_NAME, now);
  const actor = { kind: "system", id: "installation" } as const;
  await startOn(database, FIRST_WORKSPACE_ID, "professional", { actor, at: now });
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

/** Every workspace but the installation's, oldest first. */
export async function listWorkspaces(database: Database): Promise<readonly WorkspaceView[]> {
  const ids = await listWorkspaceIds(database);
  const found: (WorkspaceView | null)[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    found.push(...(await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => viewOf(database, id)))));
  }
  return found.filter((view) => view !== null);
}

/** Null for a workspace that was listed and not made: whoever did so was interrupted. */
async function viewOf(database: Database, id: string): Promise<WorkspaceView | null> {
  const [row] = await inWorkspace(database, id, (tx) =>
    tx.raw<{ readonly name: string; readonly created_at: Date }>(
      "select name, created_at from workspaces where workspace_id = :id",
      { id },
    ),
  );
  return row === undefined ? null : { id, name: row.name, createdAt: row.created_at.toISOString() };
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
