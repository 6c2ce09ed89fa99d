import { appendFile } from "node:fs/promises";
import type { Database } from "../database/database.ts";
import type { Log } from "../log.ts";
import { LEAVES_MAX, sealLeaves } from "./seal-leaves.ts";

/** A leaf waits no longer than this and the time that sealing takes, in all less than five seconds. */
export const SEAL_EVERY_MS = 2_000;

export interface Sealer {
  /** Seals what waits, and stops. */
  close(): Promise<void>;
}

export interface SealerOptions {
  /** Where each seal's root is appended, a line `workspace number hash`; kept apart from the database it shows that seals were
   *  made anew. The log has it in any case. */
  readonly rootsFile?: string | undefined;
  readonly everyMs?: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Seals a workspace's leaves in the background. A seal that fails is reported in the log, and its leaves wait for the next. */
export function startSealer(
  database: Database,
  workspaceId: string,
  log: Log,
  { rootsFile, everyMs = SEAL_EVERY_MS, clock }: SealerOptions,
): Sealer {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function sealAll(): Promise<void> {
    for (;;) {
      const seal = await sealLeaves(database, workspaceId, clock());
      if (seal === null) return;
      const root = seal.hash.toString("hex");
      log.info({ workspaceId, seal: seal.number, leaves: seal.leafCount, root }, "audit sealed");
      if (rootsFile !== undefined) {
        await appendFile(rootsFile, `${workspaceId} ${seal.number} ${root}\n`).catch((error: unknown) =>
          log.error({ err: error, seal: seal.number }, "the root could not be written to its file"),
        );
      }
      if (seal.leafCount < LEAVES_MAX) return;
    }
  }

  const report = (error: unknown) => log.error({ err: error }, "the audit could not be sealed");
  let sealing: Promise<void> = Promise.resolve();
  function next(): void {
    timer = setTimeout(() => {
      sealing = sealAll()
        .catch(report)
        .finally(() => {
          if (!closed) next();
        });
    }, everyMs);
    timer.unref();
  }
  next();

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await sealing;
      await sealAll().catch(report);
    },
  };
}
