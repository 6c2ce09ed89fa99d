import { emailKey } from "../../engine/understand/email-key.ts";
import { AppError } from "../app-error.ts";
import { writeEvent } from "../audit/events.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { findPerson, listedWorkspaces, type Person } from "../people/people.ts";
import { verifyPassword } from "../people/password.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import { codeMissing, takeCode, wrongCode } from "../people/totp.ts";
import { auditSession } from "./audit-session.ts";
import type { SignInRequest } from "./contract.ts";
import { membershipsIn } from "./session-view.ts";
import { startSession, type NewSession } from "./sessions.ts";
import { countAttempt, forgetAttempts, signInCounts } from "./throttle.ts";

/** Where and when somebody asks. `address`: see limits/address.ts. */
export interface From {
  readonly address: string;
  /** Milliseconds. */
  readonly now: number;
}

/** Signs a person in, into the first of their workspaces. Throws `sign_in_failed` for an unknown address and a wrong password
 *  alike, after the same work; `too_many_attempts`, `totp_required`, `sign_in_busy`. */
export async function signIn(
  store: Store,
  { email: given, password, code = "" }: SignInRequest,
  from: From,
): Promise<NewSession> {
  const email = emailKey(given) ?? given.toLowerCase(); // what is no address is nobody's, and counts all the same
  await countAttempt(store, signInCounts(email, from.address), from.now);
  const { person, listed } = await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    const found = await findPerson(tx, email);
    // Of nobody there is nothing listed, but asking takes as long.
    return { person: found, listed: await listedWorkspaces(tx, found?.id ?? INSTALLATION_ID) };
  });
  if (!(await verifyPassword(person?.passwordHash ?? null, password)) || person === null) {
    await auditFailure(store, person, listed[0] ?? INSTALLATION_ID, from.now);
    throw new AppError("sign_in_failed", "The email address or the password is wrong.");
  }
  if (person.totp?.isOn === true) {
    if (code.trim() === "") throw codeMissing();
    const isRight = await inSealedWorkspace(store, INSTALLATION_ID, (tx) =>
      takeCode(tx, person, code, from.now),
    );
    if (!isRight) {
      await auditFailure(store, person, listed[0] ?? INSTALLATION_ID, from.now);
      throw wrongCode();
    }
  }
  return enter(store, person, listed, from);
}

/** Starts the session of somebody who has proved who they are. */
export async function enter(
  store: Store,
  person: Person,
  listed: readonly string[],
  { address, now }: From,
): Promise<NewSession> {
  const [first] = await membershipsIn(store, listed, person.id);
  const session = await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    await forgetAttempts(tx, person.email, address);
    return startSession(tx, person.id, first?.id ?? null, now);
  });
  await auditSession(store, session, "session.signed_in", now);
  return session;
}

/** Nothing of what was typed: it may be somebody's address, or a password in the wrong field. */
async function auditFailure(
  { database }: Store,
  person: Person | null,
  workspaceId: string,
  now: number,
): Promise<void> {
  await inWorkspace(database, workspaceId, async (tx) => {
    writeEvent(tx, {
      actor: { kind: "system", id: "sign_in" },
      action: "session.failed",
      subject: { kind: "person", id: person?.id ?? "unknown" },
      at: now,
    });
  });
}
