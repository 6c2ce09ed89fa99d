import { PGlite } from "@electric-sql/pglite";
import createKnex from "knex";
import type { Knex } from "knex";
import PGliteDialect from "knex-pglite";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../app-error.ts";
import type { Database } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";
import { openSession, silentKnex } from "./session.ts";
import type { Query, Rows } from "./session.ts";

const ACQUIRE_TIMEOUT_MS = 10_000; // one connection for all: who waits longer than this has given up

/** Opens PGlite in `<dataDir>/database`. The lock lies beside that folder, inside `dataDir`: so whoever shares the data
 *  folder, another container on the same volume for instance, shares the lock. */
export async function openFolder(dataDir: string): Promise<Database> {
  const folder = await createFolder(dataDir);
  const lock = await lockFolder(folder);
  try {
    const pglite = new PGlite(folder);
    await pglite.waitReady;
    return serve(pglite, () => lock.release());
  } catch (error) {
    await lock.release();
    const message = `The database in ${folder} cannot be opened. Was it made by another version, or damaged?`;
    throw new AppError("database_unavailable", message, { cause: error });
  }
}

/** Opens a PGlite that lives in memory and is gone when it is closed. */
export async function openMemory(contents: "empty" | Blob): Promise<Database> {
  const pglite = new PGlite(contents === "empty" ? {} : { loadDataDir: contents });
  await pglite.waitReady;
  return serve(pglite, async () => {});
}

/** The folder's one true name, so that two spellings of it meet at the same lock. */
async function createFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    return join(await realpath(dataDir), "database");
  } catch (error) {
    const message = `The data folder ${dataDir} cannot be created or entered: make it writable, or set DATA_DIR.`;
    throw new AppError("database_unavailable", message, { cause: error });
  }
}

function serve(pglite: PGlite, whenClosed: () => Promise<void>): Database {
  const connection = { database: "pglite", pglite };
  const config: Knex.Config = {
    client: PGliteDialect,
    // A function, because knex copies a plain connection object, database and all.
    connection: () => connection,
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: silentKnex,
    compileSqlOnError: false,
  };
  const knex = createKnex(config);
  let closing: Promise<void> | null = null;
  const close = async () => {
    await knex.destroy();
    if (!pglite.closed) await pglite.close(); // knex only closes a connection that it has used
    await whenClosed();
  };
  return {
    kind: "pglite",
    knex,
    config,
    session: () => openSession<PGlite>(knex, runOneByOne),
    unhurried: () => ({ knex, close: async () => {} }),
    statistics: { trips: 0, retries: 0 },
    close: () => (closing ??= close()),
  };
}

/** There is no way to travel: what counts is the same order, and the same end at the first failure. */
async function runOneByOne(pglite: PGlite, queries: readonly Query[]): Promise<readonly Rows[]> {
  const results: Rows[] = [];
  for (const { text, values } of queries) {
    const { rows } = await pglite.query<object>(text, [...values]).catch((error: unknown) => {
      if (error instanceof Error && "severity" in error) error.message = `${text} - ${error.message}`;
      throw error;
    });
    results.push(rows);
  }
  return results;
}
