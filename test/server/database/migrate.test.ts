import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDatabase } from "../../../server/database/connect.ts";
import type { Database } from "../../../server/database/database.ts";
import { dumpSchema } from "../../../server/database/dump-schema.ts";
import { checkMigrated, migrate } from "../../../server/database/migrate.ts";
import { MIGRATION_NAMES, migrationSource } from "../../../server/database/migration-source.ts";
import { createApiKey, verifyApiKey } from "../../../server/workspaces/api-keys.ts";
import { ensureFirstWorkspace } from "../../../server/workspaces/workspaces.ts";
import { createClone, DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";

const NOW = Date.UTC(2026, 0, 1);

async function withDatabase(database: Database, work: (database: Database) => Promise<void>): Promise<void> {
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

describe.each(DATABASE_KINDS)("migrations on %s", (kind) => {
  test("all the way down and up again is where it began", async () => {
    await withDatabase(await openTestDatabase(kind), async (database) => {
      const before = await dumpSchema(database.knex);
      await database.knex.migrate.rollback({ migrationSource }, true);
      const { rows } = await database.knex.raw(
        "select relname from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace order by 1",
      );
      expect(rows).toEqual([{ relname: "knex_migrations" }, { relname: "knex_migrations_lock" }]);

      await expect(checkMigrated(database)).rejects.toMatchObject({ code: "database_behind" });
      expect(await migrate(database)).toEqual(MIGRATION_NAMES);
      await checkMigrated(database);
      expect(await dumpSchema(database.knex)).toBe(before);
    });
  });

  test("each step down and up is where it began", async () => {
    await withDatabase(await openTestDatabase(kind), async (database) => {
      const dumps: string[] = [];
      for (const _ of MIGRATION_NAMES) {
        dumps.push(await dumpSchema(database.knex));
        await database.knex.migrate.down({ migrationSource });
      }
      for (const dump of dumps.toReversed()) {
        await database.knex.migrate.up({ migrationSource });
        expect(await dumpSchema(database.knex)).toBe(dump);
      }
    });
  });

  test("a database of a newer program is refused in words, and not touched", async () => {
    await withDatabase(await openTestDatabase(kind), async (database) => {
      const applied = { name: "29990101000000_create_wings", batch: 2, migration_time: new Date(NOW) };
      await database.knex("knex_migrations").insert(applied);
      const refusal = { code: "database_newer", message: expect.stringContaining("create_wings") };
      await expect(migrate(database)).rejects.toMatchObject(refusal);
      await expect(checkMigrated(database)).rejects.toMatchObject(refusal);
    });
  });

  test("what was written survives a migration that has nothing to do", async () => {
    await withDatabase(await openTestDatabase(kind), async (database) => {
      const workspaceId = await ensureFirstWorkspace(database, NOW);
      const { key } = await createApiKey(database, workspaceId, "test", NOW);
      expect(await migrate(database)).toEqual([]);
      expect(await verifyApiKey(database, key, NOW)).toMatchObject({ workspaceId });
    });
  });
});

test("two processes that migrate an empty server at once both end up migrated", async () => {
  const clone = await createClone("empty");
  const databases = await Promise.all([0, 1, 2].map(() => openDatabase({ databaseUrl: clone.url })));
  try {
    const runs = await Promise.all(databases.map((database) => migrate(database)));
    expect(runs.flat()).toEqual(MIGRATION_NAMES);
    const [first] = databases;
    if (first !== undefined) await checkMigrated(first);
  } finally {
    for (const database of databases) await database.close();
    await clone.drop();
  }
});

test("a data folder keeps what was written from one start to the next", async () => {
  const folder = await mkdtemp(join(tmpdir(), "enrich-test-"));
  try {
    let written = "";
    await withDatabase(await openDatabase({ dataDir: folder }), async (database) => {
      await migrate(database);
      const workspaceId = await ensureFirstWorkspace(database, NOW);
      written = (await createApiKey(database, workspaceId, "test", NOW)).key;
    });
    await withDatabase(await openDatabase({ dataDir: folder }), async (database) => {
      expect(await migrate(database)).toEqual([]);
      await ensureFirstWorkspace(database, NOW);
      expect(await verifyApiKey(database, written, NOW)).not.toBeNull();
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
