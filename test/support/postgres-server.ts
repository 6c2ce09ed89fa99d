import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmod, chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { postgresBinaries, runAsUser } from "./postgres-binaries.ts";
import type { PostgresBinaries, RunAs } from "./postgres-binaries.ts";

const START_TIMEOUT_MS = 30_000;
const READY = "database system is ready to accept connections";

const SETTINGS = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"];
// Durability is for data that somebody wants to keep.
const FORGETFUL = ["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

// The pipe to its standard input closes when the tests end, however they end: then the server stops and its files go.
const GUARD = `
  trap '' INT TERM HUP
  scratch=$1; shift
  "$@" </dev/null & server=$!
  cat >/dev/null
  kill -INT $server; wait $server
  rm -rf "$scratch"`;

export interface PostgresServer {
  /** The superuser's address of the database "postgres". */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a PostgreSQL server of its own on a free port of the loopback interface, in a temporary folder. `durable`: with
 *  PostgreSQL's own settings for surviving a crash, as a benchmark needs it; tests do without, for speed. */
export async function startPostgres(options: { readonly durable?: boolean } = {}): Promise<PostgresServer> {
  const runAs = runAsUser();
  const scratch = await mkdtemp(join(tmpdir(), "enrich-postgres-"));
  try {
    await chmod(scratch, 0o700);
    if (runAs.uid !== undefined) await chown(scratch, runAs.uid, runAs.gid);
    const binaries = await postgresBinaries(scratch, runAs);
    const password = randomBytes(16).toString("hex");
    const data = await createCluster(binaries, scratch, password, runAs);
    const port = await freePort();
    const stop = await serve(
      binaries,
      scratch,
      data,
      port,
      runAs,
      options.durable ? SETTINGS : [...SETTINGS, ...FORGETFUL],
    );
    return { url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`, stop };
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    throw error;
  }
}

async function createCluster(
  { initdb }: PostgresBinaries,
  scratch: string,
  password: string,
  runAs: RunAs,
): Promise<string> {
  const data = join(scratch, "data");
  const passwordFile = join(scratch, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (runAs.uid !== undefined) await chown(passwordFile, runAs.uid, runAs.gid);
  const options = ["--username=postgres", `--pwfile=${passwordFile}`, "--auth=scram-sha-256"];
  const encoding = ["--encoding=UTF8", "--locale=C", "--no-sync"];
  await promisify(execFile)(initdb, [`--pgdata=${data}`, ...options, ...encoding], {
    ...runAs,
    cwd: scratch,
  });
  await rm(passwordFile);
  return data;
}

async function serve(
  { postgres }: PostgresBinaries,
  scratch: string,
  data: string,
  port: number,
  runAs: RunAs,
  settings: readonly string[],
): Promise<() => Promise<void>> {
  const command = [
    postgres,
    "-D",
    data,
    "-p",
    String(port),
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const guard = spawn("sh", ["-c", GUARD, "guard", scratch, ...command], {
    ...runAs,
    cwd: tmpdir(),
    detached: true, // an interrupt at the terminal is for the tests; the guard sees them end
    stdio: ["pipe", "ignore", "pipe"],
  });
  const ended = new Promise<void>((resolve) => guard.once("exit", () => resolve()));
  const stop = async () => {
    guard.stdin.end();
    await ended;
    await rm(scratch, { recursive: true, force: true });
  };
  let log = "";
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`PostgreSQL did not start: ${why}\n${log}`));
    const timer = setTimeout(() => fail("it took too long"), START_TIMEOUT_MS);
    guard.once("error", (error) => fail(error.message));
    guard.once("exit", () => fail("it ended"));
    guard.stderr.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-10_000);
      if (/FATAL/u.test(log)) fail("see its log");
      if (!log.includes(READY)) return;
      clearTimeout(timer);
      guard.stderr.removeAllListeners("data").resume();
      resolve();
    });
  }).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return stop;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => (typeof address === "object" && address !== null ? resolve(address.port) : reject()));
    });
  });
}
