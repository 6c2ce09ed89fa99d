import type { Platform } from "../conversations/contract.ts";
import { openDataKey } from "../privacy/keyring.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { CustomerDetail, CustomerPage, CustomerSummary, CustomersQuery } from "./contract.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { missingCustomer } from "./missing-customer.ts";
import { provenanceOf } from "./provenance.ts";
import { openProfile, type StoredProfile } from "./sealed.ts";

/** How many conversations a customer is shown with, the latest ones: more are not read on a page. */
export const CONVERSATIONS_SHOWN_MAX = 200;

interface KeyColumns {
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

interface CustomerRow extends KeyColumns {
  readonly id: string;
  readonly profile: Uint8Array;
  readonly platforms: Platform[];
  readonly first_at: Date;
  readonly last_at: Date;
  readonly conversation_count: number;
}

// The dates of the whole page come from the index; the rest is looked up row by row, and only of the rows that are shown.
const columns = `
  customer.id, customer.profile, key.workspace_key_version as key_version, key.wrapped as key_wrapped,
  (select coalesce(json_agg(distinct platform order by platform), '[]') from conversations
   where workspace_id = :workspaceId and customer_id = customer.id) as platforms,
  activity.first_at, activity.last_at, activity.conversation_count`;

const looked = `
  cross join lateral (
    select id, profile from customers where workspace_id = :workspaceId and id = activity.customer_id offset 0
  ) as customer
  cross join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = activity.customer_id
    offset 0
  ) as key`;

// "last_at > '-infinity'" is always true: it is what lets the statement use the partial index of the dates.
const firstPage = `
  select ${columns}
  from (
    select customer_id, first_at, last_at, conversation_count from customer_activity
    where workspace_id = :workspaceId and last_at > '-infinity'
    order by last_at desc, customer_id desc limit :most
  ) as activity
  ${looked}
  order by activity.last_at desc, activity.customer_id desc`;

const nextPage = `
  select ${columns}
  from (
    select customer_id, first_at, last_at, conversation_count from customer_activity
    where workspace_id = :workspaceId and last_at > '-infinity'
      and (last_at, customer_id) < (cast(:lastAt as timestamptz), cast(:id as uuid))
    order by last_at desc, customer_id desc limit :most
  ) as activity
  ${looked}
  order by activity.last_at desc, activity.customer_id desc`;

const one = `
  select ${columns}
  from (
    select customer_id, first_at, last_at, conversation_count from customer_activity
    where workspace_id = :workspaceId and customer_id = :id
    offset 0
  ) as activity
  ${looked}`;

/** A page of customers, the latest interaction first. A customer who writes meanwhile moves to the front: none is shown
 *  twice for it, and one may be missed. Throws `invalid_request` for a cursor that is none. */
export async function listCustomers(
  store: Store,
  workspaceId: string,
  { cursor, limit }: CustomersQuery,
): Promise<CustomerPage> {
  const place = cursor === undefined ? null : decodeCursor(cursor);
  const most = limit + 1; // one more than the page holds tells whether there is another
  const rows = await inSealedWorkspace(store, workspaceId, async (tx) => {
    const found =
      place === null
        ? await tx.prepared<CustomerRow>(firstPage, { workspaceId, most })
        : await tx.prepared<CustomerRow>(nextPage, { workspaceId, most, lastAt: place.lastAt, id: place.id });
    return found.map((row) => ({ ...row, profile: profileOf(tx, row) }));
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    customers: page.map(summary),
    nextCursor:
      rows.length > limit && last !== undefined ? encodeCursor({ lastAt: last.last_at, id: last.id }) : null,
  };
}

/** A customer with its latest conversations and where its values come from; both lists are bounded, and say so when they
 *  are not complete. Throws `customer_not_found` and `customer_merged`. */
export async function getCustomer(store: Store, workspaceId: string, id: string): Promise<CustomerDetail> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const [row] = await tx.prepared<CustomerRow>(one, { workspaceId, id });
    if (row === undefined) throw await missingCustomer(tx, id);
    const conversations = await conversationsOf(tx, id);
    const profile = profileOf(tx, row);
    const provenance = await provenanceOf(tx, id, profile);
    return {
      ...summary({ ...row, profile }),
      conflicts: Object.fromEntries(
        Object.entries(profile.conflicts).map(([field, values]) => [field, [...values]]),
      ),
      conversations,
      conversationsTruncated: conversations.length < row.conversation_count,
      ...provenance,
    };
  });
}

function profileOf({ workspaceId, keyring }: SealedTransaction, row: CustomerRow): StoredProfile {
  const { id } = row;
  const key = openDataKey(keyring, id, { workspaceKeyVersion: row.key_version, wrapped: row.key_wrapped });
  return openProfile(workspaceId, key, id, row.profile);
}

function summary(row: Omit<CustomerRow, "profile"> & { readonly profile: StoredProfile }): CustomerSummary {
  const { name = null, email = null, phone = null, ...details } = row.profile.values;
  return {
    id: row.id,
    name,
    email,
    phone,
    unvalidated: [...row.profile.unvalidated],
    details,
    platforms: row.platforms,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    conversationCount: row.conversation_count,
  };
}

interface ConversationRow extends KeyColumns {
  readonly id: string;
  readonly platform: Platform;
  readonly handle: Uint8Array;
  readonly link_trust: "claimed" | "verified";
  readonly started_at: Date;
  readonly last_at: Date;
  readonly turn: number;
  readonly message_count: number;
}

/** The latest, in the order in which they began. */
async function conversationsOf(
  tx: SealedTransaction,
  customerId: string,
): Promise<CustomerDetail["conversations"]> {
  const rows = await tx.prepared<ConversationRow>(
    `select conversation.*, key.workspace_key_version as key_version, key.wrapped as key_wrapped
     from (
       select id, platform, handle, link_trust, started_at, last_at, turn, message_count from conversations
       where workspace_id = :workspaceId and customer_id = :customerId
       order by started_at desc, id desc limit :most
     ) as conversation
     cross join lateral (
       select workspace_key_version, wrapped from data_keys
       where workspace_id = :workspaceId and subject_id = conversation.id
       offset 0
     ) as key
     order by started_at desc, id desc`,
    { workspaceId: tx.workspaceId, customerId, most: CONVERSATIONS_SHOWN_MAX },
  );
  return rows.toReversed().map((row) => ({
    id: row.id,
    platform: row.platform,
    handle: handleOf(tx, row),
    linkTrust: row.link_trust,
    startedAt: row.started_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    turn: row.turn,
    messageCount: row.message_count,
  }));
}

function handleOf({ workspaceId, keyring }: SealedTransaction, row: ConversationRow): string {
  const { id } = row;
  const key = openDataKey(keyring, id, { workspaceKeyVersion: row.key_version, wrapped: row.key_wrapped });
  return unsealColumn(workspaceId, key, "conversations.handle", id, row.handle);
}
