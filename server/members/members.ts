import type { Role } from "../access/permission-contract.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import type { WorkspaceMembership } from "../people/contract.ts";

/** Held by whoever changes who is in a workspace and as what: so two owners cannot unmake each other at once. */
export const membersLock = (workspaceId: string): bigint => advisoryKey("members", workspaceId);

/** The person's place in the workspace; null when they have none. In one trip. */
export async function readMembership(
  database: Database,
  workspaceId: string,
  personId: string,
): Promise<WorkspaceMembership | null> {
  const [row] = await inWorkspace(database, workspaceId, (tx) =>
    tx.last<{ readonly name: string; readonly role: Role }>(
      `select (select name from workspaces where workspace_id = :workspaceId) as name, role
       from members where workspace_id = :workspaceId and person_id = :personId`,
      { workspaceId, personId },
    ),
  );
  return row === undefined ? null : { id: workspaceId, name: row.name, role: row.role };
}

/** The workspace's name. */
export async function readName(database: Database, workspaceId: string): Promise<string> {
  const [row] = await inWorkspace(database, workspaceId, (tx) =>
    tx.last<{ readonly name: string }>("select name from workspaces where workspace_id = :workspaceId", {
      workspaceId,
    }),
  );
  if (row === undefined) throw new Error("a workspace that has invitations is gone");
  return row.name;
}

export async function readRole(tx: WorkspaceTransaction, personId: string): Promise<Role | null> {
  const [row] = await tx.prepared<{ readonly role: Role }>(
    "select role from members where workspace_id = :workspaceId and person_id = :personId",
    { workspaceId: tx.workspaceId, personId },
  );
  return row?.role ?? null;
}

export async function countOwners(tx: WorkspaceTransaction): Promise<number> {
  const [row] = await tx.prepared<{ readonly owners: number }>(
    `select cast(count(*) as integer) as owners from members
     where workspace_id = :workspaceId and role = 'owner'`,
    { workspaceId: tx.workspaceId },
  );
  return row?.owners ?? 0;
}

/** Whether anybody owns the workspace. */
export async function hasOwner(database: Database, workspaceId: string): Promise<boolean> {
  return (await inWorkspace(database, workspaceId, countOwners)) > 0;
}

/** Makes the person a member. Who is one already stays what they are. */
export async function addMember(
  tx: WorkspaceTransaction,
  personId: string,
  role: Role,
  now: number,
): Promise<void> {
  await tx.prepared(
    `insert into members (workspace_id, person_id, role, since) values (:workspaceId, :personId, :role, :now)
     on conflict (workspace_id, person_id) do nothing`,
    { workspaceId: tx.workspaceId, personId, role, now: new Date(now) },
  );
}
