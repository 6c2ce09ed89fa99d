import { EventEmitter, once } from "node:events";
import { expect, test } from "vitest";
import { createTurnQueue } from "../../../server/turn/turn-queue.ts";

const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

test("work of one key runs one after the other, in the order in which it came", async () => {
  const queue = createTurnQueue();
  const log: string[] = [];
  const work = (name: string) => async () => {
    log.push(`${name} begins`);
    await tick();
    log.push(`${name} ends`);
  };
  await Promise.all([queue.run("a", work("1")), queue.run("a", work("2")), queue.run("a", work("3"))]);
  expect(log).toEqual(["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]);
});

test("work of different keys does not wait", async () => {
  const queue = createTurnQueue();
  const never = queue.run("a", () => new Promise<never>(() => {}));
  expect(await queue.run("b", async () => "done")).toBe("done");
  void never;
});

test("work that fails does not fail the next", async () => {
  const queue = createTurnQueue();
  const failing = queue.run("a", async () => {
    throw new Error("no");
  });
  const next = queue.run("a", async () => "done");
  await expect(failing).rejects.toThrow("no");
  expect(await next).toBe("done");
});

test("who finds the queue full is told so at once, and later it takes work again", async () => {
  const queue = createTurnQueue(2);
  const gate = new EventEmitter();
  const waiting = [1, 2, 3].map(() => queue.run("a", () => once(gate, "open")));
  await expect(queue.run("a", async () => {})).rejects.toMatchObject({ code: "too_many_waiting" });
  for (let left = 3; left > 0; left -= 1) {
    await tick();
    gate.emit("open");
  }
  await Promise.all(waiting);
  expect(await queue.run("a", async () => "done")).toBe("done");
});
