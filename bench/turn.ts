/**
 * Chat turns over HTTP on PostgreSQL, alternating in one run with the floor (bench/floor.ts): served by one process, and by as
 * many as there are cores (WORKERS).
 *
 *   npm run bench:turn [-- SECONDS]     each measurement's length, 6 by default
 *
 * Brings its own durable PostgreSQL server; with BENCH_DATABASE_URL it uses that one (a database to throw away).
 */
import autocannon from "autocannon";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { ChatRequest } from "../server/conversations/contract.ts";
import { openDatabase } from "../server/database/connect.ts";
import type { Database } from "../server/database/database.ts";
import { migrate } from "../server/database/migrate.ts";
import { loadRules, problemLine } from "../server/rules/load-rules.ts";
import { chat } from "../server/turn/chat.ts";
import { createApiKey } from "../server/workspaces/api-keys.ts";
import { createKeyrings } from "../server/privacy/keyrings.ts";
import { givenKeyProvider, newRootKey } from "../server/privacy/root-keys.ts";
import { ensureFirstWorkspace } from "../server/workspaces/workspaces.ts";
import { createWorkspace } from "../test/support/workspaces.ts";
import { startPostgres } from "../test/support/postgres-server.ts";
import type { Sample } from "./floor.ts";
import { MESSAGES, messageOf } from "./messages.ts";
import { startProcess } from "./servers.ts";
import type { ServerProcess } from "./servers.ts";

const SECONDS = Number(process.argv[2] ?? 6);
const ROUNDS = 3; // of floor and server in turn; the median is printed
const CLIENTS = [8, 32];
const CUSTOMERS_PER_CLIENT = 50;
const TURNS_IN_ONE_CONVERSATION = 1_000;
const WINDOW = 100; // turns at either end of the long conversation
const RULES = fileURLToPath(new URL("../rules", import.meta.url));
const ENRICH = fileURLToPath(new URL("../dist/server/cli/enrich.js", import.meta.url));
const FLOOR = fileURLToPath(new URL("./floor.ts", import.meta.url));

interface Figures {
  readonly turnsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
}

let generation = 0;

async function load(url: string, key: string, clients: number): Promise<Figures> {
  generation += 1;
  const run = generation;
  let client = 0;
  const result = await autocannon({
    url: `${url}/v1/chat`,
    connections: clients,
    duration: SECONDS,
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    setupClient: (connection) => {
      const base = (client += 1) * CUSTOMERS_PER_CLIENT;
      let sent = 0;
      const next = () => {
        // A customer's whole conversation, then the next customer's; after all, the first goes on.
        const who = base + (Math.floor(sent / 6) % CUSTOMERS_PER_CLIENT);
        const body = {
          handle: `bench-${run}-${who}`,
          platform: "web_widget",
          text: messageOf(who + run * 1e6, sent),
        };
        sent += 1;
        connection.setBody(JSON.stringify(body));
      };
      next();
      connection.on("response", next);
    },
  });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${result.non2xx + result.errors} requests failed`);
  return {
    turnsPerSecond: result["2xx"] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

async function post(url: string, key: string, body: object): Promise<string> {
  const response = await fetch(`${url}/v1/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return response.text();
}

const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const medians = (all: readonly Figures[]): Figures => ({
  turnsPerSecond: median(all.map((figures) => figures.turnsPerSecond)),
  p50: median(all.map((figures) => figures.p50)),
  p99: median(all.map((figures) => figures.p99)),
});
const row = (name: string, { turnsPerSecond, p50, p99 }: Figures) =>
  console.log(
    `${name.padEnd(34)}${turnsPerSecond.toFixed(0).padStart(10)} turns/s   p50 ${p50} ms   p99 ${p99} ms`,
  );

