import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceOptions, type WorkspaceTransaction } from "../database/in-workspace.ts";
import type { Keyring } from "./keyring.ts";
import type { Keyrings } from "./keyrings.ts";

/** The database, and the keys of what is sealed in it. */
export interface Store {
  readonly database: Database;
  readonly keyrings: Keyrings;
}

/** An open transaction of a workspace, with the workspace's keys. */
export type SealedTransaction = WorkspaceTransaction & { readonly keyring: Keyring };

/** As `inWorkspace`, for rows with sealed columns. Throws what `Keyrings.of` throws, before the transaction begins. */
export async function inSealedWorkspace<T>(
  { database, keyrings }: Store,
  workspaceId: string,
  work: (tx: SealedTransaction) => Promise<T>,
  options: WorkspaceOptions = {},
): Promise<T> {
  const keyring = await keyrings.of(workspaceId);
  return inWorkspace(database, workspaceId, (tx) => work({ ...tx, keyring }), options);
}
