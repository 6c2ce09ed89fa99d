import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { dumpSchema } from "../../../server/database/dump-schema.ts";
import { MIGRATION_NAMES } from "../../../server/database/migration-source.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const folder = new URL("../../../migrations/", import.meta.url);

describe.each(DATABASE_KINDS)("the schema on %s", (kind) => {
  const database = useDatabase(kind);

  test("schema.sql is what the migrations make", async () => {
    await expect(await dumpSchema(database().knex)).toMatchFileSnapshot(
      new URL("schema.sql", folder).pathname,
    );
  });
});

test("every migration in the folder is in the list, in the order of their names", async () => {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".ts")).toSorted();
  expect(MIGRATION_NAMES).toEqual(files.map((file) => file.replace(/\.ts$/u, "")));
});
