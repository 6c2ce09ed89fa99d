import type { BoundSql } from "../database/statement.ts";
import { blindIndex } from "../privacy/blind-index.ts";
import { newDataKey } from "../privacy/keyring.ts";
import { searchTokens } from "../privacy/search-tokens.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { chooseClaims } from "./choose-claims.ts";
import { foldProfile, type Claim } from "./fold.ts";
import { mailboxOf } from "./mailbox.ts";
import { ownEmailOf, sealProfile, type Merged, type StoredCustomer, type StoredProfile } from "./sealed.ts";

/** A claim, and its place in the order in which they were recorded. */
export interface ToldClaim extends Claim {
  /** Null: it is about to be recorded. */
  readonly id: string | null;
  readonly seq: number;
}

/** A conversation as far as a profile follows from it. Times in milliseconds since the epoch. */
export interface Talk {
  readonly id: string;
  readonly customerId: string | null;
  readonly handleId: string;
  /** The place of its link among those of its handle; null before it has one. */
  readonly linkSeq: number | null;
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

/** Writes a customer as it follows from its conversations: values, conflicts, count and dates; one without any is removed,
 *  unless others were merged into it: their emails go on to lead there, until staff part them again.
 *  `stored`: as it stands, its row locked; null for one that is new. `merged`: where it changes, what merges decide of it. */
export function writeProfile(
  tx: SealedTransaction,
  told: Told,
  stored: StoredCustomer | null,
  now: number,
  merged: Merged | null = mergedWith(told, stored),
): readonly BoundSql[] {
  const { workspaceId } = tx;
  const { id, talks } = told;
  if (talks.length === 0 && (merged === null || told.emailKey === null)) {
    return removeProfile(workspaceId, id, merged !== null);
  }
  const profile = profileOf(told, merged);
  const activity = activityOf(workspaceId, told);
  if (stored === null) {
    const { key, row } = newDataKey(tx.keyring, id);
    const bindings = { ...columnsOf(tx, key, id, profile, now), keyWrapped: row.wrapped };
    return [
      { sql: insert, bindings: { ...bindings, keyVersion: row.workspaceKeyVersion } },
      { sql: insertActivity, bindings: activity },
    ];
  }
  return [
    // A value that is given again changes nothing: then neither the index nor the version moves.
    ...(isSame(stored.profile, profile)
      ? []
      : [{ sql: update, bindings: columnsOf(tx, stored.key, id, profile, now) }]),
    talks.length === 0
      ? { sql: clearActivity, bindings: { workspaceId, id } }
      : { sql: updateActivity, bindings: activity },
  ];
}

/** What a customer's conversations say, and what staff decided of it in merges. */
export function profileOf({ emailKey, talks }: Told, merged: Merged | null): StoredProfile {
  const { standings: _, ...profile } = foldProfile(emailKey, chooseClaims(claimsOf(talks), merged?.chosen));
  return merged === null ? profile : { ...profile, merged };
}

/** What conversations claim, in the order in which it was recorded. */
export function claimsOf(talks: readonly Talk[]): readonly ToldClaim[] {
  return talks.flatMap((talk) => talk.claims).toSorted((a, b) => a.seq - b.seq);
}

function activityOf(workspaceId: string, { id, talks }: Told) {
  return {
    workspaceId,
    id,
    firstAt: new Date(Math.min(...talks.map(({ startedAt }) => startedAt))),
    lastAt: new Date(Math.max(...talks.map(({ lastAt }) => lastAt))),
    conversationCount: talks.length,
  };
}

/** Its own email comes later where none of the merged ones had any. */
function mergedWith({ emailKey }: Told, stored: StoredCustomer | null): Merged | null {
  const merged = stored?.profile.merged ?? null;
  if (merged === null || stored === null || stored.emailKey !== null) return merged;
  return { ...merged, ownEmail: emailKey };
}

const isSame = (a: StoredProfile, b: StoredProfile) => JSON.stringify(a) === JSON.stringify(b);

function columnsOf(
  { workspaceId, keyring }: SealedTransaction,
  key: StoredCustomer["key"],
  id: string,
  profile: StoredProfile,
  now: number,
) {
  const { email = null, name = null, phone = null } = profile.values;
  const own = ownEmailOf(profile);
  const mailbox = own === null ? null : mailboxOf(own);
  return {
    workspaceId,
    id,
    emailKey: own === null ? null : blindIndex(keyring, "email", own),
    mailboxKey: mailbox === null ? null : blindIndex(keyring, "mailbox", mailbox),
    phoneKey: phone === null ? null : blindIndex(keyring, "phone", phone),
    profile: sealProfile(workspaceId, key, id, profile),
    fields: Object.keys(profile.values),
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
    workspace_id, id, email_key, mailbox_key, phone_key, profile, fields, tokens, created_at, updated_at)
  values (:workspaceId, :id, :emailKey, :mailboxKey, :phoneKey, :profile, :fields, :tokens, :now, :now)`;

const update = `
  update customers set
    email_key = :emailKey, mailbox_key = :mailboxKey, phone_key = :phoneKey, profile = :profile, fields = :fields,
    tokens = :tokens, updated_at = :now, version = version + 1
  where workspace_id = :workspaceId and id = :id`;

const insertActivity = `
  insert into customer_activity (workspace_id, customer_id, first_at, last_at, conversation_count)
  values (:workspaceId, :id, :firstAt, :lastAt, :conversationCount)`;

const updateActivity = `
  update customer_activity set first_at = :firstAt, last_at = :lastAt, conversation_count = :conversationCount
  where workspace_id = :workspaceId and customer_id = :id`;

/** The dates stay: nothing has happened since. */
const clearActivity = `
  update customer_activity set conversation_count = 0 where workspace_id = :workspaceId and customer_id = :id`;

/** The activity goes with the row; and without its data key nothing of it can be read in a backup either. Those who were
 *  merged into it go first. */
function removeProfile(workspaceId: string, id: string, isSurvivor: boolean): readonly BoundSql[] {
  const bindings = { workspaceId, id };
  return [...(isSurvivor ? [{ sql: removeAbsorbed, bindings }] : []), { sql: remove, bindings }];
}

const remove = `
  with key as (delete from data_keys where workspace_id = :workspaceId and subject_id = :id)
  delete from customers where workspace_id = :workspaceId and id = :id`;

const removeAbsorbed = `
  with absorbed as (
    delete from customers where workspace_id = :workspaceId and merged_into = :id returning id
  )
  delete from data_keys where workspace_id = :workspaceId and subject_id = any(array(select id from absorbed))`;
