import type { Store } from "../privacy/store.ts";
import { createKeyrings } from "../privacy/keyrings.ts";
import { userInfo } from "node:os";
import type { Actor } from "../audit/events.ts";
import { configuredKeys, rootKeyNotice } from "./configured-keys.ts";
import { install, openConfigured } from "./installation.ts";
import { readSettings } from "./settings.ts";

/** Opens the database and the keys that the settings name, and lends them to `work` with the first workspace's id. */
export async function withStore<Result>(
  work: (store: Store, workspaceId: string) => Promise<Result>,
): Promise<Result> {
  const environment = readSettings();
  const keys = configuredKeys(environment, (path) => console.error(rootKeyNotice(path).join("\n")));
  const database = await openConfigured(environment);
  try {
    const workspaceId = await install(database);
    const keyrings = createKeyrings(database, keys.inUse, Date.now);
    await keyrings.of(workspaceId); // a wrong root key is refused before anything is done
    return await work({ database, keyrings }, workspaceId);
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
