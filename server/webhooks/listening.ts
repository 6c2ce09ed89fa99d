import type { Database } from "../database/database.ts";

const changed = new WeakMap<Database, Set<string>>();

/** Notes that a workspace's webhooks were made or changed by this process: its dispatcher looks there at once. Others find out by
 *  themselves. */
export function noteListening(database: Database, workspaceId: string): void {
  const noted = changed.get(database) ?? new Set<string>();
  changed.set(database, noted.add(workspaceId));
}

/** The workspaces that were noted since the last call. */
export function takeListening(database: Database): Iterable<string> {
  const noted = changed.get(database) ?? new Set<string>();
  changed.delete(database);
  return noted;
}
