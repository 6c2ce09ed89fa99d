import cluster from "node:cluster";
import type { Worker } from "node:cluster";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Environment } from "../environment.ts";
import type { Log } from "../log.ts";
import { Refusal } from "./refusal.ts";
import { waitForSignal } from "./wait-for-signal.ts";

const RESTART_DELAY_MS = 1_000; // one that dies at once must not be started thousands of times
const STOP = "stop";

/** Whether this process is the one that says what the first start has to say. */
export const isFirstServer = (): boolean => cluster.isPrimary || cluster.worker?.id === 1;

/** Serves with `count` processes that share one address, until a signal; one that dies is replaced. The first one starts alone, so
 *  that what can be refused is refused once, and migrations run once. Throws a Refusal when it does not come up: it has said
 *  why. */
export async function superviseWorkers(
  count: number,
  { HOST: host, PORT: port }: Pick<Environment, "HOST" | "PORT">,
  log: Log,
): Promise<void> {
  const stopped = waitForSignal();
  let isStopping = false;
  // Any free port, but the same for all of them, those too that come later.
  const settings = { PORT: String(port === 0 ? await freePort(host) : port) };
  const first = cluster.fork(settings);
  const [event] = await Promise.race([once(first, "listening").then(() => ["up"]), once(first, "exit")]);
  if (event !== "up") throw new Refusal([], event === 1 ? 1 : 2);

  cluster.on("exit", async (worker: Worker, code: number | null, signal: string | null) => {
    if (isStopping) return;
    log.error({ worker: worker.id, code, signal }, "a server process ended: another one takes its place");
    await sleep(RESTART_DELAY_MS);
    if (!isStopping) cluster.fork(settings);
  });
  for (let started = 1; started < count; started += 1) cluster.fork(settings);
  await stopped;
  isStopping = true;
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  await Promise.all(
    workers.map(async (worker) => {
      const ended = once(worker, "exit");
      worker.send(STOP);
      await ended;
    }),
  );
}

async function freePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}

/** Resolves when this process is to stop: at a signal, or, where it is one of several, when the one that supervises them says so
 *  or is gone. Ctrl-C reaches all of them at once: there it is the other's business. */
export function waitForStop(): Promise<string> {
  if (cluster.isPrimary) return waitForSignal();
  return new Promise((resolve) => {
    process.on("SIGINT", () => {});
    process.on("SIGTERM", () => resolve("SIGTERM"));
    process.once("disconnect", () => resolve("the end of the supervisor"));
    process.on("message", (message) => {
      if (message === STOP) resolve("the supervisor");
    });
  });
}
