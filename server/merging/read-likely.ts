import { PLATFORMS, type Platform } from "../conversations/contract.ts";
import { storedFrom, type LockedRow } from "../customers/read-told.ts";
import type { StoredCustomer } from "../customers/sealed.ts";
import { blindIndexes } from "../privacy/blind-index.ts";
import { openDataKey } from "../privacy/keyring.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";

const HANDLES_MAX = 100; // of one customer that are compared, the latest
const LIKELY_MAX = 200; // of one kind: a phone that more share is a switchboard's

/** A customer, live or merged into another one. */
export interface LikelyRow extends StoredCustomer {
  readonly mergedInto: string | null;
  /** Null for one that was merged into another one. */
  readonly activity: { readonly lastAt: Date; readonly conversationCount: number } | null;
}

interface FamilyRow extends LockedRow {
  readonly merged_into: string | null;
  readonly last_at: Date | null;
  readonly conversation_count: number | null;
}

/** The live customers among the ids, and after each those who were merged into it. */
export async function readFamilies(
  tx: SealedTransaction,
  ids: readonly string[],
): Promise<readonly LikelyRow[]> {
  const rows = await tx.prepared<FamilyRow>(families, { workspaceId: tx.workspaceId, ids });
  return rows.map((row) => ({
    ...storedFrom(tx, row, []),
    mergedInto: row.merged_into,
    activity:
      row.last_at === null || row.conversation_count === null
        ? null
        : { lastAt: row.last_at, conversationCount: row.conversation_count },
  }));
}

const families = `
  select customer.id, customer.profile, customer.platforms, customer.merged_into, activity.last_at, activity.conversation_count,
    key.key_version, key.key_wrapped
  from unnest(cast(:ids as uuid[])) as asked (id)
  cross join lateral (
    (select id, profile, platforms, merged_into from customers
     where workspace_id = :workspaceId and id = asked.id and merged_into is null offset 0)
    union all
    (select id, profile, platforms, merged_into from customers
     where workspace_id = :workspaceId and merged_into = asked.id offset 0)
  ) as customer
  ${joinDataKey("customer.id")}
  left join lateral (
    select last_at, conversation_count from customer_activity
    where workspace_id = :workspaceId and customer_id = customer.id
    offset 0
  ) as activity on true`;

/** The customers who have this phone now. */
export async function readSamePhones(tx: SealedTransaction, phone: string): Promise<readonly string[]> {
  const rows = await tx.prepared<{ id: string }>(
    `select id from customers
     where workspace_id = :workspaceId and phone_key = any(cast(:phoneKeys as bytea[])) and merged_into is null
     limit ${LIKELY_MAX}`,
    { workspaceId: tx.workspaceId, phoneKeys: blindIndexes(tx.keyring, "phone", phone) },
  );
  return rows.map(({ id }) => id);
}

/** The customers to whom an address of these mailboxes leads. */
export async function readSameMailboxes(
  tx: SealedTransaction,
  mailboxes: readonly string[],
): Promise<readonly string[]> {
  const mailboxKeys = mailboxes.flatMap((mailbox) => blindIndexes(tx.keyring, "mailbox", mailbox));
  const rows = await tx.prepared<{ id: string }>(
    `select coalesce(merged_into, id) as id from customers
     where workspace_id = :workspaceId and mailbox_key = any(cast(:mailboxKeys as bytea[]))
     limit ${LIKELY_MAX}`,
    { workspaceId: tx.workspaceId, mailboxKeys },
  );
  return rows.map(({ id }) => id);
}

/** What platforms call a customer. */
export interface HandleRow {
  readonly platform: Platform;
  readonly handle: string;
}

export async function readHandles(tx: SealedTransaction, customerId: string): Promise<readonly HandleRow[]> {
  const { workspaceId, keyring } = tx;
  const rows = await tx.prepared<{
    readonly id: string;
    readonly platform: Platform;
    readonly handle: Uint8Array;
    readonly key_version: number;
    readonly key_wrapped: Uint8Array;
  }>(
    `select conversation.id, conversation.platform, conversation.handle, key.key_version, key.key_wrapped
     from (
       select distinct on (handle_id) id, platform, handle from conversations
       where workspace_id = :workspaceId and customer_id = :customerId
       order by handle_id desc, id desc limit ${HANDLES_MAX}
     ) as conversation
  ${joinDataKey("conversation.id")}`,
    { workspaceId, customerId },
  );
  return rows.map(({ id, platform, handle, ...row }) => {
    const key = openDataKey(keyring, id, row);
    return { platform, handle: unsealColumn(workspaceId, key, "conversations.handle", id, handle) };
  });
}

/** The other customers whom a platform calls the same, and the platforms on which either is called so. */
export async function readSameHandles(
  tx: SealedTransaction,
  customerId: string,
  handles: readonly HandleRow[],
): Promise<
  readonly { readonly customerId: string; readonly handle: string; readonly platforms: Platform[] }[]
> {
  const { workspaceId, keyring } = tx;
  const byKey = new Map(
    handles.flatMap(({ handle }) =>
      blindIndexes(keyring, "handle", handle).map((key) => [key.toString("hex"), { handle, key }] as const),
    ),
  );
  const rows = await tx.prepared<{
    readonly customer_id: string;
    readonly handle_key: string;
    readonly platforms: Platform[];
  }>(
    `select conversation.customer_id, encode(handle.handle_key, 'hex') as handle_key,
       json_agg(distinct handle.platform order by handle.platform) as platforms
     from (
       select id, platform, handle_key from handles
       where workspace_id = :workspaceId and platform = any(cast(:platforms as text[]))
         and handle_key = any(cast(:handleKeys as bytea[]))
       limit ${LIKELY_MAX}
     ) as handle
     cross join lateral (
       select distinct customer_id from conversations
       where workspace_id = :workspaceId and handle_id = handle.id
       offset 0
     ) as conversation
     where conversation.customer_id is not null and conversation.customer_id <> :customerId
     group by conversation.customer_id, handle.handle_key`,
    {
      workspaceId,
      customerId,
      platforms: PLATFORMS,
      handleKeys: [...byKey.values()].map(({ key }) => key),
    },
  );
  return rows.map((row) => {
    const handle = byKey.get(row.handle_key)?.handle ?? "";
    const mine = handles.filter((one) => one.handle === handle).map(({ platform }) => platform);
    const platforms = [...new Set([...mine, ...row.platforms])].toSorted();
    return { customerId: row.customer_id, handle, platforms };
  });
}
