import createKnex from "knex";
import type { Knex } from "knex";
import { types } from "pg";
import type { Client } from "pg";
import { AppError } from "../app-error.ts";
import type { Database } from "./database.ts";
import { explainFailure } from "./explain-failure.ts";
import { runInOneTrip } from "./one-trip.ts";
import { openSession, silentKnex } from "./session.ts";

export const CONNECTIONS_MAX = 20; // PostgreSQL comes with 100; this leaves room for other programs and a second server
const CONNECT_TIMEOUT_MS = 5_000;
const ACQUIRE_TIMEOUT_MS = 10_000; // a caller who waits longer for a connection has given up
const STATEMENT_TIMEOUT_MS = 15_000; // a turn takes milliseconds; this frees the locks of one that hangs
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000; // the same for a process that stopped between two statements
const IDLE_TIMEOUT_MS = 30_000;
const SERVER_VERSION_MIN = 150_000;

/** Opens a PostgreSQL server's database, checking that it answers, is new enough and keeps tenants apart. */
export async function openServer(databaseUrl: string, production: boolean): Promise<Database> {
  const config = serverConfig(databaseUrl, CONNECTIONS_MAX, STATEMENT_TIMEOUT_MS);
  const knex = createKnex(config);
  try {
    await checkServer(knex, production);
  } catch (error) {
    await knex.destroy();
    throw error instanceof AppError ? error : explainFailure(error, databaseUrl);
  }
  return {
    kind: "postgres",
    knex,
    config,
    session: () => openSession<Client>(knex, (client, queries) => runInOneTrip(client, queries, readerOf)),
    unhurried() {
      const migrating = createKnex(serverConfig(databaseUrl, 1, 0));
      return { knex: migrating, close: () => migrating.destroy() };
    },
    statistics: { trips: 0, retries: 0 },
    close: () => knex.destroy(),
  };
}

/** knex on a PostgreSQL server. 64-bit numbers arrive as numbers, as they do from PGlite. */
function serverConfig(databaseUrl: string, connectionsMax: number, statementTimeoutMs: number): Knex.Config {
  return {
    client: "pg",
    connection: {
      connectionString: databaseUrl,
      application_name: "customer-enrichment",
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      keepAlive: true,
      // A kept statement is planned once a connection, not five times more with the values at hand: each is written to have one
      // good plan (see turn/open-statement.ts), and planning one takes as long as running it twenty times.
      options: "-c plan_cache_mode=force_generic_plan",
      types: { getTypeParser },
    },
    pool: { min: 0, max: connectionsMax, idleTimeoutMillis: IDLE_TIMEOUT_MS },
    acquireConnectionTimeout: ACQUIRE_TIMEOUT_MS,
    log: silentKnex,
    compileSqlOnError: false, // or error messages quote the values: what customers wrote
  };
}

async function checkServer(knex: Knex, production: boolean): Promise<void> {
  const { rows } = await knex.raw(`
    select current_setting('server_version_num')::int as version, rolsuper or rolbypassrls as unbound, rolname as login
    from pg_roles where rolname = current_user`);
  const [server] = rows;
  if (server.version < SERVER_VERSION_MIN) {
    throw new AppError(
      "database_unavailable",
      "The database server is too old: PostgreSQL 15 or newer is needed.",
    );
  }
  if (production && server.unbound) {
    throw new AppError(
      "database_unavailable",
      `The database login "${server.login}" is a superuser or bypasses row-level security, so nothing would keep ` +
        "workspaces apart. In production, use a login that owns the database and is neither.",
    );
  }
}

const INT8 = 20; // the type's number in PostgreSQL's catalogue

function getTypeParser(type: number, format: string): unknown {
  return format === "binary" ? types.getTypeParser(type, "binary") : readerOf(type);
}

function readerOf(type: number): (text: string) => unknown {
  return type === INT8 ? Number : types.getTypeParser(type, "text");
}
