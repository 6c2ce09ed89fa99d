import { expect, test } from "vitest";
import { withinTime, type Patience } from "../../../server/limits/time-limit.ts";

const never = (error: unknown) => expect.unreachable(String(error));

test("what is done in time is answered, with what it returned or threw", async () => {
  expect(await withinTime(10_000, async ({ isOver }) => ({ isOver }), never)).toEqual({ isOver: false });
  const failed = withinTime(10_000, () => Promise.reject(new Error("failed")), never);
  await expect(failed).rejects.toThrow("failed");
});

test("who waits longer is told so, the work is told that nobody waits, and how it ends goes to the log", async () => {
  let seen: Patience | undefined;
  const ends: ((error: Error) => void)[] = [];
  const logged: unknown[] = [];
  const work = (patience: Patience) => {
    seen = patience;
    return new Promise<never>((_resolve, reject) => void ends.push(reject));
  };
  const late = withinTime(20, work, (error) => logged.push(error));
  await expect(late).rejects.toMatchObject({ code: "took_too_long", status: 503 });
  expect(seen).toEqual({ isOver: true });
  const error = new Error("in the end");
  ends[0]?.(error);
  await Promise.resolve();
  await expect.poll(() => logged).toEqual([error]);
});
