import { AppError } from "../app-error.ts";
import { writeEvent } from "../audit/events.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { addMember, countOwners, hasOwner, membersLock } from "../members/members.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { startSession, type NewSession } from "../sessions/sessions.ts";
import { newRowId } from "../uuid.ts";
import { FIRST_WORKSPACE_ID, INSTALLATION_ID } from "../workspaces/workspaces.ts";
import type { SetUpRequest } from "./contract.ts";
import { checkNewPassword, hashPassword, verifyPassword } from "./password.ts";
import { checkEmail, createPerson, findPerson, listWorkspaceOf, personLock } from "./people.ts";
import { hashOfSecret, newSecret } from "./secret.ts";

/** For so long a set-up link is good: then the server is started again, or `enrich people setup-link` makes another one. */
const LINK_MS = 7 * 24 * 60 * 60 * 1000;

const isDone = () =>
  new AppError("link_spent", "This installation is set up already: sign in, or have an owner invite you.");

/** Makes a link by which the first owner of the first workspace is found; null when there is an owner. Those before stay good:
 *  several servers may start at once, and any of their links will do. Only its hash is kept. */
export async function createSetUpToken(database: Database, now: number): Promise<string | null> {
  if (await hasOwner(database, FIRST_WORKSPACE_ID)) return null;
  const { text, hash } = newSecret();
  await inWorkspace(database, INSTALLATION_ID, async (tx) => {
    await tx.raw(
      `with over as (
         delete from person_links where workspace_id = :workspaceId and kind = 'set_up' and expires_at <= :now
       )
       insert into person_links (workspace_id, id, kind, secret_hash, created_at, expires_at)
       values (:workspaceId, :id, 'set_up', :hash, :now, :expiresAt)`,
      {
        workspaceId: INSTALLATION_ID,
        id: newRowId(),
        hash,
        now: new Date(now),
        expiresAt: new Date(now + LINK_MS),
      },
    );
  });
  return text;
}

/** Makes whoever has the link the owner of the first workspace, and signs them in. Of any number who try at once, one wins:
 *  with it, every set-up link is gone. Throws `link_spent`; `sign_in_failed` where somebody has the address already and it is
 *  not their password; `invalid_request`. */
export async function setUp(store: Store, request: SetUpRequest, now: number): Promise<NewSession> {
  const { database } = store;
  const hash = hashOfSecret(request.token);
  // Before the password is looked at: hashing is work, and not for everybody.
  await checkLink(database, hash, now);
  const email = checkEmail(request.email);
  const known = await inSealedWorkspace(store, INSTALLATION_ID, (tx) => findPerson(tx, email));
  if (known !== null && !(await verifyPassword(known.passwordHash, request.password))) {
    throw new AppError(
      "sign_in_failed",
      "Somebody has this address already, and this is not their password.",
    );
  }
  const passwordHash = known === null ? await hashPassword(checkNewPassword(request.password, email)) : null;

  const session = await inSealedWorkspace(
    store,
    INSTALLATION_ID,
    async (tx) => {
      const links = await tx.raw(
        `delete from person_links where workspace_id = :workspaceId and kind = 'set_up' and exists (
           select from person_links
           where workspace_id = :workspaceId and kind = 'set_up' and secret_hash = :hash and expires_at > :now
         )
         returning id`,
        { workspaceId: INSTALLATION_ID, hash, now: new Date(now) },
      );
      if (links.length === 0) throw isDone();
      const person = await findPerson(tx, email);
      const personId = person?.id ?? (await createPerson(tx, email, passwordHash, now));
      await listWorkspaceOf(tx, personId, FIRST_WORKSPACE_ID);
      return startSession(tx, personId, FIRST_WORKSPACE_ID, now);
    },
    { locks: [advisoryKey("set_up"), personLock(email)] },
  );
  await makeOwner(database, session.personId, now);
  return session;
}

async function checkLink(database: Database, hash: Buffer, now: number): Promise<void> {
  const rows = await inWorkspace(database, INSTALLATION_ID, (tx) =>
    tx.raw(
      `select id from person_links
       where workspace_id = :workspaceId and kind = 'set_up' and secret_hash = :hash and expires_at > :now`,
      { workspaceId: INSTALLATION_ID, hash, now: new Date(now) },
    ),
  );
  if (rows.length > 0) return;
  if (await hasOwner(database, FIRST_WORKSPACE_ID)) throw isDone();
  throw new AppError(
    "link_spent",
    "This set-up link is not valid, or no longer: take the latest from the server's console, or run enrich people setup-link.",
  );
}

/** In a transaction of its own, the workspace's: if the process ends before it, there is still no owner, and the next start
 *  prints another link. */
function makeOwner(database: Database, personId: string, now: number): Promise<void> {
  return inWorkspace(
    database,
    FIRST_WORKSPACE_ID,
    async (tx) => {
      // A link that was made while the owner was: see createSetUpToken.
      if ((await countOwners(tx)) > 0) throw isDone();
      await addMember(tx, personId, "owner", now);
      writeEvent(tx, {
        actor: { kind: "member", id: personId },
        action: "member.joined",
        subject: { kind: "person", id: personId },
        details: { role: "owner", by: "set_up" },
        at: now,
      });
    },
    { locks: [membersLock(FIRST_WORKSPACE_ID)] },
  );
}
