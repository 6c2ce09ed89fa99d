import { randomBytes } from "node:crypto";
import { Secret, TOTP } from "otpauth";
import { AppError } from "../app-error.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";
import { openDataKey, type WrappedDataKey } from "../privacy/keyring.ts";
import { sealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { Session } from "../sessions/sessions.ts";
import { auditSession } from "../sessions/audit-session.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import { confirmPassword } from "./change-password.ts";
import type { RecoveryCodes, TotpEnrolment } from "./contract.ts";
import { readPerson, type Person } from "./people.ts";
import { hashOfSecret } from "./secret.ts";

const PERIOD_S = 30;
const WINDOW = 1; // a step early or late: phones' clocks, and people who type
const SECRET_BYTES = 20; // RFC 4226 §4
const RECOVERY_CODES = 10;
const RECOVERY_BYTES = 10; // 80 bits: more than anybody finds by trying, so a hash without a salt will do

const totpOf = (secret: string, email: string) =>
  new TOTP({ issuer: "Customer Enrichment", label: email, secret, period: PERIOD_S });

/** Makes a secret for the person's authenticator app. It counts once a code of it has been confirmed; one that was made before
 *  and never confirmed is replaced. Throws `totp_state` when an app is on already, `sign_in_failed`, `too_many_attempts`. */
export async function enrolTotp(
  store: Store,
  session: Session,
  password: string,
  now: number,
): Promise<TotpEnrolment> {
  const person = await confirmPassword(store, session, password, now);
  if (person.totp?.isOn === true) {
    throw new AppError("totp_state", "An authenticator app is on already: switch it off first.");
  }
  const secret = new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer }).base32;
  await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    const [row] = await tx.prepared<WrappedDataKey>(
      `select key.key_version, key.key_wrapped
       from (select id from people where workspace_id = :workspaceId and id = :id offset 0) as person
  ${joinDataKey("person.id")}`,
      { workspaceId: tx.workspaceId, id: person.id },
    );
    if (row === undefined) throw new Error("a person without a data key");
    const key = openDataKey(tx.keyring, person.id, row);
    await tx.prepared(
      `update people set totp_secret = :sealed, totp_step = null
       where workspace_id = :workspaceId and id = :id and totp_since is null`,
      {
        workspaceId: tx.workspaceId,
        id: person.id,
        sealed: sealColumn(tx.workspaceId, key, "people.totp_secret", person.id, secret),
      },
    );
  });
  return { secret, uri: totpOf(secret, person.email).toString() };
}

/** Switches the authenticator app on, with a code that it shows. The recovery codes are shown now or never. Throws `totp_state`
 *  and `totp_required` for a wrong code. */
export async function confirmTotp(
  store: Store,
  session: Session,
  code: string,
  now: number,
): Promise<RecoveryCodes> {
  const recoveryCodes = Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
  await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    const person = await readPerson(tx, session.personId);
    if (person?.totp == null || person.totp.isOn) {
      throw new AppError("totp_state", "There is no authenticator app to confirm: set one up first.");
    }
    if (!(await takeStep(tx, person, code, now))) throw wrongCode();
    await tx.prepared(
      `update people set totp_since = :now, recovery_hashes = cast(:hashes as bytea[])
       where workspace_id = :workspaceId and id = :id`,
      {
        workspaceId: tx.workspaceId,
        id: person.id,
        now: new Date(now),
        hashes: recoveryCodes.map((recovery) => hashOfSecret(plainOf(recovery))),
      },
    );
  });
  await auditSession(store, session, "person.totp_changed", now, { is: "on" });
  return { recoveryCodes };
}

/** Switches the authenticator app off. Throws `sign_in_failed`, `too_many_attempts`. */
export async function removeTotp(
  store: Store,
  session: Session,
  password: string,
  now: number,
): Promise<void> {
  const { id } = await confirmPassword(store, session, password, now);
  await inSealedWorkspace(store, INSTALLATION_ID, (tx) =>
    tx.prepared(
      `update people set totp_secret = null, totp_since = null, totp_step = null, recovery_hashes = '{}'
       where workspace_id = :workspaceId and id = :id`,
      { workspaceId: tx.workspaceId, id },
    ),
  );
  await auditSession(store, session, "person.totp_changed", now, { is: "off" });
}

/** Takes a code of the app, or a recovery code, of somebody whose app is on: each is good once, also for two who send it at the
 *  same moment. */
export async function takeCode(
  tx: SealedTransaction,
  person: Person,
  code: string,
  now: number,
): Promise<boolean> {
  if (/^\s*\d{3}\s*\d{3}\s*$/u.test(code)) return takeStep(tx, person, code, now);
  const rows = await tx.prepared(
    `update people set recovery_hashes = array_remove(recovery_hashes, cast(:hash as bytea))
     where workspace_id = :workspaceId and id = :id and cast(:hash as bytea) = any(recovery_hashes)
     returning id`,
    { workspaceId: tx.workspaceId, id: person.id, hash: hashOfSecret(plainOf(code)) },
  );
  return rows.length === 1;
}

async function takeStep(
  tx: SealedTransaction,
  { id, email, totp }: Person,
  code: string,
  now: number,
): Promise<boolean> {
  if (totp === null) return false;
  const token = code.replaceAll(/\s/gu, "");
  const delta = totpOf(totp.secret, email).validate({ token, timestamp: now, window: WINDOW });
  if (delta === null) return false;
  const rows = await tx.prepared(
    `update people set totp_step = :step
     where workspace_id = :workspaceId and id = :id and (totp_step is null or totp_step < :step)
     returning id`,
    { workspaceId: tx.workspaceId, id, step: Math.floor(now / 1000 / PERIOD_S) + delta },
  );
  return rows.length === 1;
}

export const wrongCode = () =>
  new AppError("totp_required", "The code is wrong, or was used already: wait for the next one.");

export const codeMissing = () =>
  new AppError(
    "totp_required",
    "This account has an authenticator app: send its code, or a recovery code, as code.",
  );

/** Sixteen letters and digits in four groups. */
function newRecoveryCode(): string {
  const text = new Secret({ buffer: new Uint8Array(randomBytes(RECOVERY_BYTES)).buffer }).base32;
  return (text.match(/.{4}/gu) ?? []).join("-").toLowerCase();
}

/** As people type it back. */
const plainOf = (recovery: string) => recovery.replaceAll(/[\s-]/gu, "").toLowerCase();
