import type { Caller } from "../access/caller.ts";
import type { Role } from "../access/permission-contract.ts";
import { AppError } from "../app-error.ts";
import { writeEvent } from "../audit/events.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { checkEmail, findPerson } from "../people/people.ts";
import { hashOfSecret, newSecret } from "../people/secret.ts";
import { blindIndex, blindIndexes, indexVersion } from "../privacy/blind-index.ts";
import { insertDataKey, joinDataKey } from "../privacy/data-key-sql.ts";
import { newDataKey, openDataKey, type WrappedDataKey } from "../privacy/keyring.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { isUuid, newRowId } from "../uuid.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import { rankOf } from "./change-members.ts";
import { INVITATIONS_MAX, type InvitationList, type InvitationView, type NewInvitation } from "./contract.ts";
import { membersLock, readRole } from "./members.ts";

export const INVITATION_MS = 7 * 24 * 60 * 60 * 1000;

interface InvitationRow extends WrappedDataKey {
  readonly id: string;
  readonly email: Uint8Array;
  readonly role: Role;
  readonly invited_by: string;
  readonly created_at: Date;
  readonly expires_at: Date;
}

const select = (condition: string) => `
  select invitation.*, key.key_version, key.key_wrapped
  from (
    select id, email, role, invited_by, created_at, expires_at from invitations
    where workspace_id = :workspaceId and expires_at > :now ${condition}
  ) as invitation
  ${joinDataKey("invitation.id")}`;

/** The invitations that are open, the latest first. `now`: milliseconds. */
export function listInvitations(store: Store, workspaceId: string, now: number): Promise<InvitationList> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const rows = await tx.raw<InvitationRow>(select("offset 0"), { workspaceId, now: new Date(now) });
    const invitations = rows.map((row) => viewOf(tx, row));
    return { invitations: invitations.toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1)) };
  });
}

function viewOf({ workspaceId, keyring }: SealedTransaction, row: InvitationRow): InvitationView {
  const key = openDataKey(keyring, row.id, row);
  return {
    id: row.id,
    email: unsealColumn(workspaceId, key, "invitations.email", row.id, row.email),
    role: row.role,
    invitedBy: row.invited_by,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  };
}

/** Invites an address. `token` is what the link holds, now or never: only its hash is kept. It names the workspace, so that
 *  looking it up is scoped like every other query. An invitation of the same address before is replaced.
 *  Throws `already_member`, `forbidden`, `too_many_invitations`, `invalid_request`. */
export async function invite(
  store: Store,
  caller: Caller,
  { email: given, role }: NewInvitation,
  now: number,
): Promise<{ readonly invitation: InvitationView; readonly token: string }> {
  const { workspaceId } = caller;
  const email = checkEmail(given);
  const person = await inSealedWorkspace(store, INSTALLATION_ID, (tx) => findPerson(tx, email));
  const { text, hash } = newSecret();
  const invitation = await inSealedWorkspace(
    store,
    workspaceId,
    async (tx) => {
      const mine = await rankOf(tx, caller);
      if (role === "owner" && mine !== "owner")
        throw new AppError("forbidden", "Only an owner invites an owner.");
      if (person !== null && (await readRole(tx, person.id)) !== null) {
        throw new AppError(
          "already_member",
          "Somebody with this address is a member already: change their role.",
        );
      }
      await makeRoom(tx, email, now);
      const made = { id: newRowId(), email, role, at: now, hash, by: caller.actor.id };
      await insertInvitation(tx, made);
      writeEvent(tx, {
        actor: caller.actor,
        action: "member.invited",
        subject: { kind: "invitation", id: made.id },
        details: { role },
        at: now,
      });
      return {
        id: made.id,
        email,
        role,
        invitedBy: made.by,
        createdAt: new Date(now).toISOString(),
        expiresAt: new Date(now + INVITATION_MS).toISOString(),
      };
    },
    { locks: [membersLock(workspaceId)] },
  );
  return { invitation, token: `${workspaceId}.${text}` };
}

