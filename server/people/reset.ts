import { AppError } from "../app-error.ts";
import { emailKey } from "../../engine/understand/email-key.ts";
import type { Mail } from "../identity/mailer.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { endSessionsOf } from "../sessions/sessions.ts";
import { auditSession } from "../sessions/audit-session.ts";
import type { From } from "../sessions/sign-in.ts";
import { countAttempt, overLimit } from "../sessions/throttle.ts";
import { newRowId } from "../uuid.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import type { ResetRedemption } from "./contract.ts";
import { checkNewPassword, hashPassword } from "./password.ts";
import { findPerson, listedWorkspaces, readPerson, setPassword } from "./people.ts";
import { hashOfSecret, newSecret } from "./secret.ts";

export const RESET_MS = 30 * 60 * 1000;

/** Counts who asks for links. Throws `too_many_attempts`. */
export function countResets(store: Store, { address, now }: From): Promise<void> {
  return countAttempt(store, [{ limit: "reset_from_address", value: address }], now);
}

/** The mail with a link for choosing a new password; null where nobody has the address, or it got too many already. Nobody who
 *  asks is to know which, nor by how long it takes. */
export async function createReset(
  store: Store,
  given: string,
  publicUrl: string,
  now: number,
): Promise<Mail | null> {
  const email = emailKey(given);
  if (email === null) return null;
  const isTooMany = (await overLimit(store, [{ limit: "reset_of_account", value: email }], now)) !== null;
  const token = await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    const person = await findPerson(tx, email);
    return person === null || isTooMany ? null : insertLink(tx, person.id, now);
  });
  return token === null ? null : mailOf(email, `${publicUrl}/reset#${token}`);
}

async function insertLink(tx: SealedTransaction, personId: string, now: number): Promise<string> {
  const { text, hash } = newSecret();
  await tx.prepared(
    `insert into person_links (workspace_id, id, kind, person_id, secret_hash, created_at, expires_at)
     values (:workspaceId, :id, 'reset', :personId, :hash, :now, :expiresAt)`,
    {
      workspaceId: tx.workspaceId,
      id: newRowId(),
      personId,
      hash,
      now: new Date(now),
      expiresAt: new Date(now + RESET_MS),
    },
  );
  return text;
}

const mailOf = (to: string, link: string): Mail => ({
  to,
  subject: "Choose a new password",
  text: [
    "Somebody, probably you, asked for a new password. Choose it here, within thirty minutes:",
    "",
    link,
    "",
    "If it was not you, do nothing: your password stays as it is.",
  ].join("\n"),
});

/** Sets a new password with a mailed link. Every session of the person ends, and every other link of theirs is gone.
 *  Throws `link_spent` and `invalid_request`: then the link stays good. */
export async function resetPassword(
  store: Store,
  { token, password }: ResetRedemption,
  now: number,
): Promise<void> {
  const hash = hashOfSecret(token);
  const person = await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    const [link] = await tx.prepared<{ readonly person_id: string }>(
      `select person_id from person_links
       where workspace_id = :workspaceId and secret_hash = :hash and kind = 'reset' and expires_at > :now`,
      { workspaceId: tx.workspaceId, hash, now: new Date(now) },
    );
    return link === undefined ? null : readPerson(tx, link.person_id);
  });
  if (person === null) throw spent();
  const passwordHash = await hashPassword(checkNewPassword(password, person.email));
  const [first] = await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    const used = await tx.prepared(
      `delete from person_links where workspace_id = :workspaceId and secret_hash = :hash and kind = 'reset' returning id`,
      { workspaceId: tx.workspaceId, hash },
    );
    if (used.length === 0) throw spent();
    tx.later("delete from person_links where workspace_id = :workspaceId and person_id = :personId", {
      workspaceId: tx.workspaceId,
      personId: person.id,
    });
    await setPassword(tx, person.id, passwordHash);
    await endSessionsOf(tx, person.id);
    return listedWorkspaces(tx, person.id);
  });
  const where = { personId: person.id, currentId: first ?? null };
  await auditSession(store, where, "person.password_reset", now);
}

const spent = () =>
  new AppError(
    "link_spent",
    "This link is not valid, or no longer: it is good once, for thirty minutes. Ask for another one.",
  );
