import createKnex from "knex";
import type { Knex } from "knex";
import { randomBytes } from "node:crypto";
import { openAsBlob } from "node:fs";
import { afterAll, beforeAll, inject } from "vitest";
import { openDatabase } from "../../server/database/connect.ts";
import type { Database } from "../../server/database/database.ts";

/** For `describe.each`: what holds must hold on both. */
export const DATABASE_KINDS = ["pglite", "postgres"] as const;
export type DatabaseKind = (typeof DATABASE_KINDS)[number];

/** A migrated, empty database for the tests of the enclosing file or describe block; call the result inside a test. */
export function useDatabase(kind: DatabaseKind): () => Database {
  let database: Database | null = null;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database?.close());
  return () => {
    if (database === null) throw new Error("the database opens in beforeAll: ask for it inside a test");
    return database;
  };
}

/** A migrated, empty database of its own. Closing it removes it. */
export async function openTestDatabase(kind: DatabaseKind): Promise<Database> {
  if (kind === "pglite") return openDatabase({ memory: await openAsBlob(inject("databases").pgliteDump) });
  const clone = await createClone();
  const database = await openDatabase({ databaseUrl: clone.url });
  return {
    ...database,
    async close() {
      await database.close();
      await clone.drop();
    },
  };
}

/** A clone of the migrated PostgreSQL database, owned by a login that is no superuser. `empty`: without the schema. */
export async function createClone(contents: "migrated" | "empty" = "migrated"): Promise<{
  readonly url: string;
  drop(): Promise<void>;
}> {
  const { templateUrl } = inject("databases");
  const url = new URL(templateUrl);
  const owner = decodeURIComponent(url.username);
  const name = `enrich_test_${randomBytes(6).toString("hex")}`;
  const template = contents === "migrated" ? owner : "template0";
  await asAdmin((admin) => admin.raw("create database ?? owner ?? template ??", [name, owner, template]));
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => asAdmin((admin) => admin.raw("drop database if exists ?? with (force)", [name])),
  };
}

/** Opens one database twice, as two processes do: what holds is not the queue within one process. */
export async function asTwoProcesses(
  work: (processes: readonly [Database, Database]) => Promise<void>,
): Promise<void> {
  const clone = await createClone();
  const processes = [
    await openDatabase({ databaseUrl: clone.url }),
    await openDatabase({ databaseUrl: clone.url }),
  ] as const;
  try {
    await work(processes);
  } finally {
    await Promise.all(processes.map((database) => database.close()));
    await clone.drop();
  }
}

/** Runs `work` as the server's superuser, in the database "postgres" or in that of `databaseUrl`. */
export async function asAdmin<T>(work: (admin: Knex) => Promise<T>, databaseUrl?: string): Promise<T> {
  const url = new URL(inject("databases").adminUrl);
  if (databaseUrl !== undefined) url.pathname = new URL(databaseUrl).pathname;
  const admin = createKnex({ client: "pg", connection: url.href, pool: { min: 0, max: 1 } });
  try {
    return await work(admin);
  } finally {
    await admin.destroy();
  }
}
