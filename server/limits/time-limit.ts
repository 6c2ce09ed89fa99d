import { AppError } from "../app-error.ts";

/** What takes part in a request may ask whether anybody still waits for it. */
export interface Patience {
  /** True from when the caller was answered that it took too long. */
  readonly isOver: boolean;
}

/** The result of `work`, or `took_too_long` after `ms`. What was begun is not undone: a transaction under way ends as it would have,
 *  and what looks at `patience` begins no other. `onLate`: how the work ended after that, for the log. */
export async function withinTime<Result>(
  ms: number,
  work: (patience: Patience) => Promise<Result>,
  onLate: (error: unknown) => void,
): Promise<Result> {
  const patience = { isOver: false };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      patience.isOver = true;
      const message = `This took longer than ${ms / 1000} seconds. What was begun may still be carried out.`;
      reject(new AppError("took_too_long", message));
    }, ms);
  });
  const working = work(patience);
  try {
    return await Promise.race([working, late]);
  } catch (error) {
    if (patience.isOver) working.catch(onLate);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
