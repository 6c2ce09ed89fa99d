import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { Bindings } from "../database/statement.ts";
import { replaceKey, type Rotated, type Rotation } from "../privacy/rotate-workspace.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import type { IndexedTable, Moved } from "./indexed-table.ts";
import { INDEXED } from "./tables.ts";

const BATCH_ROWS = 100; // locked for some tens of milliseconds, while the search entries of customers are written anew

/** Makes a new index key, and with it everything that values are found by, in batches, while servers run. In between, lookups
 *  try both versions (`blindIndexes`, `queryTokens`), and writing uses the new one. A unique index cannot see that two versions of
 *  a value are one: whoever adds an email, a handle or a message's id looks both up, under a lock that knows no version.
 *  When an earlier rotation was interrupted, this one goes on with it instead. */
export function rotateIndexKey(rotation: Rotation, batchRows = BATCH_ROWS): Promise<Rotated> {
  return replaceKey(rotation, "index", async (store, moved) => {
    for (const table of INDEXED) await moveRows(store, rotation.workspaceId, table, batchRows, moved);
  });
}

/** Passes over the rows until one finds nothing to do: an interrupted transaction may leave some behind. */
async function moveRows(
  store: Store,
  workspaceId: string,
  { move }: IndexedTable,
  batchRows: number,
  moved: (rows: number) => void,
): Promise<void> {
  const next = (place: Bindings | null): Promise<Moved | null> =>
    inSealedWorkspace(store, workspaceId, (tx) => move(tx, place, batchRows));
  for (let isDirty = true; isDirty;) {
    isDirty = false;
    for (let batch = await next(null); batch !== null; batch = await next(batch.place)) {
      if (batch.rows === 0) continue;
      moved(batch.rows);
      isDirty = true;
    }
  }
}

/** How many rows are found by an earlier version than this one: table → rows. */
export function countEarlier(
  database: Database,
  workspaceId: string,
  version: number,
): Promise<Readonly<Record<string, number>>> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const counts: Record<string, number> = {};
    for (const { table } of INDEXED) {
      const [row] = await tx.raw<{ readonly count: number }>(
        `select cast(count(*) as integer) as count from ${table}
         where workspace_id = :workspaceId and index_version < :version`,
        { workspaceId, version },
      );
      counts[table] = row?.count ?? 0;
    }
    return counts;
  });
}
