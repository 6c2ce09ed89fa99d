import {
  conversationsOf,
  lockCustomers,
  storedFrom,
  talkFrom,
  talksOf,
  type LockedRow,
  type TalkRow,
} from "../customers/read-told.ts";
import type { Talk } from "../customers/profile.ts";
import { ownEmailOf, type StoredCustomer } from "../customers/sealed.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { BoundSql } from "../database/statement.ts";
import type { SealedTransaction } from "../privacy/store.ts";

/** Customers locked until the transaction ends, and what their conversations say. */
export interface LockedCustomers {
  /** Those of the ids that there are, live ones only. */
  readonly customers: readonly StoredCustomer[];
  /** Those who were merged into one of the ids, as they were. */
  readonly absorbed: readonly Absorbed[];
  readonly talks: readonly Talk[];
}

export type Absorbed = StoredCustomer & { readonly mergedInto: string };

/** Locks customers against turns and against other merges, in the order in which turns lock: the handles that talk as them,
 *  their emails and those of whom they absorbed, then their rows. Throws what makes `inWorkspace` run anew when they were
 *  not the same any more once they were locked. */
export async function lockCustomersToMerge(
  tx: SealedTransaction,
  ids: readonly string[],
): Promise<LockedCustomers> {
  const { workspaceId } = tx;
  const emails = await emailsOf(tx, ids);
  // Numbers by the thousand would be locked in an order that JavaScript's own sort does not know.
  const locks = emails
    .map((email) => advisoryKey("email", workspaceId, email))
    .toSorted((a, b) => (a < b ? -1 : 1));
  const bindings = { workspaceId, ids };
  const queries: readonly BoundSql[] = [
    { sql: lockHandles, bindings },
    ...locks.map((lock) => ({ sql: "select pg_advisory_xact_lock(:lock)", bindings: { lock } })),
    { sql: lockAsked, bindings },
    { sql: readAbsorbed, bindings },
    { sql: talksOfAsked, bindings },
  ];
  const results = await tx.together(queries);
  const handles = results[0] as readonly { readonly id: string }[];
  const [locked, merged, talked] = results.slice(-3) as [
    readonly LockedRow[],
    readonly AbsorbedRow[],
    readonly TalkRow[],
  ];
  const customers = locked.map((row) => storedFrom(tx, row));
  const absorbed = merged.map((row) => ({ ...storedFrom(tx, row), mergedInto: row.merged_into }));
  const talks = talked.map((row) => talkFrom(tx, row));
  const held = new Set(handles.map(({ id }) => id));
  const late = [...new Set(talks.map(({ handleId }) => handleId).filter((id) => !held.has(id)))];
  const isHeld = late.length === 0 || (await lockLateHandles(tx, late));
  const hasOther = ownEmails([...customers, ...absorbed]).some((email) => !emails.includes(email));
  if (!isHeld || hasOther) {
    throw Object.assign(new Error("the customers were changed before they were locked"), { code: "40001" });
  }
  return { customers, absorbed, talks };
}

/** Locks handles that came to the customers before these were locked. Out of order, so it waits for none: false when somebody has
 *  one of them, who may be waiting for us. */
async function lockLateHandles({ workspaceId, prepared }: SealedTransaction, ids: readonly string[]) {
  const rows = await prepared(
    `select id from handles where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))
     for no key update skip locked`,
    { workspaceId, ids },
  );
  return rows.length === ids.length;
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
  return [...new Set(ownEmails(rows.map((row) => storedFrom(tx, row))))];
}

interface AbsorbedRow extends LockedRow {
  readonly merged_into: string;
}

const asked = "select id from unnest(cast(:ids as uuid[])) as asked (id)";

const lockAsked = lockCustomers(asked);

const talksOfAsked = talksOf(conversationsOf(asked));

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

const readStored = (which: string) => `
  select customer.id, customer.profile, customer.merged_into, key.workspace_key_version as key_version,
    key.wrapped as key_wrapped
  from (${asked}) as asked
  cross join lateral (
    select id, profile, merged_into from customers where workspace_id = :workspaceId and ${which} = asked.id
    offset 0
  ) as customer
  cross join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = customer.id
    offset 0
  ) as key`;

const readCustomers = readStored("id");
const readAbsorbed = readStored("merged_into");
