import { openDatabase } from "../database/connect.ts";
import type { Database } from "../database/database.ts";
import { migrate } from "../database/migrate.ts";
import type { Environment } from "../environment.ts";
import { ensureFirstWorkspace } from "../workspaces/workspaces.ts";
import { readSettings } from "./settings.ts";

/** Opens the database that the settings name, lends it to `work` and closes it again. */
export async function withDatabase<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const database = await openConfigured(readSettings());
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** The server that DATABASE_URL names, or else the embedded database in DATA_DIR. */
export function openConfigured(environment: Environment): Promise<Database> {
  const { DATABASE_URL: databaseUrl, DATA_DIR: dataDir } = environment;
  return openDatabase(databaseUrl === undefined ? { dataDir } : { databaseUrl }, {
    production: environment.NODE_ENV === "production",
  });
}

/** Brings a database to where it can be used: the schema, and the workspace that every installation begins with, whose id
 *  it returns. */
export async function install(database: Database): Promise<string> {
  await migrate(database);
  return ensureFirstWorkspace(database, Date.now());
}
