import { ROLES, type Role } from "../access/permission-contract.ts";
import type { Caller } from "../access/caller.ts";
import { AppError } from "../app-error.ts";
import { writeEvent } from "../audit/events.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { readPeople } from "../people/people.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { endSessionsOf, rotateSession, type NewSession } from "../sessions/sessions.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import type { MemberList, MemberView } from "./contract.ts";
import { countOwners, membersLock, readRole } from "./members.ts";

interface MemberRow {
  readonly person_id: string;
  readonly role: Role;
  readonly since: Date;
}

/** Who is in the workspace: owners first, then by address. */
export async function listMembers(store: Store, workspaceId: string): Promise<MemberList> {
  const rows = await inWorkspace(store.database, workspaceId, (tx) =>
    tx.raw<MemberRow>(
      "select person_id, role, since from members where workspace_id = :workspaceId order by person_id",
      { workspaceId },
    ),
  );
  const members = await withEmails(store, rows);
  return { members: members.toSorted((a, b) => rank(a) - rank(b) || (a.email < b.email ? -1 : 1)) };
}

const rank = ({ role }: MemberView) => ROLES.indexOf(role);

export async function getMember(store: Store, workspaceId: string, personId: string): Promise<MemberView> {
  const rows = await inWorkspace(store.database, workspaceId, (tx) =>
    tx.raw<MemberRow>(
      "select person_id, role, since from members where workspace_id = :workspaceId and person_id = :personId",
      { workspaceId, personId },
    ),
  );
  const [member] = await withEmails(store, rows);
  if (member === undefined) throw unknownMember();
  return member;
}

async function withEmails(store: Store, rows: readonly MemberRow[]): Promise<readonly MemberView[]> {
  const ids = rows.map(({ person_id }) => person_id);
  const people = await inSealedWorkspace(store, INSTALLATION_ID, (tx) => readPeople(tx, ids));
  return rows.flatMap(({ person_id: personId, role, since }) => {
    const person = people.get(personId);
    return person === undefined ? [] : [{ personId, email: person.email, role, since: since.toISOString() }];
  });
}

/** A change of who is in a workspace and as what. `role` null: no longer. */
export interface MemberChange {
  readonly personId: string;
  readonly role: Role | null;
}

/** Changes a member's role, or removes them, and ends their sessions in the workspace. The caller's own session goes on with a
 *  new secret, which is returned. Throws `member_not_found`, `last_owner`, `forbidden`. `now`: milliseconds. */
export async function changeMember(
  { database }: Store,
  caller: Caller,
  change: MemberChange,
  now: number,
): Promise<NewSession | null> {
  const { workspaceId } = caller;
  const isChanged = await inWorkspace(database, workspaceId, (tx) => decide(tx, caller, change, now), {
    locks: [membersLock(workspaceId)],
  });
  if (!isChanged) return null;
  return endSessionsThere(database, caller, change);
}

/** Under the lock of the members: of two owners who unmake each other at once, the second finds it has no say any more. */
async function decide(
  tx: WorkspaceTransaction,
  caller: Caller,
  { personId, role }: MemberChange,
  now: number,
): Promise<boolean> {
  const { workspaceId } = tx;
  const mine = await rankOf(tx, caller);
  const theirs = await readRole(tx, personId);
  if (theirs === null) throw unknownMember();
  if (theirs === role) return false;
  if ((theirs === "owner" || role === "owner") && mine !== "owner") {
    throw new AppError("forbidden", "Only an owner makes and unmakes owners; your role is admin.");
  }
  if (theirs === "owner" && (await countOwners(tx)) === 1) {
    throw new AppError(
      "last_owner",
      "A workspace keeps at least one owner: make somebody else an owner first.",
    );
  }
  await tx.raw(
    role === null
      ? "delete from members where workspace_id = :workspaceId and person_id = :personId"
      : "update members set role = :role where workspace_id = :workspaceId and person_id = :personId",
    role === null ? { workspaceId, personId } : { workspaceId, personId, role },
  );
  if (role !== "owner" && role !== "admin") await takeBackInvitations(tx, personId);
  writeEvent(tx, {
    actor: caller.actor,
    action: role === null ? "member.removed" : "member.role_changed",
    subject: { kind: "person", id: personId },
    details: { from: theirs, ...(role === null ? {} : { to: role }) },
    at: now,
  });
  return true;
}

/** The caller's role as it is now, which may be another than when the request came. */
export async function rankOf(tx: WorkspaceTransaction, caller: Caller): Promise<"owner" | "admin"> {
  const role = caller.kind === "member" ? await readRole(tx, caller.personId) : null;
  if (role === "owner" || role === "admin") return role;
  throw new AppError("forbidden", "This takes the role owner or admin.");
}

/** Whoever may invite no longer has not invited: they may hold the links. */
async function takeBackInvitations(tx: WorkspaceTransaction, personId: string): Promise<void> {
  await tx.raw(
    `with gone as (
       delete from invitations where workspace_id = :workspaceId and invited_by = :personId returning id
     )
     delete from data_keys using gone where workspace_id = :workspaceId and subject_id = gone.id`,
    { workspaceId: tx.workspaceId, personId },
  );
}

/** After the change is committed: it counts from there on, whatever becomes of the sessions. */
async function endSessionsThere(
  database: Database,
  caller: Caller,
  { personId, role }: MemberChange,
): Promise<NewSession | null> {
  const { workspaceId } = caller;
  const own = caller.kind === "member" && caller.personId === personId ? caller.sessionId : null;
  return inWorkspace(database, INSTALLATION_ID, async (tx) => {
    await endSessionsOf(tx, personId, { currentId: workspaceId, exceptId: own });
    return own === null ? null : rotateSession(tx, own, role === null ? null : workspaceId);
  });
}

const unknownMember = () => new AppError("member_not_found", "There is no such member.");
