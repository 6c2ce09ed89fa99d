import type { SealedTransaction } from "../privacy/store.ts";
import type { CustomerDetail } from "./contract.ts";
import { familyOf } from "./family.ts";

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
       (select cast(coalesce(sum(noted.count), 0) as integer)
        from (${familyOf(":id")}) as member
        cross join lateral (
          select count(*) as count from notes where workspace_id = :workspaceId and customer_id = member.id
        ) as noted) as notes_count
     from customers where workspace_id = :workspaceId and id = :id and merged_into is null`,
    { workspaceId, id },
  );
  return row === undefined ? null : { version: row.version, tags: row.tags, notesCount: row.notes_count };
}
