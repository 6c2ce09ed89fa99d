import { PGlite } from "@electric-sql/pglite";
import createKnex from "knex";
import type { Knex } from "knex";
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";
import { openDatabase } from "../../server/database/connect.ts";
import type { Database } from "../../server/database/database.ts";
import { migrate } from "../../server/database/migrate.ts";
import { startPostgres } from "./postgres-server.ts";

const ROOT = resolve(import.meta.dirname, "../..");

declare module "vitest" {
  interface ProvidedContext {
    readonly databases: TestServers;
  }
}

/** What the tests' processes are told: where to get a migrated database of their own. */
export interface TestServers {
  /** A superuser's address, for what the program itself must not be able to do. */
  readonly adminUrl: string;
  /** The address of the template, with a login that owns it and is no superuser, as in production. */
  readonly templateUrl: string;
  /** A dumped PGlite data folder, migrated. */
  readonly pgliteDump: string;
}

/** Runs once before all tests: builds the program, which the tests of the command line run as it is installed (from its sources it
 *  takes twice as long to start); a PostgreSQL server (or DATABASE_URL_TEST's), and a migrated template on each database. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cleanUps: (() => Promise<void>)[] = [];
  const cleanUp = async () => {
    for (const step of cleanUps.splice(0).toReversed()) await step();
  };
  try {
    await promisify(execFile)("npm", ["run", "-s", "build"], { cwd: ROOT });
    const lent = process.env["DATABASE_URL_TEST"];
    const adminUrl = lent ?? (await ownServer(cleanUps));
    const templateUrl = await createTemplate(adminUrl, lent !== undefined, cleanUps);
    const pgliteDump = await dumpMigratedPglite(cleanUps);
    project.provide("databases", { adminUrl, templateUrl, pgliteDump });
    return cleanUp;
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

async function ownServer(cleanUps: (() => Promise<void>)[]): Promise<string> {
  const server = await startPostgres();
  cleanUps.push(() => server.stop());
  return server.url;
}

async function createTemplate(
  adminUrl: string,
  isLent: boolean,
  cleanUps: (() => Promise<void>)[],
): Promise<string> {
  const login = `enrich_test_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(16).toString("hex");
  const admin = createKnex({ client: "pg", connection: adminUrl, pool: { min: 0, max: 1 } });
  cleanUps.push(async () => {
    if (isLent) await dropAllOf(admin, login);
    await admin.destroy();
  });
  await admin.raw(`create role ?? login createrole createdb password '${password}'`, [login]);
  await admin.raw("create database ?? owner ??", [login, login]);
  // On a server of our own the migration creates the role, as on a fresh installation; here it may be there already.
  if (isLent) await lendAppRole(admin, login);

  const url = new URL(adminUrl);
  url.username = login;
  url.password = password;
  url.pathname = `/${login}`;
  await migrateOnce(await openDatabase({ databaseUrl: url.href }, { production: true }));
  return url.href;
}

async function lendAppRole(admin: Knex, login: string): Promise<void> {
  const { rows } = await admin.raw("select 1 from pg_roles where rolname = 'enrich_app'");
  if (rows.length === 0) await admin.raw("create role enrich_app nologin");
  await admin.raw("grant enrich_app to ??", [login]);
}

/** Leaves a server that somebody lent as it was, but for the role enrich_app, which others may use. */
async function dropAllOf(admin: Knex, login: string): Promise<void> {
  const { rows } = await admin.raw(
    "select datname from pg_database join pg_roles on pg_roles.oid = datdba where rolname = ?",
    [login],
  );
  for (const { datname } of rows) await admin.raw("drop database ?? with (force)", [datname]);
  await admin.raw("drop role ??", [login]);
}

async function dumpMigratedPglite(cleanUps: (() => Promise<void>)[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "enrich-pglite-"));
  cleanUps.push(() => rm(folder, { recursive: true, force: true }));
  const dataDir = join(folder, "data");
  await migrateOnce(await openDatabase({ dataDir }));
  const pglite = new PGlite(join(dataDir, "database"));
  await pglite.waitReady;
  const dump = await pglite.dumpDataDir("none");
  await pglite.close();
  const file = join(folder, "dump.tar");
  await writeFile(file, Buffer.from(await dump.arrayBuffer()));
  return file;
}

async function migrateOnce(database: Database): Promise<void> {
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}
