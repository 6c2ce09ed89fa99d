import type { SealedTransaction } from "../privacy/store.ts";
import type { CustomerDetail } from "./contract.ts";

interface Row {
  readonly version: number;
  readonly tags: string[];
  readonly notes_count: number;
}

/** The version, and what staff keeps beside the values; null where there is no such customer. */
export async function marksOf(
  tx: SealedTransaction,
  id: string,
): Promise<Pick<CustomerDetail, "version" | "tags" | "notesCount"> | null> {
  const { workspaceId } = tx;
  const [row] = await tx.prepared<Row>(
    `select version, tags,
       (select cast(count(*) as integer) from notes where workspace_id = :workspaceId and customer_id = :id) as notes_count
     from customers where workspace_id = :workspaceId and id = :id`,
    { workspaceId, id },
  );
  return row === undefined ? null : { version: row.version, tags: row.tags, notesCount: row.notes_count };
}
