import type { Log } from "../log.ts";
import type { Store } from "../privacy/store.ts";
import { SWEEPER, sweepRetention } from "./sweep.ts";

const FIRST_MS = 60_000; // a server that starts has other things to do
const INTERVAL_MS = 60 * 60 * 1000;

export interface Sweeping {
  /** Ends it, when the erasure under way is done. */
  stop(): Promise<void>;
}

/** Sweeps every hour until it is stopped. A sweep that fails is logged, and the next one tries again. */
export function sweepHourly(
  store: Store,
  workspaceId: string,
  log: Log,
  { firstMs = FIRST_MS, intervalMs = INTERVAL_MS } = {},
): Sweeping {
  let isStopped = false;
  let sweeping: Promise<void> = Promise.resolve();
  const options = { actor: SWEEPER, clock: Date.now, isStopped: () => isStopped };
  const sweep = async () => {
    try {
      const swept = await sweepRetention(store, workspaceId, options);
      if (swept.customers + swept.conversations > 0)
        log.info(swept, "retention: erased who was silent for too long");
    } catch (error) {
      log.error({ err: error }, "the retention sweep failed; the next one tries again");
    }
    if (!isStopped) wait(intervalMs);
  };
  let timer: NodeJS.Timeout;
  const wait = (ms: number) => {
    timer = setTimeout(() => (sweeping = sweep()), ms);
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
