import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { insertDataKey } from "../privacy/data-key-sql.ts";
import { newDataKey, openDataKey, type WrappedDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";

const HOUR_MS = 60 * 60 * 1000;
const FIRST_ID = "00000000-0000-0000-0000-000000000000"; // before every drawer's

/** What the stored answers of an hour are sealed under. */
export interface Drawer {
  readonly id: string;
  readonly key: DataKey;
}

interface DrawerRow extends WrappedDataKey {
  readonly id: string;
}

/** Finds the drawer that answers of now go into. `:since`: opened then or later. */
export const CURRENT_DRAWER = `
  select drawer.id, key.workspace_key_version as key_version, key.wrapped as key_wrapped
  from (
    select id from idempotency_drawers
    where workspace_id = :workspaceId and id > :first and opened_at > :since order by id desc limit 1
  ) as drawer
  cross join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = drawer.id offset 0
  ) as key`;

/** The bindings of CURRENT_DRAWER. `now`: milliseconds since the epoch. */
export const currentDrawer = (workspaceId: string, now: number) => ({
  workspaceId,
  first: FIRST_ID,
  since: new Date(now - HOUR_MS),
});

/** Opens what CURRENT_DRAWER found, or makes a new one. */
export function drawerOf(tx: SealedTransaction, row: object | undefined, now: number): Drawer {
  const found = row as DrawerRow | undefined;
  if (found !== undefined) return { id: found.id, key: openDataKey(tx.keyring, found.id, found) };
  const { workspaceId, keyring } = tx;
  const id = newRowId();
  const { key, row: made } = newDataKey(keyring, id);
  tx.later(
    `with key as (${insertDataKey(":id")}
     )
     insert into idempotency_drawers (workspace_id, id, opened_at) values (:workspaceId, :id, :now)`,
    { workspaceId, id, keyVersion: made.key_version, keyWrapped: made.key_wrapped, now: new Date(now) },
  );
  return { id, key };
}

/** Makes every stored answer of the workspace unreadable for good: which of them tells of a person cannot be known. What was
 *  carried out is still known to have been, so that no retry does it again. The last thing that an erasure does in its transaction:
 *  from here on erasures of the workspace wait for each other. */
export const destroyAnswers = (tx: WorkspaceTransaction): Promise<void> => destroyDrawers(tx, null);

/** Destroys the drawers that were opened before an instant; null: all. */
export async function destroyDrawers(tx: WorkspaceTransaction, before: Date | null): Promise<void> {
  const { workspaceId } = tx;
  const gone = await tx.prepared<{ readonly id: string }>(
    `delete from idempotency_drawers
     where workspace_id = :workspaceId and id > :first
       and (cast(:before as timestamptz) is null or opened_at < :before)
     returning id`,
    { workspaceId, first: FIRST_ID, before },
  );
  if (gone.length === 0) return;
  // In a statement of its own: joined to the one above it, all data keys of the workspace were read.
  await tx.prepared(
    "delete from data_keys where workspace_id = :workspaceId and subject_id = any(cast(:ids as uuid[]))",
    { workspaceId, ids: gone.map(({ id }) => id) },
  );
}
