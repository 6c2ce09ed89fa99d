/**
 * Links by email from many clients at once, through two servers' worth of connections on one PostgreSQL, while customers are
 * merged and parted: counts duplicates and deadlocks, of which there must be none, and prints the rate.
 *
 *   npm run bench:links [-- LINKS [SEED]]     100,000 links and seed 1 by default
 *
 * Brings its own durable PostgreSQL server; with BENCH_DATABASE_URL it uses that one (a database to throw away).
 */
import { openDatabase } from "../server/database/connect.ts";
import { migrate } from "../server/database/migrate.ts";
import { createKeyrings } from "../server/privacy/keyrings.ts";
import { givenKeyProvider, newRootKey } from "../server/privacy/root-keys.ts";
import { createWorkspace } from "../test/support/workspaces.ts";
import { defaultPack } from "../test/support/packs.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { checkLinks } from "./links/check.ts";
import { runLinks } from "./links/run.ts";

const LINKS = Number(process.argv[2] ?? 100_000);
const SEED = Number(process.argv[3] ?? 1);
const EMAILS = 1_000;
const CLIENTS = 32;

const lent = process.env["BENCH_DATABASE_URL"];
const server = lent === undefined ? await startPostgres({ durable: true }) : null;
const databaseUrl = lent ?? server?.url ?? "";
const databases = [await openDatabase({ databaseUrl }), await openDatabase({ databaseUrl })];
try {
  const [first] = databases;
  if (first === undefined) throw new Error("there is no database");
  await migrate(first);
  const provider = givenKeyProvider([newRootKey().root], "the benchmark");
  const workspaceId = await createWorkspace(first, "links", Date.now());
  const stores = databases.map((database) => ({
    database,
    keyrings: createKeyrings(database, provider, Date.now),
  }));
  const load = { links: LINKS, emails: EMAILS, clients: CLIENTS, seed: SEED };
  const ran = await runLinks(stores, await defaultPack(), workspaceId, load, Date.now());
  const [store] = stores;
  if (store === undefined) throw new Error("there is no store");
  const found = await checkLinks(store, workspaceId);
  const retries = databases.reduce((sum, { statistics }) => sum + statistics.retries, 0);
  console.log(`links                 ${ran.links} of ${EMAILS} emails from ${CLIENTS} clients, seed ${SEED}`);
  console.log(`merges, unmerges      ${ran.merges}, ${ran.unmerges}; refused ${ran.refused}`);
  console.log(`customers             ${found.customers}, of ${found.conversations} conversations`);
  console.log(`duplicates            ${found.duplicates}`);
  console.log(`conversations astray  ${found.astray}; customers miscounted ${found.miscounted}`);
  console.log(`deadlocks uncaught    ${ran.deadlocks}; transactions run again ${retries}`);
  console.log(
    `other failures        ${ran.failures.length}${ran.failures
      .slice(0, 3)
      .map((text) => `\n  ${text}`)
      .join("")}`,
  );
  console.log(`rate                  ${(ran.links / ran.seconds).toFixed(0)} links a second`);
  const wrong = found.duplicates + found.astray + found.miscounted + ran.deadlocks + ran.failures.length;
  if (wrong > 0) process.exitCode = 1;
} finally {
  await Promise.all(databases.map((database) => database.close()));
  await server?.stop();
}
