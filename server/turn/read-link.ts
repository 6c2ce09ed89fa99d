import type { Platform } from "../conversations/contract.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import { Outdated } from "../database/in-workspace.ts";
import { openProfile, openSaid, type StoredCustomer } from "../customers/sealed.ts";
import { staffFrom, staffOf, type StaffRow } from "../customers/staff-values.ts";
import { blindIndexes } from "../privacy/blind-index.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { BoundSql } from "../database/statement.ts";
import type { ToldClaim } from "../customers/fold.ts";
import type { Talk } from "../customers/profile.ts";
import { leadsElsewhere, type Identity } from "./plan-link.ts";

/** What a message that gives a detail is linked by. */
export interface Leads {
  /** The conversation's customer as the turn found it. */
  readonly current: Identity | null;
  /** The key of the email that the message stated last. */
  readonly stated: string | null;
  readonly handleId: string | null;
}

/** Whoever is remembered must still stand as it did: the same revision, and no message of this key. */
export interface Check {
  readonly handleId: string;
  readonly revision: number;
  readonly messageKey: string | null;
}

/** The customers whom a message may concern, locked until the transaction ends, and what their conversations say. */
export interface Concerned {
  readonly customers: readonly StoredCustomer[];
  /** The customer who has the stated email, where that leads elsewhere. */
  readonly owner: Identity | null;
  /** The conversations of these customers; with no current customer, the handle's that have none either. */
  readonly talks: readonly Talk[];
}

