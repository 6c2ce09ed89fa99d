import type { Knex } from "knex";
import { describe, expect, test } from "vitest";
import { BELONGINGS } from "../../../server/merging/belongings.ts";
import { DATABASE_KINDS, openTestDatabase, useDatabase } from "../../support/test-databases.ts";

/** The columns that hold a customer's id: those that refer to customers, and those that are called so and refer to nobody. */
async function columnsOfCustomers(knex: Knex): Promise<readonly string[]> {
  const { rows } = await knex.raw(`
    select tables.relname || '.' || attname as place
    from pg_class as tables
    join pg_attribute on attrelid = tables.oid and attnum > 0 and not attisdropped
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relname not like 'knex\\_%'
      and (
        tables.relname = 'customers' and attname = 'id'
        or attname in ('customer_id', 'subject_id')
        or exists (
          select from pg_constraint
          where conrelid = tables.oid and contype = 'f' and confrelid = 'customers'::regclass
            and attname <> 'workspace_id' and attnum = any(conkey))
      )`);
  return rows.map(({ place }: { place: string }) => place).toSorted();
}

describe.each(DATABASE_KINDS)("on %s", (kind) => {
  const database = useDatabase(kind);

  test("of every column with a customer's id it is decided what a merge does with its rows", async () => {
    expect(await columnsOfCustomers(database().knex)).toEqual(Object.keys(BELONGINGS).toSorted());
  });
});

test("a table with a customer's id that nobody thought of is found", async () => {
  const database = await openTestDatabase("pglite");
  try {
    await database.knex.raw(
      `create table wishes (
         workspace_id uuid not null, id uuid not null, whose uuid not null, customer_id uuid not null,
         primary key (workspace_id, id), foreign key (workspace_id, whose) references customers)`,
    );
    const found = await columnsOfCustomers(database.knex);
    expect(found.filter((place) => !Object.hasOwn(BELONGINGS, place))).toEqual([
      "wishes.customer_id",
      "wishes.whose",
    ]);
  } finally {
    await database.close();
  }
});
