import { AppError } from "../app-error.ts";
import { writeEvent } from "../audit/events.ts";
import type { Acceptance, InvitationDetails, InvitationView } from "./contract.ts";
import { createPerson, findPerson, listWorkspaceOf, personLock } from "../people/people.ts";
import { checkNewPassword, hashPassword } from "../people/password.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { rotateSession, startSession, type NewSession, type Session } from "../sessions/sessions.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import { deleteInvitation, findInvitation } from "./invitations.ts";
import { addMember, membersLock, readName } from "./members.ts";

/** Makes whoever has the link a member: a new person with a password, or the person it is for, who is signed in with `session`.
 *  Returns their session, in the workspace, with a new secret. Throws `link_spent`, `account_exists`, `invalid_request`. */
export async function acceptInvitation(
  store: Store,
  { token, password }: Acceptance,
  session: Session | null,
  now: number,
): Promise<NewSession> {
  const found = await findInvitation(store, token, now);
  if (found === null) throw spent();
  const { workspaceId, invitation } = found;
  const personId = await personFor(store, found, { password, session, now });
  await join(store, workspaceId, personId, invitation, now);
  return inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    const rotated = session === null ? null : await rotateSession(tx, session.id, workspaceId);
    return rotated ?? startSession(tx, personId, workspaceId, now);
  });
}

/** What an invitation is, to whoever has its link. Throws `link_spent`. */
export async function readInvitation(
  store: Store,
  token: string,
  session: Session | null,
  now: number,
): Promise<InvitationDetails> {
  const found = await findInvitation(store, token, now);
  if (found === null) throw spent();
  const { email, role } = found.invitation;
  const person = await inSealedWorkspace(store, INSTALLATION_ID, (tx) => findPerson(tx, email));
  const account = person === null ? "none" : person.id === session?.personId ? "signed_in" : "signed_out";
  return { email, role, workspace: await readName(store.database, found.workspaceId), account };
}

interface Given {
  readonly password: string | undefined;
  readonly session: Session | null;
  readonly now: number;
}

/** Before the membership, in the installation's own transaction: a person who then joins nothing can do nothing. */
async function personFor(
  store: Store,
  { workspaceId, invitation }: { readonly workspaceId: string; readonly invitation: InvitationView },
  { password, session, now }: Given,
): Promise<string> {
  const { email } = invitation;
  const known = await inSealedWorkspace(store, INSTALLATION_ID, (tx) => findPerson(tx, email));
  if (known === null && password === undefined) throw passwordMissing();
  const passwordHash =
    known === null && password !== undefined ? await hashPassword(checkNewPassword(password, email)) : null;
  return inSealedWorkspace(
    store,
    INSTALLATION_ID,
    async (tx) => {
      const person = await findPerson(tx, email);
      if (person !== null && person.id !== session?.personId) throw accountExists();
      const id = person?.id ?? (await createPerson(tx, email, passwordHash, now));
      await listWorkspaceOf(tx, id, workspaceId);
      return id;
    },
    { locks: [personLock(email)] },
  );
}

/** Throws `link_spent` when the invitation was used or taken back meanwhile. */
async function join(
  store: Store,
  workspaceId: string,
  personId: string,
  { id, role }: InvitationView,
  now: number,
): Promise<void> {
  await inSealedWorkspace(
    store,
    workspaceId,
    async (tx) => {
      if (!(await deleteInvitation(tx, id))) throw spent();
      await addMember(tx, personId, role, now);
      writeEvent(tx, {
        actor: { kind: "member", id: personId },
        action: "member.joined",
        subject: { kind: "person", id: personId },
        details: { role, invitation: id },
        at: now,
      });
    },
    { locks: [membersLock(workspaceId)] },
  );
}

const spent = () =>
  new AppError(
    "link_spent",
    "This invitation is not valid, or no longer: it is good once, for seven days, until it is taken back. Ask for another one.",
  );

const accountExists = () =>
  new AppError(
    "account_exists",
    "Whom this invitation is for has an account already: sign in with it, then open the link again.",
  );

function passwordMissing(): AppError {
  const detail = "is required: a string";
  return new AppError("invalid_request", `/password ${detail}.`, {
    faults: [{ pointer: "/password", detail }],
  });
}
