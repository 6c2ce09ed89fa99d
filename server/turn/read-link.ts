import { actionRevision } from "../actions/revision.ts";
import type { StoredCustomer } from "../customers/sealed.ts";
import type { Talk } from "../customers/profile.ts";
import {
  conversationsOf,
  lockCustomers,
  storedFrom,
  talkFrom,
  talksOf,
  type LockedRow,
  type TalkRow,
} from "../customers/read-told.ts";
import { staffOf, type StaffRow } from "../customers/staff-values.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import { Outdated } from "../database/in-workspace.ts";
import type { Bindings, BoundSql } from "../database/statement.ts";
import { blindIndexes } from "../privacy/blind-index.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { leadsElsewhere, type Identity } from "./plan-link.ts";

/** What a message that gives a detail is linked by. */
export interface Leads {
  /** The conversation's customer as the turn found it. */
  readonly current: Identity | null;
  /** The key of the email that the message stated last. */
  readonly stated: string | null;
  readonly handleId: string | null;
}

/** The handle must still stand as it was read, and the action: the same revisions; and where it is remembered, no message of this
 *  key. One that was new must not have come to be. */
export type Check = {
  readonly actionRevision: number;
} & (
  | { readonly handleId: string; readonly revision: number; readonly messageKey: string | null }
  | { readonly handleId: null; readonly platform: string; readonly handle: string }
);

/** The customers whom a message may concern, locked until the transaction ends, and what their conversations say. */
export interface Concerned {
  readonly customers: readonly StoredCustomer[];
  /** The conversation's customer as it is under the lock: one that several handles hang on may have taken an email since. */
  readonly current: Identity | null;
  /** The customer to whom the stated email leads, where that may be another one. */
  readonly owner: Identity | null;
  /** The conversations of these customers; with no current customer, the handle's that have none either. */
  readonly talks: readonly Talk[];
}

/** Locks the customers concerned, the email first and then the rows in the order of their ids, so that no two turns wait for
 *  each other; then reads what their conversations say. All in one trip; each statement sees what those who held the locks
 *  before have committed. The handle's lock must be held. Null when the check fails: nothing of it holds then. Throws `Outdated`
 *  when without a check the current customer is another one, or has another email, than what was read: what the message leads
 *  to is another question then. */
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
    ...(sought === null ? [] : [lockOf("email", workspaceId, sought)]),
    { sql: lockAsked, bindings: asked },
    { sql: talksOfAsked, bindings: { ...asked, handleId: current === null ? handleId : null } },
    // Behind the locks: who changes the handle's customers from outside holds these, and counts the handle up.
    check === null ? { sql: whatStaffSays, bindings: asked } : whatStaffSaysIf(tx, check, asked),
  ];
  const results = await tx.together(queries);
  const [locked, talks, saying] = results.slice(-3) as [
    readonly (LockedRow & { readonly is_owner: boolean | null })[],
    readonly TalkRow[],
    readonly (StaffRow | NobodyRow)[],
  ];
  if (check !== null && saying.length === 0) return null;
  const staff = saying.filter((row): row is StaffRow => row.id !== null);
  const customers = locked.map((row) => storedFrom(tx, row, staff));
  const found = (sought: string | undefined): Identity | null => {
    const customer = customers.find(({ id }) => id === sought);
    return customer === undefined ? null : { id: customer.id, emailKey: customer.emailKey };
  };
  const now = found(current?.id);
  if (current !== null && !isStill(current, now)) {
    throw new Outdated("the customer was changed since the message was opened");
  }
  return {
    customers,
    current: now,
    owner: found(locked.find((row) => row.is_owner === true)?.id),
    talks: talks.map((row) => talkFrom(tx, row)),
  };
}

/** One that several handles hang on may have been given an email by another of them. */
function isStill({ emailKey }: Identity, now: Identity | null): now is Identity {
  return now !== null && (emailKey === null || now.emailKey === emailKey);
}

const lockOf = (...names: readonly [string, string, string]): BoundSql => ({
  sql: "select pg_advisory_xact_lock(:lock)",
  bindings: { lock: advisoryKey(...names) },
});

/** What staff says, if the check holds. */
function whatStaffSaysIf({ keyring }: SealedTransaction, check: Check, asked: Bindings): BoundSql {
  const { actionRevision } = check;
  if (check.handleId === null) {
    const handleKeys = blindIndexes(keyring, "handle", check.handle);
    const { platform } = check;
    return { sql: whatStaffSaysIfNew, bindings: { ...asked, actionRevision, platform, handleKeys } };
  }
  const { handleId: standingId, revision, messageKey } = check;
  const messageKeys = messageKey === null ? [] : blindIndexes(keyring, "message_key", messageKey);
  const bindings = { ...asked, actionRevision, standingId, revision, messageKeys };
  return { sql: whatStaffSaysIfStanding, bindings };
}

const stands = `
  select id from handles
  where workspace_id = :workspaceId and id = :standingId and revision = :revision
    and cast(:actionRevision as bigint) = ${actionRevision}
    and not exists (
      select from messages
      where workspace_id = :workspaceId and handle_id = :standingId
        and message_key = any(cast(:messageKeys as bytea[])))`;

// The email of one who was merged leads to the survivor.
const ownerOf = `
  select coalesce(merged_into, id) as id from customers
  where workspace_id = :workspaceId and email_key = any(cast(:soughtKeys as bytea[])) limit 1`;

// Each is searched by itself: with "id = … or email_key = …" the first plans read the whole workspace (see
// turn/open-statement.ts).
const asked = `
  select cast(:currentId as uuid) as id
  union
  select (${ownerOf})`;

const lockAsked = `
  select locked.*, locked.id = (${ownerOf}) as is_owner
  from (${lockCustomers(asked)}) as locked`;

const talksOfAsked = talksOf(`
  ${conversationsOf(asked)}
  union all
  select unlinked.* from (
    select id, customer_id, handle_id, link_seq, platform, started_at, last_at from conversations
    where workspace_id = :workspaceId and handle_id = cast(:handleId as uuid)
    offset 0
  ) as unlinked
  where customer_id is null`);

const whatStaffSays = staffOf(asked);

/** A row where the check holds and staff says nothing; and no row where it does not hold. */
interface NobodyRow {
  readonly id: null;
}

const isNew = `
  select true as is_new
  where cast(:actionRevision as bigint) = ${actionRevision}
    and not exists (
      select from handles
      where workspace_id = :workspaceId and platform = :platform
        and handle_key = any(cast(:handleKeys as bytea[])))`;

const ifChecked = (check: string) =>
  `select staff.* from (${check}) as checked left join (${whatStaffSays}) as staff on true`;
const whatStaffSaysIfStanding = ifChecked(stands);
const whatStaffSaysIfNew = ifChecked(isNew);