export interface LockedRow {
  readonly id: string;
  readonly profile: Uint8Array;
  readonly platforms: readonly Platform[];
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

export interface TalkRow {
  readonly id: string;
  readonly customer_id: string | null;
  readonly handle_id: string;
  readonly platform: Platform;
  readonly started_at: Date;
  readonly last_at: Date;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
  /** As JSON: a Told for each. */
  readonly claims: string;
}

/** Locks the customers concerned, the email first and then the rows in the order of their ids, so that no two turns wait for
 *  each other; then reads what their conversations say. All in one trip; each statement sees what those who held the locks
 *  before have committed. The handle's lock must be held. Null when the check fails: nothing of it holds then. Throws `Outdated`
 *  when the current customer's email was changed by hand since it was read: what the message leads to is another question. */
export async function readLink(
  tx: SealedTransaction,
  { current, stated, handleId }: Leads,
  check: Check | null,
): Promise<Concerned | null> {
  const { workspaceId } = tx;
  const sought = leadsElsewhere(current, stated) ? stated : null;
  const soughtKeys = sought === null ? [] : blindIndexes(tx.keyring, "email", sought);
  const asked = { workspaceId, currentId: current?.id ?? null, soughtKeys };
  const queries: readonly BoundSql[] = [
    ...(check === null ? [] : [standing(tx, check)]),
    ...(sought === null ? [] : [lockOf("email", workspaceId, sought)]),
    { sql: lockCustomers, bindings: asked },
    { sql: talksOf, bindings: { ...asked, handleId: current === null ? handleId : null } },
    { sql: whatStaffSays, bindings: asked },
  ];
  const results = await tx.together(queries);
  if (check !== null && results[0]?.length === 0) return null;
  const [locked, talks, staff] = results.slice(-3) as [
    readonly LockedRow[],
    readonly TalkRow[],
    readonly StaffRow[],
  ];
  const customers = locked.map((row) => storedFrom(tx, row, staff));
  const stored = customers.find(({ id }) => id === current?.id);
  if (current !== null && stored?.emailKey !== current.emailKey) {
    throw new Outdated("the customer was changed since the message was opened");
  }
  const owner = customers.find(({ emailKey }) => emailKey !== null && emailKey === sought);
  return { customers, owner: owner ?? null, talks: talks.map((row) => talkFrom(tx, row)) };
}

const lockOf = (...names: readonly [string, string, string]): BoundSql => ({
  sql: "select pg_advisory_xact_lock(:lock)",
  bindings: { lock: advisoryKey(...names) },
});

function standing({ workspaceId, keyring }: SealedTransaction, { messageKey, ...check }: Check): BoundSql {
  const messageKeys = messageKey === null ? [] : blindIndexes(keyring, "message_key", messageKey);
  return { sql: stands, bindings: { workspaceId, ...check, messageKeys } };
}

const stands = `
  select id from handles
  where workspace_id = :workspaceId and id = :handleId and revision = :revision
    and not exists (
      select from messages
      where workspace_id = :workspaceId and handle_id = :handleId
        and message_key = any(cast(:messageKeys as bytea[])))`;

// Each is searched by itself: with "id = … or email_key = …" the first plans read the whole workspace (see
// turn/open-statement.ts).
const asked = `
  select cast(:currentId as uuid) as id
  union
  select (
    select id from customers
    where workspace_id = :workspaceId and email_key = any(cast(:soughtKeys as bytea[])) limit 1)`;

/** Rows wait in the order of their ids; with the activity, because a turn that gives nothing writes that alone. A customer
 *  who was removed meanwhile is not among them. */
const lockCustomers = `
  select locked.id, locked.profile, locked.platforms, key.workspace_key_version as key_version, key.wrapped as key_wrapped
  from (${asked} order by id) as asked
  cross join lateral (
    select id, profile, platforms from customers
    where workspace_id = :workspaceId and id = asked.id for no key update
  ) as locked
  cross join lateral (
    select customer_id from customer_activity
    where workspace_id = :workspaceId and customer_id = locked.id for no key update
  ) as activity
  cross join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = locked.id
    offset 0
  ) as key`;

// From the customer to its conversations to their claims, each by its index: joined plainly, the first plans compared every
// claim of the workspace with every conversation (see turn/open-statement.ts): 4 s at 2,400 conversations without statistics.
export const talksOf = `
  select talk.id, talk.customer_id, talk.handle_id, talk.platform, talk.started_at, talk.last_at,
    key.workspace_key_version as key_version, key.wrapped as key_wrapped,
    cast(coalesce((
      select json_agg(json_build_array(seq, id, field, encode(said, 'hex'), trust, unvalidated, denied))
      from claims where workspace_id = :workspaceId and conversation_id = talk.id
    ), '[]') as text) as claims
  from (
    select conversation.* from (${asked}) as asked
    cross join lateral (
      select id, customer_id, handle_id, platform, started_at, last_at from conversations
      where workspace_id = :workspaceId and customer_id = asked.id
      offset 0
    ) as conversation
    union all
    select unlinked.* from (
      select id, customer_id, handle_id, platform, started_at, last_at from conversations
      where workspace_id = :workspaceId and handle_id = cast(:handleId as uuid)
      offset 0
    ) as unlinked
    where customer_id is null
  ) as talk
  cross join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = talk.id
    offset 0
  ) as key`;

const whatStaffSays = staffOf(asked);

/** What was said in hexadecimal. */
type Told = [
  seq: number,
  id: string,
  field: string,
  said: string,
  trust: ToldClaim["trust"],
  unvalidated: boolean,
  denied: boolean,
];

export function storedFrom(
  { workspaceId, keyring }: SealedTransaction,
  row: LockedRow,
  staff: readonly StaffRow[],
): StoredCustomer {
  const { id } = row;
  const key = openDataKey(keyring, id, { workspaceKeyVersion: row.key_version, wrapped: row.key_wrapped });
  const profile = openProfile(workspaceId, key, id, row.profile);
  return {
    id,
    key,
    profile,
    emailKey: profile.values["email"] ?? null,
    platforms: row.platforms,
    staff: staffFrom(
      workspaceId,
      key,
      staff.find((said) => said.id === id),
    ),
  };
}

export function talkFrom({ workspaceId, keyring }: SealedTransaction, row: TalkRow): Talk {
  const { id, handle_id: handleId } = row;
  const key = openDataKey(keyring, id, { workspaceKeyVersion: row.key_version, wrapped: row.key_wrapped });
  const told: Told[] = JSON.parse(row.claims);
  return {
    id,
    customerId: row.customer_id,
    platform: row.platform,
    startedAt: row.started_at.getTime(),
    lastAt: row.last_at.getTime(),
    claims: told.map(([seq, claimId, field, said, trust, unvalidated, denied]) => {
      const { value } = openSaid(workspaceId, key, claimId, Buffer.from(said, "hex"));
      return { id: claimId, seq, handleId, field, value, trust, unvalidated, denied };
    }),
  };
}
