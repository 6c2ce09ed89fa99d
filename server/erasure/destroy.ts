import type { WorkspaceTransaction } from "../database/in-workspace.ts";

const CONVERSATIONS_AT_ONCE = 200; // so that a statement stays within its time limit, however long a history is

/** Whose rows are destroyed. */
export interface Doomed {
  /** With those who were merged into one of them. */
  readonly customerIds: readonly string[];
  readonly conversationIds: readonly string[];
  readonly handleIds: readonly string[];
}

/** Which column says whose a row is. A table comes before those that its foreign keys lead to. */
export const OF_CONVERSATIONS = {
  refusals: "conversation_id",
  findings: "conversation_id",
  identity_challenges: "conversation_id",
  webhook_events: "conversation_id",
  claims: "conversation_id",
  turns: "conversation_id",
  messages: "conversation_id",
  conversations: "id",
} as const satisfies Readonly<Record<string, string>>;

export const OF_CUSTOMERS = {
  merges: "survivor_id",
  notes: "customer_id",
  webhook_events: "customer_id",
  customer_entries: "customer_id",
  staff_values: "customer_id",
  customer_activity: "customer_id",
  customers: "id",
} as const satisfies Readonly<Record<string, string>>;

/** Destroys the rows and counts them: table → rows. A handle that has other conversations stays, and is counted up, so that no
 *  process goes on from what it remembers. What it concerns must be locked. */
export async function destroy(
  tx: WorkspaceTransaction,
  { customerIds, conversationIds, handleIds }: Doomed,
): Promise<Readonly<Record<string, number>>> {
  const { workspaceId } = tx;
  const destroyed: Record<string, number> = {};
  const count = async (table: string, column: string, ids: readonly string[], more = "") => {
    const [row] = await tx.prepared<{ readonly count: number }>(
      `with gone as (
         delete from ${table}
         where workspace_id = :workspaceId and ${column} = any(cast(:ids as uuid[])) ${more} returning 1
       )
       select cast(count(*) as integer) as count from gone`,
      { workspaceId, ids },
    );
    destroyed[table] = (destroyed[table] ?? 0) + (row?.count ?? 0);
  };
  for (const ids of batches(conversationIds)) {
    for (const [table, column] of Object.entries(OF_CONVERSATIONS)) await count(table, column, ids);
  }
  await count("merges", "absorbed_id", customerIds);
  for (const [table, column] of Object.entries(OF_CUSTOMERS)) await count(table, column, customerIds);
  for (const ids of batches(handleIds)) await count("handles", "id", ids, isLeft);
  for (const ids of batches(handleIds)) await tx.prepared(countUp, { workspaceId, ids });
  for (const ids of batches([...customerIds, ...conversationIds]))
    await count("data_keys", "subject_id", ids);
  return destroyed;
}

// Looked up handle by handle: as "not exists" the first plans read all conversations (see turn/open-statement.ts).
const isLeft = `
  and (select id from conversations where workspace_id = :workspaceId and handle_id = handles.id limit 1) is null`;

const countUp = `
  update handles set revision = revision + 1
  where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))`;

/** At least one batch, so that every table is counted. */
function batches(ids: readonly string[]): readonly (readonly string[])[] {
  const count = Math.max(1, Math.ceil(ids.length / CONVERSATIONS_AT_ONCE));
  return Array.from({ length: count }, (_, index) =>
    ids.slice(index * CONVERSATIONS_AT_ONCE, (index + 1) * CONVERSATIONS_AT_ONCE),
  );
}
