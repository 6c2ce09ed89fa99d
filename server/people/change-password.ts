import { AppError } from "../app-error.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { endSessionsOf, rotateSession, type NewSession, type Session } from "../sessions/sessions.ts";
import { auditSession } from "../sessions/audit-session.ts";
import { countAttempt } from "../sessions/throttle.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import type { PasswordChange } from "./contract.ts";
import { checkNewPassword, hashPassword, verifyPassword } from "./password.ts";
import { readPerson, setPassword, type Person } from "./people.ts";

/** Changes a person's password and ends their other sessions; this one goes on with a new secret.
 *  Throws `sign_in_failed` when the current password is wrong, `too_many_attempts`, `invalid_request`. */
export async function changePassword(
  store: Store,
  session: Session,
  { current, password }: PasswordChange,
  now: number,
): Promise<NewSession> {
  const { id, email } = await confirmPassword(store, session, current, now);
  const passwordHash = await hashPassword(checkNewPassword(password, email));
  const rotated = await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    await setPassword(tx, id, passwordHash);
    await endSessionsOf(tx, id, { exceptId: session.id });
    return rotateSession(tx, session.id, session.currentId);
  });
  if (rotated === null) throw new AppError("unauthorized", "The session has ended meanwhile: sign in again.");
  await auditSession(store, rotated, "person.password_changed", now);
  return rotated;
}

/** Who is signed in, when it is their password: a browser that somebody left is not enough for what changes how they sign in. */
export async function confirmPassword(
  store: Store,
  session: Session,
  password: string,
  now: number,
): Promise<Person> {
  const person = await inSealedWorkspace(store, INSTALLATION_ID, (tx) => readPerson(tx, session.personId));
  if (person === null) throw new Error("a session's person is gone");
  await countAttempt(store, [{ limit: "account", value: person.email }], now);
  if (await verifyPassword(person.passwordHash, password)) return person;
  throw new AppError("sign_in_failed", "The current password is wrong.");
}
