import type { Store } from "../privacy/store.ts";
import { createKeyrings } from "../privacy/keyrings.ts";
import { userInfo } from "node:os";
import type { Actor } from "../audit/events.ts";
import { configuredKeys, rootKeyNotice } from "./configured-keys.ts";
import type { Database } from "../database/database.ts";
import { openConfigured } from "./installation.ts";
import { readSettings } from "./settings.ts";
import { chosenWorkspace, chosenWorkspaces } from "./workspace-option.ts";

/** Opens the database and the keys that the settings name, and lends them to `work` with the id of the workspace that the option
 *  --workspace states; without it, the first one's. */
export function withStore<Result>(
  stated: string | undefined,
  work: (store: Store, workspaceId: string) => Promise<Result>,
): Promise<Result> {
  return withOpened(
    async (database) => [await chosenWorkspace(database, stated)],
    (store, [workspaceId = ""]) => work(store, workspaceId),
  );
}

/** The same for every workspace, where none is stated. */
export function withStores<Result>(
  stated: string | undefined,
  work: (store: Store, workspaceIds: readonly string[]) => Promise<Result>,
): Promise<Result> {
  return withOpened((database) => chosenWorkspaces(database, stated), work);
}

async function withOpened<Result>(
  choose: (database: Database) => Promise<readonly string[]>,
  work: (store: Store, workspaceIds: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const environment = readSettings();
  const keys = configuredKeys(environment, (path) => console.error(rootKeyNotice(path).join("\n")));
  const database = await openConfigured(environment);
  try {
    const workspaceIds = await choose(database);
    const keyrings = createKeyrings(database, keys.inUse, Date.now);
    // A wrong root key is refused before anything is done.
    if (workspaceIds[0] !== undefined) await keyrings.of(workspaceIds[0]);
    return await work({ database, keyrings }, workspaceIds);
  } finally {
    await database.close();
  }
}

/** Whoever sits at the terminal, for the audit. */
export function operator(): Actor {
  return { kind: "operator", id: loginName() };
}

function loginName(): string {
  try {
    return userInfo().username.replaceAll(/[^\x20-\x7e]/gu, "?");
  } catch {
    return "unknown"; // a container may run as a number that has no name
  }
}
