import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createFairGate, type FairGateOptions } from "../../../server/limits/fair-gate.ts";

/** Work that ends when it is told to, and the order in which it began. */
function bench(options: FairGateOptions) {
  const gate = createFairGate(options);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (workspaceId: string, name: string, isWanted?: () => boolean) =>
    gate.run(
      workspaceId,
      () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.push(() => resolve(name)));
      },
      isWanted,
    );
  /** Ends what runs for the longest. */
  const endOne = async () => {
    ends.shift()?.();
    for (let tick = 0; tick < 5; tick += 1) await Promise.resolve();
  };
  return { ask, begun, ends, endOne };
}

test("a workspace that comes later does not wait behind all that another has waiting", async () => {
  const { ask, begun, endOne } = bench({ atOnce: 2, eachMax: 2, waitingMax: 10 });
  const asked = ["a1", "a2", "a3", "a4", "a5"].map((name) => ask("a", name));
  asked.push(ask("b", "b1"), ask("b", "b2"), ask("c", "c1"));
  expect(begun).toEqual(["a1", "a2"]);
  for (let left = asked.length; left > 0; left -= 1) await endOne();
  expect(begun).toEqual(["a1", "a2", "a3", "b1", "c1", "a4", "b2", "a5"]);
  expect(await Promise.all(asked)).toHaveLength(8);
});

test("of the places, one workspace never has more than its share, and another finds one free at once", async () => {
  const { ask, begun, endOne } = bench({ atOnce: 3, eachMax: 2, waitingMax: 10 });
  const asked = ["a1", "a2", "a3"].map((name) => ask("a", name));
  asked.push(ask("b", "b1"));
  expect(begun).toEqual(["a1", "a2", "b1"]);
  for (let left = asked.length; left > 0; left -= 1) await endOne();
  expect(begun).toEqual(["a1", "a2", "b1", "a3"]);
  await Promise.all(asked);
});

test("more than may wait are refused, of this workspace alone; what nobody wants any more is left out", async () => {
  const { ask, begun, endOne } = bench({ atOnce: 1, eachMax: 1, waitingMax: 2 });
  let isWanted = true;
  const asked = [ask("a", "a1"), ask("a", "a2", () => isWanted), ask("a", "a3")];
  await expect(ask("a", "a4")).rejects.toMatchObject({ code: "too_many_waiting", status: 429 });
  asked.push(ask("b", "b1"));
  isWanted = false;
  const ended = Promise.allSettled(asked);
  for (let left = 4; left > 0; left -= 1) await endOne();
  expect(begun).toEqual(["a1", "b1", "a3"]);
  expect((await ended).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "fulfilled",
  ]);
});

test("law: whatever fails, all is done, in its workspace's order, within the limits, and nobody is passed over", async () => {
  const asks = fc.array(fc.record({ who: fc.constantFrom("a", "b", "c"), fails: fc.boolean() }), {
    maxLength: 40,
  });
  const sizes = fc.record({
    atOnce: fc.integer({ min: 1, max: 5 }),
    eachMax: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(asks, sizes, async (jobs, { atOnce, eachMax }) => {
      const gate = createFairGate({ atOnce, eachMax, waitingMax: 100 });
      const running = new Map<string, number>();
      const order: { who: string; index: number; others: number }[] = [];
      const work = (who: string, index: number, fails: boolean) => async () => {
        running.set(who, (running.get(who) ?? 0) + 1);
        const counts = [...running.values()];
        expect(running.get(who)).toBeLessThanOrEqual(eachMax);
        expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(atOnce);
        order.push({ who, index, others: counts.filter((count) => count > 0).length });
        await new Promise((resolve) => setImmediate(resolve));
        running.set(who, (running.get(who) ?? 0) - 1);
        if (fails) throw new Error("failed");
      };
      const ended = await Promise.allSettled(
        jobs.map(({ who, fails }, index) => gate.run(who, work(who, index, fails))),
      );
      expect(ended.map(({ status }) => status === "rejected")).toEqual(jobs.map(({ fails }) => fails));
      for (const name of ["a", "b", "c"]) {
        const own = order.filter(({ who }) => who === name).map(({ index }) => index);
        expect(own).toEqual(own.toSorted((one, other) => one - other));
      }
    }),
    { numRuns: 50 },
  );
});
