import { AppError } from "../app-error.ts";

export interface FairGateOptions {
  /** How much work is done at once. */
  readonly atOnce: number;
  /** How much of it may be one workspace's. */
  readonly eachMax: number;
  /** How many of a workspace may wait. */
  readonly waitingMax: number;
}

export interface FairGate {
  /** Runs `work` when it is its turn. Throws `too_many_waiting` when too many of the workspace wait already.
   *  `isWanted`: asked when its turn comes; when nobody waits for it any more it is left out, and `too_late` is thrown. */
  run<Result>(workspaceId: string, work: () => Promise<Result>, isWanted?: () => boolean): Promise<Result>;
}

interface Line {
  readonly waiting: (() => void)[];
  running: number;
}

/** Lets workspaces take turns, before any of them holds a database connection: of those with work waiting each gets the next
 *  free place in turn, so that one at full load makes another wait for a place, and not for its whole queue. */
export function createFairGate({ atOnce, eachMax, waitingMax }: FairGateOptions): FairGate {
  // In the order of their turns.
  const lines = new Map<string, Line>();
  let running = 0;

  function next(): void {
    for (const [workspaceId, line] of lines) {
      if (running >= atOnce) return;
      if (line.running >= eachMax) continue;
      const start = line.waiting.shift();
      if (start === undefined) continue;
      // To the end: it had its turn. The loop meets it again there, if places are left.
      lines.delete(workspaceId);
      lines.set(workspaceId, line);
      line.running += 1;
      running += 1;
      start();
    }
  }

  return {
    async run(workspaceId, work, isWanted = () => true) {
      const line = lines.get(workspaceId) ?? { waiting: [], running: 0 };
      if (line.waiting.length >= waitingMax) {
        throw new AppError(
          "too_many_waiting",
          "Too many requests of this workspace are waiting; try again in a second.",
        );
      }
      lines.set(workspaceId, line);
      if (running < atOnce && line.running < eachMax && line.waiting.length === 0) {
        line.running += 1;
        running += 1;
      } else {
        await new Promise<void>((resolve) => void line.waiting.push(resolve));
      }
      try {
        if (!isWanted()) throw new AppError("took_too_long", "Nobody waits for this answer any more.");
        return await work();
      } finally {
        line.running -= 1;
        running -= 1;
        if (line.running === 0 && line.waiting.length === 0) lines.delete(workspaceId);
        next();
      }
    },
  };
}
