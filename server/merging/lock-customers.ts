import { lockEmails } from "../customers/locked-customer.ts";
import {
  conversationsOf,
  lockCustomersAlone,
  storedFrom,
  talkFrom,
  talksOf,
  type LockedRow,
  type TalkRow,
} from "../customers/read-told.ts";
import type { Talk } from "../customers/profile.ts";
import { ownEmailOf, type StoredCustomer } from "../customers/sealed.ts";
import { staffOf, type StaffRow } from "../customers/staff-values.ts";
import { Outdated } from "../database/in-workspace.ts";
import type { BoundSql } from "../database/statement.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";

/** Customers locked until the transaction ends, and what their conversations say. */
export interface LockedCustomers {
  /** Those of the ids that there are, live ones only. */
  readonly customers: readonly StoredCustomer[];
  /** Those who were merged into one of the ids, as they were; what staff says of them is among the survivor's. */
  readonly absorbed: readonly Absorbed[];
  readonly talks: readonly Talk[];
}

export type Absorbed = StoredCustomer & { readonly mergedInto: string };

/** Locks customers against turns and against other merges: their emails and those of whom they absorbed, their rows, the handles
 *  that talk as them, and their activity. A turn that gives a detail has the customers before its handle's row, and one that
 *  gives none has its handle before the activity: so nobody waits for each other. No handle comes to a locked customer.
 *  Throws `Outdated` when a customer was given an email before it was locked. */
export async function lockCustomersToMerge(
  tx: SealedTransaction,
  ids: readonly string[],
): Promise<LockedCustomers> {
  const { workspaceId } = tx;
  const emails = await emailsOf(tx, ids);
  const bindings = { workspaceId, ids };
  const queries: readonly BoundSql[] = [
    ...lockEmails(workspaceId, emails),
    { sql: lockAsked, bindings },
    { sql: lockHandles, bindings },
    { sql: lockActivity, bindings },
    { sql: readAbsorbed, bindings },
    { sql: talksOfAsked, bindings },
    { sql: whatStaffSays, bindings },
  ];
  const results = await tx.together(queries);
  const [locked, , , merged, talked, staff] = results.slice(-6) as [
    readonly LockedRow[],
    unknown,
    unknown,
    readonly AbsorbedRow[],
    readonly TalkRow[],
    readonly StaffRow[],
  ];
  const customers = locked.map((row) => storedFrom(tx, row, staff));
  const absorbed = merged.map((row) => ({ ...storedFrom(tx, row, []), mergedInto: row.merged_into }));
  if (ownEmails([...customers, ...absorbed]).some((email) => !emails.includes(email))) {
    throw new Outdated("the customers were changed before they were locked");
  }
  return { customers, absorbed, talks: talked.map((row) => talkFrom(tx, row)) };
}

/** What every handle's turns read before goes for them no more: they read anew. */
export function countUpHandles(workspaceId: string, talks: readonly Talk[]): BoundSql {
  const ids = [...new Set(talks.map(({ handleId }) => handleId))].toSorted();
  return {
    sql: `update handles set revision = revision + 1
          where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))`,
    bindings: { workspaceId, ids },
  };
}

const ownEmails = (customers: readonly StoredCustomer[]) =>
  customers.flatMap(({ profile }) => ownEmailOf(profile) ?? []);

/** Read without a lock, to know what to lock. */
async function emailsOf(tx: SealedTransaction, ids: readonly string[]): Promise<readonly string[]> {
  const { workspaceId } = tx;
  const results = await tx.together([
    { sql: readCustomers, bindings: { workspaceId, ids } },
    { sql: readAbsorbed, bindings: { workspaceId, ids } },
  ]);
  const rows = results.flat() as readonly LockedRow[];
  return [...new Set(ownEmails(rows.map((row) => storedFrom(tx, row, []))))];
}

interface AbsorbedRow extends LockedRow {
  readonly merged_into: string;
}

const asked = "select id from unnest(cast(:ids as uuid[])) as asked (id)";

const lockAsked = lockCustomersAlone(asked);

const talksOfAsked = talksOf(conversationsOf(asked));

const whatStaffSays = staffOf(asked);

const lockHandles = `
  select handle.id
  from (
    select distinct conversation.handle_id as id from (${asked}) as asked
    cross join lateral (
      select handle_id from conversations
      where workspace_id = :workspaceId and customer_id = asked.id
      offset 0
    ) as conversation
    order by id
  ) as concerned
  cross join lateral (
    select id from handles where workspace_id = :workspaceId and id = concerned.id for no key update
  ) as handle`;

const lockActivity = `
  select activity.customer_id
  from (${asked} order by id) as asked
  cross join lateral (
    select customer_id from customer_activity
    where workspace_id = :workspaceId and customer_id = asked.id for no key update
  ) as activity`;

const readStored = (which: string) => `
  select customer.id, customer.profile, customer.platforms, customer.merged_into, key.key_version, key.key_wrapped
  from (${asked}) as asked
  cross join lateral (
    select id, profile, platforms, merged_into from customers
    where workspace_id = :workspaceId and ${which} = asked.id
    offset 0
  ) as customer
  ${joinDataKey("customer.id")}`;

const readCustomers = readStored("id");
const readAbsorbed = readStored("merged_into");
