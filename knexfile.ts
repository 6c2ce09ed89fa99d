import type { Knex } from "knex";
import { openDatabase } from "./server/database/connect.ts";
import { migrationSource } from "./server/database/migration-source.ts";
import { readEnvironment } from "./server/environment.ts";

/** Serves the knex command line: `npm run -s knex -- migrate:status`, with the server's own settings.
 *  An embedded database is locked while the command runs, so stop the server first. */
export default async function knexfile(): Promise<Knex.Config> {
  const read = readEnvironment(process.env, import.meta.dirname);
  if ("problems" in read) throw new Error(read.problems.join("; "));
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir } = read.environment;
  const database = await openDatabase(databaseUrl === undefined ? { dataDir } : { databaseUrl });
  return { ...database.config, log: {}, migrations: { migrationSource } };
}
