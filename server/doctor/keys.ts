import { AppError } from "../app-error.ts";
import type { Database } from "../database/database.ts";
import type { KeyProvider } from "../privacy/key-provider.ts";
import { openKeyBytes, readWorkspaceKeys } from "../privacy/workspace-keys.ts";
import { INSTALLATION_ID, listWorkspaceIds } from "../workspaces/workspaces.ts";
import { findingsOf, type Finding } from "./finding.ts";

/** Whether the root key opens every key of every workspace. A file that others may read is refused by the provider itself. Makes
 *  nothing. */
export async function checkKeys(database: Database, provider: KeyProvider): Promise<readonly Finding[]> {
  const { ok, advice, problem } = findingsOf("keys");
  const refusals = new Map<string, string[]>(); // words → workspaces
  let opened = 0;
  for (const workspaceId of [INSTALLATION_ID, ...(await listWorkspaceIds(database))]) {
    for (const row of await readWorkspaceKeys(database, workspaceId)) {
      try {
        await openKeyBytes(provider, workspaceId, row);
        opened += 1;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const workspaces = new Set([...(refusals.get(error.message) ?? []), workspaceId]);
        refusals.set(error.message, [...workspaces]);
      }
    }
  }
  if (refusals.size > 0) {
    return [...refusals].map(([words, workspaces]) => problem(`${words} (${workspaces.length} workspaces)`));
  }
  if (opened === 0)
    return [advice("There is no key yet: the first start makes them. Back up the root key then.")];
  return [
    ok(
      `The root key in ${provider.place} opens all ${opened} keys. Keep a copy of it where no backup of the database is.`,
    ),
  ];
}
