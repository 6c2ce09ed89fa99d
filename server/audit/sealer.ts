import { appendFile } from "node:fs/promises";
import type { Database } from "../database/database.ts";
import { takeTouched } from "../database/in-workspace.ts";
import type { Log } from "../log.ts";
import { INSTALLATION_ID, listWorkspaceIds } from "../workspaces/workspaces.ts";
import type { Root } from "./post-roots.ts";
import { LEAVES_MAX, sealLeaves } from "./seal-leaves.ts";

/** A leaf waits no longer than this and the time that sealing takes, in all less than five seconds. */
export const SEAL_EVERY_MS = 2_000;
const OTHERS_AT_ONCE = 20; // an installation of a hundred quiet workspaces is gone through in ten seconds

export interface Sealer {
  /** Seals what waits, and stops. */
  close(): Promise<void>;
}

export interface SealerOptions {
  /** Where each seal's root is appended, a line `workspace number hash`; kept apart from the database it shows that seals were
   *  made anew. The log has it in any case. */
  readonly rootsFile?: string | undefined;
  /** Gets each root as well; it must neither wait nor throw. */
  readonly onRoot?: (root: Root) => void;
  readonly everyMs?: number;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
}

/** Seals every workspace's leaves in the background: each time those of the workspaces in which this process was at work, and
 *  in turn some of the others, where a command or a process that ended may have left some. A seal that fails is reported in the log,
 *  stops no other workspace's, and its leaves wait for the next. */
export function startSealer(
  database: Database,
  log: Log,
  { rootsFile, onRoot = () => {}, everyMs = SEAL_EVERY_MS, clock }: SealerOptions,
): Sealer {
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let others: readonly string[] = [];

  async function sealAll(workspaceIds: Iterable<string>): Promise<void> {
    for (const workspaceId of workspaceIds) {
      try {
        await sealWorkspace(workspaceId);
      } catch (error) {
        log.error({ err: error, workspaceId }, "the audit could not be sealed");
      }
    }
  }

  async function sealWorkspace(workspaceId: string): Promise<void> {
    for (;;) {
      const seal = await sealLeaves(database, workspaceId, clock());
      if (seal === null) return;
      const root = seal.hash.toString("hex");
      log.info({ workspaceId, seal: seal.number, leaves: seal.leafCount, root }, "audit sealed");
      onRoot({ workspaceId, seal: seal.number, root, at: seal.at });
      if (rootsFile !== undefined) {
        await appendFile(rootsFile, `${workspaceId} ${seal.number} ${root}\n`).catch((error: unknown) =>
          log.error({ err: error, seal: seal.number }, "the root could not be written to its file"),
        );
      }
      if (seal.leafCount < LEAVES_MAX) return;
    }
  }

  async function sealSome(): Promise<void> {
    await sealAll(takeTouched(database));
    if (others.length === 0) others = [INSTALLATION_ID, ...(await listWorkspaceIds(database))];
    const next = others.slice(0, OTHERS_AT_ONCE);
    others = others.slice(OTHERS_AT_ONCE);
    await sealAll(next);
  }

  const report = (error: unknown) => log.error({ err: error }, "the workspaces to be sealed were not listed");
  let sealing: Promise<void> = Promise.resolve();
  function next(): void {
    timer = setTimeout(() => {
      sealing = sealSome()
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
      await sealAll(takeTouched(database));
    },
  };
}
