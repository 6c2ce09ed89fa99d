import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { hashOfSecret, newSecret } from "../people/secret.ts";
import { newRowId } from "../uuid.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";

const HOUR_MS = 60 * 60 * 1000;
/** Without a request for so long, a session ends: a working day. */
export const SESSION_IDLE_MS = 12 * HOUR_MS;
/** However much it is used. */
export const SESSION_MS_MAX = 14 * 24 * HOUR_MS;
const SEEN_MS = 60_000; // a session is written to no more often

/** A person who is signed in. All of these functions run in the installation's own workspace. */
export interface Session {
  readonly id: string;
  readonly personId: string;
  /** The workspace that the person works in, if any. */
  readonly currentId: string | null;
  readonly expiresAt: Date;
}

/** A session and what its cookie holds. */
export interface NewSession extends Session {
  readonly secret: string;
}

export async function startSession(
  tx: WorkspaceTransaction,
  personId: string,
  currentId: string | null,
  now: number,
): Promise<NewSession> {
  const id = newRowId();
  const { text: secret, hash } = newSecret();
  const expiresAt = new Date(now + SESSION_MS_MAX);
  await tx.prepared(
    `with over as (
       delete from sessions where workspace_id = :workspaceId and person_id = :personId
         and (expires_at <= :now or seen_at <= :idleSince)
     )
     insert into sessions (workspace_id, id, person_id, secret_hash, current_id, created_at, seen_at, expires_at)
     values (:workspaceId, :id, :personId, :hash, :currentId, :now, :now, :expiresAt)`,
    {
      workspaceId: tx.workspaceId,
      id,
      personId,
      hash,
      currentId,
      now: new Date(now),
      idleSince: new Date(now - SESSION_IDLE_MS),
      expiresAt,
    },
  );
  return { id, personId, currentId, expiresAt, secret };
}

interface SessionRow {
  readonly id: string;
  readonly person_id: string;
  readonly current_id: string | null;
  readonly expires_at: Date;
}

/** The live session whose cookie holds `secret`; null when there is none. In one trip. */
export async function findSession(database: Database, secret: string, now: number): Promise<Session | null> {
  const [row] = await inWorkspace(database, INSTALLATION_ID, (tx) =>
    tx.last<SessionRow>(
      `with found as (
         select id, person_id, current_id, seen_at, expires_at from sessions
         where workspace_id = :workspaceId and secret_hash = :hash and expires_at > :now and seen_at > :idleSince
       ),
       seen as (
         update sessions set seen_at = :now
         where workspace_id = :workspaceId and id = (select id from found where seen_at < :seenBefore)
       )
       select id, person_id, current_id, expires_at from found`,
      {
        workspaceId: INSTALLATION_ID,
        hash: hashOfSecret(secret),
        now: new Date(now),
        idleSince: new Date(now - SESSION_IDLE_MS),
        seenBefore: new Date(now - SEEN_MS),
      },
    ),
  );
  if (row === undefined) return null;
  return { id: row.id, personId: row.person_id, currentId: row.current_id, expiresAt: row.expires_at };
}

/** Gives a session a new secret, so that whoever knows the old one has nothing, and puts it into a workspace. Null when it has
 *  ended meanwhile. */
export async function rotateSession(
  tx: WorkspaceTransaction,
  id: string,
  currentId: string | null,
): Promise<NewSession | null> {
  const { text: secret, hash } = newSecret();
  const [row] = await tx.prepared<SessionRow>(
    `update sessions set secret_hash = :hash, current_id = :currentId
     where workspace_id = :workspaceId and id = :id
     returning id, person_id, current_id, expires_at`,
    { workspaceId: tx.workspaceId, id, hash, currentId },
  );
  if (row === undefined) return null;
  return { id, personId: row.person_id, currentId, expiresAt: row.expires_at, secret };
}

export async function endSession(tx: WorkspaceTransaction, id: string): Promise<void> {
  await tx.prepared("delete from sessions where workspace_id = :workspaceId and id = :id", {
    workspaceId: tx.workspaceId,
    id,
  });
}

/** Ends a person's sessions: all, or those in one workspace; but for `exceptId`. */
export async function endSessionsOf(
  tx: WorkspaceTransaction,
  personId: string,
  {
    currentId = null,
    exceptId = null,
  }: { readonly currentId?: string | null; readonly exceptId?: string | null } = {},
): Promise<void> {
  await tx.prepared(
    `delete from sessions where workspace_id = :workspaceId and person_id = :personId
       and (cast(:currentId as uuid) is null or current_id = :currentId)
       and id is distinct from cast(:exceptId as uuid)`,
    { workspaceId: tx.workspaceId, personId, currentId, exceptId },
  );
}
