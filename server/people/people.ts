import { emailKey } from "../../engine/understand/email-key.ts";
import { AppError } from "../app-error.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import { blindIndex, blindIndexes, indexVersion } from "../privacy/blind-index.ts";
import { insertDataKey, joinDataKey } from "../privacy/data-key-sql.ts";
import { newDataKey, openDataKey, type WrappedDataKey } from "../privacy/keyring.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";

/** Somebody who signs in. All of these functions run in a transaction of the installation's own workspace. */
export interface Person {
  readonly id: string;
  readonly email: string;
  /** Null for whoever signs in elsewhere. */
  readonly passwordHash: string | null;
  /** The authenticator app's; null: none is set up. */
  readonly totp: { readonly secret: string; readonly isOn: boolean; readonly step: number } | null;
}

/** The address in its one spelling. Throws `invalid_request` for what is none. */
export function checkEmail(given: string): string {
  const email = emailKey(given);
  if (email !== null) return email;
  const faults = [{ pointer: "/email", detail: "must be an email address" }];
  throw new AppError("invalid_request", "/email must be an email address.", { faults });
}

interface PersonRow extends WrappedDataKey {
  readonly id: string;
  readonly email: Uint8Array;
  readonly password_hash: string | null;
  readonly totp_secret: Uint8Array | null;
  readonly totp_since: Date | null;
  readonly totp_step: string | number | null;
}

const COLUMNS = "id, email, password_hash, totp_secret, totp_since, totp_step";

const select = (condition: string) => `
  select person.*, key.key_version, key.key_wrapped
  from (select ${COLUMNS} from people where workspace_id = :workspaceId and ${condition} offset 0) as person
  ${joinDataKey("person.id")}`;
const SELECT_BY_ID = select("id = :id");
const SELECT_BY_EMAIL = select("email_key = any(cast(:emailKeys as bytea[]))");
const SELECT_BY_IDS = select("id = any(cast(:ids as uuid[]))");

export async function readPerson(tx: SealedTransaction, id: string): Promise<Person | null> {
  const [row] = await tx.prepared<PersonRow>(SELECT_BY_ID, { workspaceId: tx.workspaceId, id });
  return row === undefined ? null : open(tx, row);
}

/** Whoever has the address, in its one spelling. */
export async function findPerson(tx: SealedTransaction, email: string): Promise<Person | null> {
  const emailKeys = blindIndexes(tx.keyring, "email", email);
  const [row] = await tx.prepared<PersonRow>(SELECT_BY_EMAIL, { workspaceId: tx.workspaceId, emailKeys });
  return row === undefined ? null : open(tx, row);
}

export async function readPeople(
  tx: SealedTransaction,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Person>> {
  const rows = await tx.prepared<PersonRow>(SELECT_BY_IDS, { workspaceId: tx.workspaceId, ids });
  return new Map(rows.map((row) => [row.id, open(tx, row)]));
}

function open({ workspaceId, keyring }: SealedTransaction, row: PersonRow): Person {
  const key = openDataKey(keyring, row.id, row);
  const { totp_secret: secret } = row;
  return {
    id: row.id,
    email: unsealColumn(workspaceId, key, "people.email", row.id, row.email),
    passwordHash: row.password_hash,
    totp:
      secret === null
        ? null
        : {
            secret: unsealColumn(workspaceId, key, "people.totp_secret", row.id, secret),
            isOn: row.totp_since !== null,
            step: Number(row.totp_step ?? 0),
          },
  };
}

/** Makes a person of an address that nobody has; the caller looks first, under the address's lock (see peopleLock). */
export async function createPerson(
  tx: SealedTransaction,
  email: string,
  passwordHash: string | null,
  now: number,
): Promise<string> {
  const { workspaceId, keyring } = tx;
  const id = newRowId();
  const { key, row } = newDataKey(keyring, id);
  await tx.prepared(
    `with key as (${insertDataKey(":id")}
     )
     insert into people (workspace_id, id, email, email_key, index_version, password_hash, created_at)
     values (:workspaceId, :id, :email, :emailKey, :indexVersion, :passwordHash, :now)`,
    {
      workspaceId,
      id,
      keyVersion: row.key_version,
      keyWrapped: row.key_wrapped,
      email: sealColumn(workspaceId, key, "people.email", id, email),
      emailKey: blindIndex(keyring, "email", email),
      indexVersion: indexVersion(keyring),
      passwordHash,
      now: new Date(now),
    },
  );
  return id;
}

export async function setPassword(tx: SealedTransaction, id: string, passwordHash: string): Promise<void> {
  await tx.prepared(
    "update people set password_hash = :passwordHash where workspace_id = :workspaceId and id = :id",
    { workspaceId: tx.workspaceId, id, passwordHash },
  );
}

/** Notes that the person is, or is about to be, a member of the workspace. Before the membership itself is made: one that is
 *  listed and was never made is found missing, while one that is not listed would never be looked for. */
export async function listWorkspaceOf(
  tx: SealedTransaction,
  personId: string,
  listedId: string,
): Promise<void> {
  await tx.prepared(
    `insert into person_workspaces (workspace_id, person_id, listed_id) values (:workspaceId, :personId, :listedId)
     on conflict (workspace_id, person_id, listed_id) do nothing`,
    { workspaceId: tx.workspaceId, personId, listedId },
  );
}

/** The workspaces that the person is, or was, a member of, the oldest first. */
export async function listedWorkspaces(tx: SealedTransaction, personId: string): Promise<readonly string[]> {
  const rows = await tx.prepared<{ readonly listed_id: string }>(
    `select listed_id from person_workspaces where workspace_id = :workspaceId and person_id = :personId
     order by listed_id`,
    { workspaceId: tx.workspaceId, personId },
  );
  return rows.map(({ listed_id }) => listed_id);
}

/** Held by whoever makes a person of the address, so that two never make two. */
export const personLock = (email: string): bigint => advisoryKey("person", email);
