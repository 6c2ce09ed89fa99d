import type { Knex } from "knex";
import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";
import { advisoryKey } from "./advisory-key.ts";
import type { Database } from "./database.ts";
import { MIGRATION_NAMES, migrationSource } from "./migration-source.ts";

const LOCK_WAIT_MS = 20_000; // another process may be migrating at this moment: it gets time to finish
const LOCK_POLL_MS = 250;
const LOCK_NOT_AVAILABLE = "55P03";
const RIVAL_CODES = new Set(["42P07", "23505"]); // duplicate table, unique violation

/** Brings the database's schema up to this program's, and returns the names of the migrations that were run.
 *  Two processes may do it at once: one waits for the other.
 *  Throws an AppError when the database is newer than this program, or when a migration was interrupted. */
export async function migrate(database: Database): Promise<readonly string[]> {
  const { knex, close } = database.unhurried();
  try {
    const deadline = Date.now() + LOCK_WAIT_MS;
    // knex's own lock is a row, and processes that find the database empty each make one: with two of them it is locked
    // for ever. This one is let go when the connection closes, however the process ends.
    if (database.kind === "postgres") await takeTurn(knex);
    while (true) {
      await refuseNewer(knex);
      try {
        const [, names]: [number, string[]] = await knex.migrate.latest({ migrationSource });
        return names;
      } catch (error) {
        if (!isMigrating(error)) throw error;
        if (Date.now() > deadline) throw lockedTooLong(error);
        await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
      }
    }
  } finally {
    await close();
  }
}

async function takeTurn(knex: Knex): Promise<void> {
  await knex.raw(`set lock_timeout = ${LOCK_WAIT_MS}`);
  await knex
    .raw("select pg_advisory_lock(:lock)", { lock: advisoryKey("migrate").toString() })
    .catch((error) => {
      throw errorCode(error) === LOCK_NOT_AVAILABLE ? lockedTooLong(error) : error;
    });
  await knex.raw("set lock_timeout = 0");
}

/** Throws an AppError unless the schema is exactly the one this program was written for. Changes nothing. */
export async function checkMigrated(database: Database): Promise<void> {
  const applied = await refuseNewer(database.knex);
  const missing = MIGRATION_NAMES.filter((name) => !applied.includes(name));
  if (missing.length > 0) {
    throw new AppError(
      "database_behind",
      `The database lacks ${missing.length} migrations: run "enrich migrate".`,
    );
  }
}

async function refuseNewer(knex: Knex): Promise<readonly string[]> {
  const applied = (await knex.schema.hasTable("knex_migrations"))
    ? await knex("knex_migrations").pluck<string[]>("name").orderBy("id")
    : [];
  const unknown = applied.filter((name) => !MIGRATION_NAMES.includes(name));
  if (unknown.length > 0) {
    throw new AppError(
      "database_newer",
      `The database was migrated by a newer version of this program (${unknown.join(", ")}): install that version.`,
    );
  }
  return applied;
}

/** Somebody on knex's own command line, which takes knex's lock alone. knex tells of it by the class's name only; its two
 *  other rivals meet while creating knex's own tables. */
function isMigrating(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === "MigrationLocked" || error.message.includes("already locked")) return true;
  return RIVAL_CODES.has(errorCode(error) ?? "");
}

function lockedTooLong(cause: unknown): AppError {
  return new AppError(
    "database_unavailable",
    "Another process has been migrating this database for a while. If none is, a migration was interrupted: " +
      'free its lock with "npm run -s knex -- migrate:unlock" and start again.',
    { cause },
  );
}
