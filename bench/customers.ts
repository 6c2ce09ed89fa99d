/**
 * Lists, filters and searches of customers, at 10,000 and at many, in turn.
 *
 *   npm run bench:customers [-- --customers 1000000]
 *
 * Brings its own PostgreSQL server, with a database for either, fills them (three messages a customer, everything sealed) and
 * prints the median times, their ratio (aim: at most 2) and the indexes that the plans use. A million takes about a quarter of
 * an hour to fill.
 */
import { parseArgs } from "node:util";
import { openDatabase } from "../server/database/connect.ts";
import { migrate } from "../server/database/migrate.ts";
import { createKeyrings } from "../server/privacy/keyrings.ts";
import { givenKeyProvider, newRootKey } from "../server/privacy/root-keys.ts";
import { createWorkspace } from "../server/workspaces/workspaces.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { CASES } from "./customers/cases.ts";
import { generate } from "./customers/generate.ts";
import { compare, type Filled } from "./customers/measure.ts";

const SMALL = 10_000;
const RATIO_MAX = 2;
const { values } = parseArgs({ options: { customers: { type: "string", default: "1000000" } } });
const LARGE = Number(values.customers);
const root = givenKeyProvider([newRootKey().root], "the benchmark");

/** A database of its own, filled, with what autovacuum would have done within a minute. */
async function fill(serverUrl: string, name: string, customers: number): Promise<Filled> {
  const server = await openDatabase({ databaseUrl: serverUrl });
  await server.knex.raw(`create database ${name}`);
  await server.close();
  const database = await openDatabase({ databaseUrl: serverUrl.replace(/\/[^/]*$/u, `/${name}`) });
  await migrate(database);
  const workspaceId = await createWorkspace(database, name, Date.now());
  const store = { database, keyrings: createKeyrings(database, root, Date.now) };
  const begun = performance.now();
  let printed = 0;
  await generate(store, workspaceId, customers, (done) => {
    if (done - printed < 50_000) return;
    printed = done;
    console.error(`${done} customers after ${((performance.now() - begun) / 1000).toFixed(0)} s`);
  });
  const unhurried = database.unhurried();
  await unhurried.knex.raw("vacuum analyze");
  const { rows } = await unhurried.knex.raw(
    "select pg_size_pretty(pg_database_size(current_database())) as size, pg_size_pretty(pg_total_relation_size('customer_entries')) as entries",
  );
  await unhurried.close();
  const seconds = ((performance.now() - begun) / 1000).toFixed(0);
  console.log(
    `${customers} customers, ${3 * customers} messages: ${rows[0].size}, of it ${rows[0].entries} entries; ${seconds} s`,
  );
  return { store, workspaceId, customers };
}

async function measureLists(small: Filled, large: Filled): Promise<number> {
  console.log(
    `\n${"".padEnd(30)}${small.customers} ms ${String(large.customers).padStart(10)} ms  ratio      found  indexes`,
  );
  let misses = 0;
  for (const test of CASES) {
    const { smallMs, largeMs, found, indexes } = await compare(small, large, test);
    const ratio = largeMs / smallMs;
    if (ratio > RATIO_MAX) misses += 1;
    console.log(
      test.name.padEnd(30) +
        smallMs.toFixed(1).padStart(8) +
        largeMs.toFixed(1).padStart(14) +
        ratio.toFixed(2).padStart(7) +
        (ratio > RATIO_MAX ? "!" : " ") +
        found.padStart(10) +
        `  ${indexes}`,
    );
  }
  return misses;
}

const postgres = await startPostgres();
const opened: Filled[] = [];
try {
  for (const [name, customers] of [
    ["small", SMALL],
    ["large", LARGE],
  ] as const) {
    opened.push(await fill(postgres.url, name, customers));
  }
  const [small, large] = opened;
  if (small === undefined || large === undefined) throw new Error("nothing was filled");
  const misses = await measureLists(small, large);
  console.log(`\n${CASES.length - misses} of ${CASES.length} within ${RATIO_MAX} times (aim: all)`);
} finally {
  for (const { store } of opened) await store.database.close();
  await postgres.stop();
}