/** Deletes what is over and what is replaced. Throws `too_many_invitations`. */
async function makeRoom(tx: SealedTransaction, email: string, now: number): Promise<void> {
  const [row] = await tx.raw<{ readonly open: number }>(
    `with gone as (
       delete from invitations
       where workspace_id = :workspaceId and (expires_at <= :now or email_key = any(cast(:emailKeys as bytea[])))
       returning id
     ),
     key as (
       delete from data_keys using gone where workspace_id = :workspaceId and subject_id = gone.id
     )
     select (select cast(count(*) as integer) from invitations where workspace_id = :workspaceId)
       - (select cast(count(*) as integer) from gone) as open`,
    {
      workspaceId: tx.workspaceId,
      now: new Date(now),
      emailKeys: blindIndexes(tx.keyring, "email", email),
    },
  );
  if ((row?.open ?? 0) < INVITATIONS_MAX) return;
  const message = `A workspace has at most ${INVITATIONS_MAX} open invitations: take one back first.`;
  throw new AppError("too_many_invitations", message);
}

interface Made {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly hash: Buffer;
  readonly by: string;
  readonly at: number;
}

async function insertInvitation(
  tx: SealedTransaction,
  { id, email, role, hash, by, at }: Made,
): Promise<void> {
  const { workspaceId, keyring } = tx;
  const { key, row } = newDataKey(keyring, id);
  await tx.raw(
    `with key as (${insertDataKey(":id")}
     )
     insert into invitations (
       workspace_id, id, email, email_key, index_version, role, secret_hash, invited_by, created_at, expires_at)
     values (:workspaceId, :id, :email, :emailKey, :indexVersion, :role, :hash, :by, :now, :expiresAt)`,
    {
      workspaceId,
      id,
      keyVersion: row.key_version,
      keyWrapped: row.key_wrapped,
      email: sealColumn(workspaceId, key, "invitations.email", id, email),
      emailKey: blindIndex(keyring, "email", email),
      indexVersion: indexVersion(keyring),
      role,
      hash,
      by,
      now: new Date(at),
      expiresAt: new Date(at + INVITATION_MS),
    },
  );
}

/** The workspace and the invitation that a link's token is for; null when it is for none that is open. */
export async function findInvitation(
  store: Store,
  token: string,
  now: number,
): Promise<{ readonly workspaceId: string; readonly invitation: InvitationView } | null> {
  const [workspaceId = "", secret = ""] = token.split(".");
  if (!isUuid(workspaceId)) return null;
  const bindings = { workspaceId, hash: hashOfSecret(secret), now: new Date(now) };
  // Before the keys are asked for: a workspace that nobody made has none, and gets none.
  const isThere = await inWorkspace(store.database, workspaceId, (tx) =>
    tx.last(
      `select id from invitations
       where workspace_id = :workspaceId and secret_hash = :hash and expires_at > :now`,
      bindings,
    ),
  );
  if (isThere.length === 0) return null;
  const invitation = await inSealedWorkspace(store, workspaceId, async (tx) => {
    const [row] = await tx.prepared<InvitationRow>(select("and secret_hash = :hash offset 0"), bindings);
    return row === undefined ? null : viewOf(tx, row);
  });
  return invitation === null ? null : { workspaceId, invitation };
}

/** Takes an invitation away, used or revoked. False when it is gone already. */
export async function deleteInvitation(tx: SealedTransaction, id: string): Promise<boolean> {
  const rows = await tx.prepared(
    `with gone as (
       delete from invitations where workspace_id = :workspaceId and id = :id returning id
     ),
     key as (
       delete from data_keys using gone where workspace_id = :workspaceId and subject_id = gone.id
     )
     select id from gone`,
    { workspaceId: tx.workspaceId, id },
  );
  return rows.length === 1;
}