/** What the program makes of each message of a conversation, for the floor to write the same. */
async function samplesOf(url: string, key: string): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  for (const nth of MESSAGES.keys()) {
    const response = await post(url, key, { handle: "sample", text: messageOf(1, nth) });
    const { conversationId, turn, replies } = JSON.parse(response);
    const view = await fetch(`${url}/v1/conversations/${conversationId}/turns/${turn}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { trace } = JSON.parse(await view.text());
    samples.push({
      response,
      reply: replies.join(" "),
      trace: JSON.stringify(trace),
      state: JSON.stringify(trace.after),
      packHash: trace.pack,
      engineVersion: trace.engine,
    });
  }
  if (samples.some(({ reply }) => reply === "")) throw new Error("a message of the benchmark has no reply");
  return samples;
}

async function longConversation(url: string, key: string): Promise<void> {
  const times: number[] = [];
  for (let turn = 0; turn < TURNS_IN_ONE_CONVERSATION; turn += 1) {
    const begun = performance.now();
    await post(url, key, { handle: "long", text: messageOf(7, turn) });
    times.push(performance.now() - begun);
  }
  const first = median(times.slice(0, WINDOW));
  const last = median(times.slice(-WINDOW));
  console.log(
    `one conversation of ${TURNS_IN_ONE_CONVERSATION} turns: median ${first.toFixed(2)} ms in the first ${WINDOW}, ` +
      `${last.toFixed(2)} ms in the last: ratio ${(last / first).toFixed(2)} (aim: at most 1.2)`,
  );
}

/** Round trips to the database, begin and commit included, counted by the code that makes them. */
async function tripsPerTurn(database: Database): Promise<void> {
  const workspaceId = await createWorkspace(database, "trips", Date.now());
  const loaded = await loadRules(RULES, { tests: "skip" });
  if ("problems" in loaded) throw new Error(loaded.problems.map(problemLine).join("\n"));
  const root = givenKeyProvider([newRootKey().root], "the benchmark");
  const store = { database, keyrings: createKeyrings(database, root, Date.now) };
  const tripsOf = async (text: string) => {
    const before = database.statistics.trips;
    await chat(store, loaded.pack, workspaceId, ChatRequest.parse({ handle: "trips", text }), Date.now());
    return database.statistics.trips - before;
  };
  await tripsOf("Hi");
  const plain = await tripsOf("do you have parking?");
  const linking = await tripsOf("my email is trips@mail.example");
  console.log(
    `round trips: ${plain} for a turn without a link (aim: at most 2), ${linking} for one that links by email`,
  );
}

async function compare(
  floor: string,
  servers: readonly { readonly name: string; readonly url: string }[],
  key: string,
  clients: number,
): Promise<void> {
  const floors: Figures[] = [];
  const ours = servers.map(({ name, url }) => ({ name, url, figures: [] as Figures[] }));
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(await load(floor, key, clients));
    for (const { url, figures } of ours) figures.push(await load(url, key, clients));
  }
  const bare = medians(floors);
  console.log(
    `\n${clients} clients, many conversations (median of ${ROUNDS} rounds of ${SECONDS} s, in turn)`,
  );
  row("floor: bare handler, same rows", bare);
  for (const { name, figures } of ours) {
    const measured = medians(figures);
    row(name, measured);
    const share = (100 * measured.turnsPerSecond) / bare.turnsPerSecond;
    console.log(`throughput ${share.toFixed(0)} % of the floor (aim: at least 50 %)`);
  }
}

/** What autovacuum does within a minute of the first load, at once: a planner that believes the tables empty says nothing
 *  about the program. */
async function analyze(url: string): Promise<void> {
  const database = await openDatabase({ databaseUrl: url });
  await database.knex.raw("vacuum analyze");
  await database.close();
}

const postgres =
  process.env["BENCH_DATABASE_URL"] === undefined ? await startPostgres({ durable: true }) : null;
const databaseUrl = process.env["BENCH_DATABASE_URL"] ?? postgres?.url ?? "";
const running: ServerProcess[] = [];
try {
  const database = await openDatabase({ databaseUrl });
  await migrate(database);
  const workspaceId = await ensureFirstWorkspace(database, Date.now());
  const { key } = await createApiKey(database, workspaceId, "bench", Date.now());
  await tripsPerTurn(database);
  await database.close();

  const environment = {
    DATABASE_URL: databaseUrl,
    LOG_LEVEL: "silent",
    RATE_LIMIT_KEY_PER_MINUTE: "100000000",
    RATE_LIMIT_VISITOR_PER_MINUTE: "100000000",
    NODE_ENV: "development",
    ROOT_KEY: Buffer.alloc(32, 1).toString("base64"), // the same in every run, for a database that is used again
    RULES_DIR: RULES,
  };
  const server = await startProcess([ENRICH, "serve"], environment);
  running.push(server);
  const workers = String(availableParallelism());
  const several = await startProcess([ENRICH, "serve"], { ...environment, WORKERS: workers });
  running.push(several);
  const samples = JSON.stringify(await samplesOf(server.url, key));
  const floor = await startProcess(["--import", "tsx", FLOOR], {
    DATABASE_URL: databaseUrl,
    WORKSPACE_ID: workspaceId,
    SAMPLES: samples,
  });
  running.push(floor);

  const servers = [
    { name: "chat turns, one process", url: server.url },
    { name: `chat turns, ${workers} processes (WORKERS)`, url: several.url },
  ];
  for (const { url } of [floor, ...servers]) await load(url, key, 8); // warms them up
  await analyze(databaseUrl);
  for (const clients of CLIENTS) await compare(floor.url, servers, key, clients);
  console.log();
  await longConversation(server.url, key);
} finally {
  for (const { stop } of running) await stop();
  await postgres?.stop();
}
