import type { Platform } from "../conversations/contract.ts";
import type { BoundSql } from "../database/statement.ts";
import { blindIndex } from "../privacy/blind-index.ts";
import { newDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { searchTokens } from "../privacy/search-tokens.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { enterCustomers } from "./entries.ts";
import { foldProfile, type ToldClaim } from "./fold.ts";
import { sealProfile, type StoredCustomer, type StoredProfile } from "./sealed.ts";
import { NO_STAFF, type Staff } from "./staff.ts";

/** A conversation as far as a profile follows from it. Times in milliseconds since the epoch. */
export interface Talk {
  readonly id: string;
  readonly customerId: string | null;
  readonly platform: Platform;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly claims: readonly ToldClaim[];
}

/** A customer with all that its conversations say; without an email it hangs on its handle. */
export interface Told {
  readonly id: string;
  readonly emailKey: string | null;
  readonly talks: readonly Talk[];
}

/** Writes a customer as it follows from its conversations and from what staff says: values, conflicts, count and dates. One
 *  that has none of either is removed; one that only staff keeps has the dates that it had last.
 *  `stored`: as it stands, its row locked; null for one that is new. */
export function writeProfile(
  tx: SealedTransaction,
  told: Told,
  stored: StoredCustomer | null,
  now: number,
): readonly BoundSql[] {
  const { workspaceId } = tx;
  const { id, talks } = told;
  const staff = stored?.staff ?? NO_STAFF;
  const isKept = staff.isMarked || staff.claims.length > 0;
  if (talks.length === 0 && !isKept) return removeProfile(workspaceId, id);
  const profile = profileOf(told, staff);
  const platforms = [...new Set(talks.map(({ platform }) => platform))].toSorted();
  const activity = {
    workspaceId,
    id,
    firstAt: new Date(Math.min(...talks.map(({ startedAt }) => startedAt))),
    lastAt: new Date(Math.max(...talks.map(({ lastAt }) => lastAt))),
    conversationCount: talks.length,
  };
  if (stored === null) {
    const { key, row } = newDataKey(tx.keyring, id);
    const bindings = { ...columnsOf(tx, key, id, profile, now), platforms, keyWrapped: row.wrapped };
    return [
      { sql: insert, bindings: { ...bindings, keyVersion: row.workspaceKeyVersion } },
      { sql: insertActivity, bindings: activity },
      enterCustomers(workspaceId, [id]),
    ];
  }
  return [
    // A value that is given again changes nothing: then neither the index nor the version moves.
    ...(isSame(stored.profile, profile) && isSame(stored.platforms, platforms)
      ? []
      : [
          { sql: update, bindings: { ...columnsOf(tx, stored.key, id, profile, now), platforms } },
          enterCustomers(workspaceId, [id]),
        ]),
    talks.length === 0
      ? { sql: emptyActivity, bindings: { workspaceId, id } }
      : { sql: updateActivity, bindings: activity },
  ];
}

/** Writes a customer of whom staff says something else now, its row locked. The version moves even where no value does, and
 *  dates and count are left alone: who only talks waits for nobody who edits. */
export function rewriteProfile(
  tx: SealedTransaction,
  told: Told,
  stored: StoredCustomer,
  now: number,
): readonly BoundSql[] {
  const profile = profileOf(told, stored.staff);
  const { platforms } = stored;
  return [
    { sql: update, bindings: { ...columnsOf(tx, stored.key, told.id, profile, now), platforms } },
    enterCustomers(tx.workspaceId, [told.id]),
  ];
}

/** Writes a customer of whom nobody has said anything but staff. `key` seals what staff said of it. */
export function createProfile(
  tx: SealedTransaction,
  told: Pick<Told, "id" | "emailKey">,
  staff: Staff,
  now: number,
): { readonly key: DataKey; readonly writes: readonly BoundSql[] } {
  const { workspaceId, keyring } = tx;
  const { id } = told;
  const { key, row } = newDataKey(keyring, id);
  const columns = columnsOf(tx, key, id, profileOf({ ...told, talks: [] }, staff), now);
  const wrapped = { keyVersion: row.workspaceKeyVersion, keyWrapped: row.wrapped };
  const at = new Date(now);
  const activity = { workspaceId, id, firstAt: at, lastAt: at, conversationCount: 0 };
  return {
    key,
    writes: [
      { sql: insert, bindings: { ...columns, ...wrapped, platforms: [] } },
      { sql: insertActivity, bindings: activity },
      enterCustomers(workspaceId, [id]),
    ],
  };
}

function profileOf({ emailKey, talks }: Told, staff: Staff): StoredProfile {
  const claims = talks.flatMap((talk) => talk.claims).toSorted((a, b) => a.seq - b.seq);
  const { standings: _, ...profile } = foldProfile(emailKey, [...claims, ...staff.claims]);
  return profile;
}

const isSame = <T extends object>(a: T, b: T) => JSON.stringify(a) === JSON.stringify(b);

function columnsOf(
  { workspaceId, keyring }: SealedTransaction,
  key: StoredCustomer["key"],
  id: string,
  profile: StoredProfile,
  now: number,
) {
  const { email = null, name = null, phone = null } = profile.values;
  return {
    workspaceId,
    id,
    emailKey: email === null ? null : blindIndex(keyring, "email", email),
    phoneKey: phone === null ? null : blindIndex(keyring, "phone", phone),
    profile: sealProfile(workspaceId, key, id, profile),
    fields: Object.keys(profile.values),
    verifiedFields: profile.verified,
    tokens: searchTokens(keyring, { name, email, phone }),
    now: new Date(now),
  };
}

const insert = `
  with key as (
    insert into data_keys (workspace_id, subject_id, workspace_key_version, wrapped)
    values (:workspaceId, :id, :keyVersion, :keyWrapped)
  )
  insert into customers (
    workspace_id, id, email_key, phone_key, profile, fields, verified_fields, tokens, platforms, created_at, updated_at)
  values (
    :workspaceId, :id, :emailKey, :phoneKey, :profile, :fields, :verifiedFields, :tokens, :platforms, :now, :now)`;

const update = `
  update customers set
    email_key = :emailKey, phone_key = :phoneKey, profile = :profile, fields = :fields,
    verified_fields = :verifiedFields, tokens = :tokens, platforms = :platforms, updated_at = :now, version = version + 1
  where workspace_id = :workspaceId and id = :id`;

const insertActivity = `
  insert into customer_activity (workspace_id, customer_id, first_at, last_at, conversation_count)
  values (:workspaceId, :id, :firstAt, :lastAt, :conversationCount)`;

const updateActivity = `
  update customer_activity set first_at = :firstAt, last_at = :lastAt, conversation_count = :conversationCount
  where workspace_id = :workspaceId and customer_id = :id`;

const emptyActivity = `
  update customer_activity set conversation_count = 0 where workspace_id = :workspaceId and customer_id = :id`;

/** The activity and the entries go with the row; and without its data key nothing of it can be read in a backup either. */
function removeProfile(workspaceId: string, id: string): readonly BoundSql[] {
  return [
    {
      sql: `
        with key as (delete from data_keys where workspace_id = :workspaceId and subject_id = :id)
        delete from customers where workspace_id = :workspaceId and id = :id`,
      bindings: { workspaceId, id },
    },
  ];
}
