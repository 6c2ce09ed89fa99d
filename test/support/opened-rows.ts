import type { Database } from "../../server/database/database.ts";
import { openDataKey, type WrappedDataKey } from "../../server/privacy/keyring.ts";
import type { DataKey } from "../../server/privacy/seal.ts";
import { unsealColumn, type SealedColumn } from "../../server/privacy/sealed-columns.ts";
import { inSealedWorkspace } from "../../server/privacy/store.ts";
import { storeOf } from "./stores.ts";

/** Opens what stands sealed in the rows of a workspace, for tests that look at the rows themselves. */
export interface Opener {
  keyOf(subjectId: string): DataKey;
  open(subjectId: string, column: SealedColumn, row: string, sealed: Uint8Array): string;
}

export async function openerOf(database: Database, workspaceId: string): Promise<Opener> {
  const keys = new Map<string, DataKey>();
  await inSealedWorkspace(storeOf(database), workspaceId, async (tx) => {
    const rows = await tx.raw<WrappedDataKey & { readonly subject_id: string }>(
      "select subject_id, workspace_key_version as key_version, wrapped as key_wrapped from data_keys",
    );
    for (const row of rows) keys.set(row.subject_id, openDataKey(tx.keyring, row.subject_id, row));
  });
  const keyOf = (subjectId: string) => {
    const key = keys.get(subjectId);
    if (key === undefined) throw new Error(`${subjectId} has no data key`);
    return key;
  };
  return {
    keyOf,
    open: (subjectId, column, row, sealed) =>
      unsealColumn(workspaceId, keyOf(subjectId), column, row, sealed),
  };
}
