import { sweepIdempotency } from "../idempotency/sweep.ts";
import type { Log } from "../log.ts";
import type { Store } from "../privacy/store.ts";
import { listWorkspaceIds } from "../workspaces/workspaces.ts";
import { SWEEPER, sweepRetention } from "./sweep.ts";

const FIRST_MS = 60_000; // a server that starts has other things to do
const INTERVAL_MS = 60 * 60 * 1000;

export interface Sweeping {
  /** Ends it, when the erasure under way is done. */
  stop(): Promise<void>;
}

/** Sweeps every workspace, every hour until it is stopped. A sweep that fails is logged, stops no other workspace's, and is tried
 *  again by the next one. */
export function sweepHourly(
  store: Store,
  log: Log,
  { firstMs = FIRST_MS, intervalMs = INTERVAL_MS } = {},
): Sweeping {
  let isStopped = false;
  let sweeping: Promise<void> = Promise.resolve();
  const options = { actor: SWEEPER, clock: Date.now, isStopped: () => isStopped };
  const sweep = async (workspaceId: string) => {
    try {
      const swept = await sweepRetention(store, workspaceId, options);
      if (swept.customers + swept.conversations > 0)
        log.info({ workspaceId, ...swept }, "retention: erased who was silent for too long");
      await sweepIdempotency(store.database, workspaceId, options.clock());
    } catch (error) {
      log.error({ err: error, workspaceId }, "the retention sweep failed; the next one tries again");
    }
  };
  const sweepAll = async () => {
    try {
      for (const workspaceId of await listWorkspaceIds(store.database)) {
        if (isStopped) return;
        await sweep(workspaceId);
      }
    } catch (error) {
      log.error({ err: error }, "the workspaces to be swept could not be listed; the next sweep tries again");
    }
    if (!isStopped) wait(intervalMs);
  };
  let timer: NodeJS.Timeout;
  const wait = (ms: number) => {
    timer = setTimeout(() => (sweeping = sweepAll()), ms);
    timer.unref();
  };
  wait(firstMs);
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await sweeping;
    },
  };
}
