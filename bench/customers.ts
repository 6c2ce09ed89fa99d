/**
 * Lists, filters and searches of customers, at 10,000 and at many, in turn; and the CSV export of many beside a bare COPY.
 *
 *   npm run bench:customers [-- --customers 1000000]
 *
 * Brings its own PostgreSQL server, with a database for either, fills them (three messages a customer, everything sealed) and
 * prints the times (lower quartiles), their ratio (aim: at most 2) and the indexes that the plans use. Filling 300,000 took three
 * minutes on two shared cores.
 */
import { parseArgs } from "node:util";
import { openDatabase } from "../server/database/connect.ts";
import type { Database } from "../server/database/database.ts";
import { migrate } from "../server/database/migrate.ts";
import { createKeyrings } from "../server/privacy/keyrings.ts";
import { givenKeyProvider, newRootKey } from "../server/privacy/root-keys.ts";
import { createWorkspace } from "../test/support/workspaces.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { CASES } from "./customers/cases.ts";
import { measureExport } from "./customers/export.ts";
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
  const databaseUrl = serverUrl.replace(/\/[^/]*$/u, `/${name}`);
  await server.knex.raw(`create database ${name}`);
  // The rows fit each other: while they are written nobody looks whether they do, which takes as long again.
  await server.knex.raw(`alter database ${name} set session_replication_role = replica`);
  const begun = performance.now();
  const filling = await openDatabase({ databaseUrl });
  await migrate(filling);
  const workspaceId = await createWorkspace(filling, name, Date.now());
  const keyrings = createKeyrings(filling, root, Date.now);
  await generate({ database: filling, keyrings }, workspaceId, customers, reportEvery(50_000, begun));
  await filling.close();
  await server.knex.raw(`alter database ${name} reset session_replication_role`);
  await server.close();

  const database = await openDatabase({ databaseUrl });
  await tidy(database, `${customers} customers, ${3 * customers} messages`, begun);
  return { store: { database, keyrings: createKeyrings(database, root, Date.now) }, workspaceId, customers };
}

function reportEvery(customers: number, begun: number): (done: number) => void {
  let next = customers;
  return (done) => {
    if (done < next) return;
    next += customers;
    console.error(`${done} customers after ${seconds(begun)} s`);
  };
}

async function tidy(database: Database, what: string, begun: number): Promise<void> {
  const unhurried = database.unhurried();
  await unhurried.knex.raw("vacuum analyze");
  const { rows } = await unhurried.knex.raw(`
    select pg_size_pretty(pg_database_size(current_database())) as size,
      pg_size_pretty(pg_total_relation_size('customer_entries')) as entries`);
  await unhurried.close();
  console.log(`${what}: ${rows[0].size}, of it ${rows[0].entries} entries; ${seconds(begun)} s`);
}

const seconds = (begun: number) => ((performance.now() - begun) / 1000).toFixed(0);

async function measureLists(small: Filled, large: Filled): Promise<number> {
  console.log(
    `\n${"".padEnd(30)}${small.customers} ms ${String(large.customers).padStart(10)} ms  ratio             found  indexes`,
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
        found.padStart(17) +
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
  await measureExport(large, postgres.url.replace(/\/[^/]*$/u, "/large"));
  console.log(`\n${CASES.length - misses} of ${CASES.length} within ${RATIO_MAX} times (aim: all)`);
} finally {
  for (const { store } of opened) await store.database.close();
  await postgres.stop();
}
