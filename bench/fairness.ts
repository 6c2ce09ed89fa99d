/**
 * How long a quiet workspace waits beside one at full load: chat turns over HTTP on PostgreSQL, one process.
 *
 *   npm run bench:fairness [-- SECONDS]     each measurement's length, 8 by default
 *
 * Brings its own durable PostgreSQL server; with BENCH_DATABASE_URL it uses that one (a database to throw away).
 */
import autocannon from "autocannon";
import { fileURLToPath } from "node:url";
import { openDatabase } from "../server/database/connect.ts";
import { migrate } from "../server/database/migrate.ts";
import { createApiKey } from "../server/workspaces/api-keys.ts";
import { createWorkspace } from "../test/support/workspaces.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import { messageOf } from "./messages.ts";
import { startProcess } from "./servers.ts";

const SECONDS = Number(process.argv[2] ?? 8);
const ROUNDS = 3; // alone and beside in turn; the median is printed
const QUIET_CLIENTS = 2;
const QUIET_PER_SECOND = 40;
const BUSY_CLIENTS = 64;
const RULES = fileURLToPath(new URL("../rules", import.meta.url));
const ENRICH = fileURLToPath(new URL("../dist/server/cli/enrich.js", import.meta.url));
const AIM = 2;

let generation = 0;

interface Load {
  readonly key: string;
  readonly clients: number;
  /** Of all clients together; as fast as they are answered, where it is not stated. */
  readonly perSecond?: number;
}

async function load(url: string, { key, clients, perSecond }: Load) {
  generation += 1;
  const run = generation;
  let client = 0;
  const result = await autocannon({
    url: `${url}/v1/chat`,
    connections: clients,
    duration: SECONDS,
    ...(perSecond === undefined ? {} : { overallRate: perSecond }),
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    setupClient: (connection) => {
      const base = (client += 1) * 50;
      let sent = 0;
      const next = () => {
        const who = base + (Math.floor(sent / 6) % 50);
        const text = messageOf(who + run * 1e6, sent);
        sent += 1;
        connection.setBody(JSON.stringify({ handle: `fair-${run}-${who}`, text }));
      };
      next();
      connection.on("response", next);
    },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx + result.errors} requests failed`);
  const { p50, p99 } = result.latency;
  return { perSecond: result["2xx"] / result.duration, p50, p99 };
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
type Figures = Awaited<ReturnType<typeof load>>;
const medianOf = (all: readonly Figures[], name: keyof Figures) =>
  median(all.map((figures) => figures[name]));
const row = (name: string, all: readonly Figures[]) =>
  console.log(
    `${name.padEnd(36)}${medianOf(all, "perSecond").toFixed(0).padStart(6)} turns/s` +
      `   p50 ${medianOf(all, "p50")} ms   p99 ${medianOf(all, "p99")} ms`,
  );

const postgres =
  process.env["BENCH_DATABASE_URL"] === undefined ? await startPostgres({ durable: true }) : null;
const databaseUrl = process.env["BENCH_DATABASE_URL"] ?? postgres?.url ?? "";
try {
  const database = await openDatabase({ databaseUrl });
  await migrate(database);
  const keyOf = async (name: string) => {
    const workspaceId = await createWorkspace(database, name, Date.now());
    return (await createApiKey(database, workspaceId, "bench", Date.now())).key;
  };
  const quiet = { key: await keyOf("Quiet"), clients: QUIET_CLIENTS, perSecond: QUIET_PER_SECOND };
  const busy = { key: await keyOf("Busy"), clients: BUSY_CLIENTS };
  const server = await startProcess([ENRICH, "serve"], {
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: "silent",
    RATE_LIMIT_KEY_PER_MINUTE: "100000000",
    RATE_LIMIT_VISITOR_PER_MINUTE: "100000000",
    NODE_ENV: "development",
    ROOT_KEY: Buffer.alloc(32, 1).toString("base64"),
    RULES_DIR: RULES,
  });
  try {
    await load(server.url, busy); // warms up
    await database.knex.raw("vacuum analyze");
    const [alone, beside, loaded]: [Figures[], Figures[], Figures[]] = [[], [], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      alone.push(await load(server.url, quiet));
      const both = await Promise.all([load(server.url, quiet), load(server.url, busy)]);
      beside.push(both[0]);
      loaded.push(both[1]);
    }
    row("quiet workspace alone", alone);
    row("quiet workspace beside the busy one", beside);
    row(`busy workspace (${BUSY_CLIENTS} clients)`, loaded);
    const ratio = medianOf(beside, "p99") / medianOf(alone, "p99");
    console.log(`\np99 beside / alone: ${ratio.toFixed(2)} (aim: at most ${AIM})`);
  } finally {
    await server.stop();
    await database.close();
  }
} finally {
  await postgres?.stop();
}
