import { advisoryKey } from "../database/advisory-key.ts";
import { openDataKey } from "../privacy/keyring.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";

/** What is to be erased: a customer with all its conversations, and conversations by their ids, whosever they are. */
export interface Target {
  readonly customerId: string | null;
  readonly conversationIds: readonly string[];
}

/** What stands of a target, and what has to be locked before it may be touched. */
export interface Scope {
  /** Whether the customer is there. */
  readonly hasCustomer: boolean;
  /** Into whom it was merged. */
  readonly mergedInto: string | null;
  /** Who was merged into it. They are erased with it: what they said and were called is its own by now. */
  readonly absorbed: readonly string[];
  readonly conversations: readonly Concerned[];
  /** Other customers to whom some of the conversations belong, or into whom the customer was merged. */
  readonly others: readonly string[];
  /** The advisory locks of the handles, which their turns hold. */
  readonly handleLocks: ReadonlySet<bigint>;
}

interface Concerned {
  readonly id: string;
  readonly customerId: string | null;
  readonly handleId: string;
  readonly lastAt: number;
}

interface Row {
  readonly id: string;
  readonly customer_id: string | null;
  readonly handle_id: string;
  readonly platform: string;
  readonly handle: Uint8Array;
  readonly last_at: Date;
  readonly key_version: number | null;
  readonly key_wrapped: Uint8Array | null;
}

const conversations = `
  select conversation.*, key.workspace_key_version as key_version, key.wrapped as key_wrapped
  from (
    select id, customer_id, handle_id, platform, handle, last_at from conversations
    where workspace_id = :workspaceId and customer_id = cast(:customerId as uuid)
    union all
    select id, customer_id, handle_id, platform, handle, last_at from conversations
    where workspace_id = :workspaceId and id = any(cast(:conversationIds as uuid[]))
      and (cast(:customerId as uuid) is null or customer_id is distinct from cast(:customerId as uuid))
  ) as conversation
  left join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = conversation.id
    offset 0
  ) as key on true`;

const family = `
  (select id, merged_into from customers
   where workspace_id = :workspaceId and id = cast(:customerId as uuid) offset 0)
  union all
  (select id, merged_into from customers
   where workspace_id = :workspaceId and merged_into = cast(:customerId as uuid) offset 0)`;

/** Reads what stands of a target. In a restored database keys may be missing: then nobody can read the handle, and no turn can
 *  go on with the conversation either. */
export async function readScope(tx: SealedTransaction, target: Target): Promise<Scope> {
  const { workspaceId } = tx;
  const { customerId, conversationIds } = target;
  const found = await tx.prepared<{ readonly id: string; readonly merged_into: string | null }>(family, {
    workspaceId,
    customerId,
  });
  const own = found.find(({ id }) => id === customerId);
  const mergedInto = own?.merged_into ?? null;
  const rows = await tx.prepared<Row>(conversations, { workspaceId, customerId, conversationIds });
  const others = [mergedInto, ...rows.map((row) => row.customer_id)].filter(
    (id) => id !== null && id !== customerId,
  );
  return {
    hasCustomer: own !== undefined,
    mergedInto,
    absorbed: found.map(({ id }) => id).filter((id) => id !== customerId),
    conversations: rows.map((row) => ({
      id: row.id,
      customerId: row.customer_id,
      handleId: row.handle_id,
      lastAt: row.last_at.getTime(),
    })),
    others: [...new Set(others)] as readonly string[],
    handleLocks: new Set(rows.flatMap((row) => lockOf(tx, row) ?? [])),
  };
}

/** The lock that chat.ts takes for every message of the handle. */
function lockOf({ workspaceId, keyring }: SealedTransaction, row: Row): bigint | null {
  if (row.key_version === null || row.key_wrapped === null) return null;
  const key = openDataKey(keyring, row.id, { key_version: row.key_version, key_wrapped: row.key_wrapped });
  const handle = unsealColumn(workspaceId, key, "conversations.handle", row.id, row.handle);
  return advisoryKey("handle", workspaceId, row.platform, handle);
}

const lockHandles = `
  select pg_advisory_xact_lock(lock)
  from (select lock from unnest(cast(:locks as bigint[])) as lock order by lock offset 0) as locks`;

const lockCustomers = `
  select locked.id
  from (select id from unnest(cast(:ids as uuid[])) as id order by id offset 0) as asked
  cross join lateral (
    select id from customers where workspace_id = :workspaceId and id = asked.id for update
  ) as locked`;

const lockActivity = `
  select locked.customer_id
  from (select id from unnest(cast(:ids as uuid[])) as id order by id offset 0) as asked
  cross join lateral (
    select customer_id from customer_activity where workspace_id = :workspaceId and customer_id = asked.id for update
  ) as locked`;

/** Locks the handles, then the customers, each in order: the way turns do. Then reads anew. */
export async function lockScope(tx: SealedTransaction, target: Target, seen: Scope): Promise<Scope> {
  const { workspaceId } = tx;
  const ids = [...seen.others, ...seen.absorbed, ...(target.customerId === null ? [] : [target.customerId])];
  await tx.together([
    { sql: lockHandles, bindings: { locks: [...seen.handleLocks].map(String) } },
    { sql: lockCustomers, bindings: { workspaceId, ids } },
    { sql: lockActivity, bindings: { workspaceId, ids } },
  ]);
  return readScope(tx, target);
}

/** Whether everybody whom `scope` concerns was locked for `seen`. */
export function isLocked(scope: Scope, seen: Scope): boolean {
  return (
    scope.others.every((id) => seen.others.includes(id)) &&
    scope.absorbed.every((id) => seen.absorbed.includes(id)) &&
    [...scope.handleLocks].every((lock) => seen.handleLocks.has(lock))
  );
}

/** Everybody whom one or the other concerns, to be locked the next time. */
export function both(seen: Scope, scope: Scope): Scope {
  return {
    ...scope,
    others: [...new Set([...seen.others, ...scope.others])],
    absorbed: [...new Set([...seen.absorbed, ...scope.absorbed])],
    handleLocks: new Set([...seen.handleLocks, ...scope.handleLocks]),
  };
}
