import { AppError } from "../app-error.ts";

/** Messages of one person that may wait at once; a person does not type faster, so more is a flood. */
export const WAITING_MAX = 32;

export interface TurnQueue {
  /** Runs `work` after the work given earlier under the same key, whether or not that succeeded.
   *  Throws `too_many_waiting` when WAITING_MAX are waiting already. */
  run<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
}

/** Lets the messages of one handle take turns in this process, before any of them holds a database connection: otherwise
 *  one hot conversation would take the whole pool to wait for its own lock. */
export function createTurnQueue(waitingMax: number = WAITING_MAX): TurnQueue {
  const lines = new Map<string, { last: Promise<unknown>; length: number }>();

  return {
    async run(key, work) {
      const line = lines.get(key) ?? { last: Promise.resolve(), length: 0 };
      if (line.length > waitingMax) {
        throw new AppError(
          "too_many_waiting",
          "Too many messages of this person are waiting; try again in a second.",
        );
      }
      lines.set(key, line);
      line.length += 1;
      const mine = line.last.then(work);
      line.last = mine.catch(() => undefined);
      try {
        return await mine;
      } finally {
        line.length -= 1;
        if (line.length === 0) lines.delete(key);
      }
    },
  };
}
