import type { Database } from "./database.ts";
import { openFolder, openMemory } from "./pglite.ts";
import { openServer } from "./postgres.ts";

/** Where the database is: a server, a data folder of this program's own, or only in memory (empty, or a copy of a
 *  dumped data folder). */
export type DatabaseLocation =
  { readonly databaseUrl: string } | { readonly dataDir: string } | { readonly memory: "empty" | Blob };

/** Opens the database and makes sure that it answers. It does not migrate: see `migrate`.
 *  In production a login that row-level security does not bind is refused.
 *  Throws an AppError that says in plain words what is wrong and what to do. */
export async function openDatabase(
  location: DatabaseLocation,
  options: { readonly production?: boolean } = {},
): Promise<Database> {
  if ("databaseUrl" in location) return openServer(location.databaseUrl, options.production ?? false);
  if ("dataDir" in location) return openFolder(location.dataDir);
  return openMemory(location.memory);
}
