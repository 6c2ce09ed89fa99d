import { EventEmitter, once } from "node:events";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { advisoryKey } from "../../../server/database/advisory-key.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOW = Date.UTC(2026, 0, 1);

describe.each(DATABASE_KINDS)("in a workspace, on %s", (kind) => {
  const database = useDatabase(kind);

  test("a transaction begins in the trip of its first query, and its commit is one more", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const before = database().statistics.trips;
    await inWorkspace(database(), id, (tx) => tx.raw("select 1 as one"), { locks: [advisoryKey("a")] });
    expect(database().statistics.trips - before).toBe(2);
  });

  test("what a transaction left running may begin one of its own when it is over", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const over = new EventEmitter();
    const later = await inWorkspace(database(), id, async () => {
      const begun = once(over, "over").then(() =>
        inWorkspace(database(), id, (tx) => tx.raw("select 1 as one")),
      );
      return { begun };
    });
    over.emit("over");
    expect(await later.begun).toEqual([{ one: 1 }]);
  });

  test("rows arrive with the same types from both databases", async () => {
    const [row] = await inWorkspace(database(), v7(), (tx) =>
      tx.prepared(
        `select 9007199254740991::bigint as big, :at::timestamptz as at, :json::jsonb as json, :none::text as none,
           :flag::boolean as flag, :ids::uuid[] as ids, :bytes::bytea as bytes, ':text::text' as text`,
        {
          at: new Date(NOW),
          json: { a: [1] },
          none: null,
          flag: true,
          ids: [v7({ msecs: 0 })],
          bytes: Buffer.from([0, 255]),
        },
      ),
    );
    expect(row).toMatchObject({
      big: 9_007_199_254_740_991,
      at: new Date(NOW),
      json: { a: [1] },
      none: null,
      flag: true,
      text: ":text::text",
    });
  });
});

// The code is the same on both, so it is watched on one: see in-workspace.ts.
describe("in a workspace, on the embedded database", () => {
  const database = useDatabase("pglite");

  test("a transaction inside another's work is refused at once, and leaves both usable", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const count = () =>
      inWorkspace(database(), id, (tx) => tx.raw<{ n: number }>("select count(*) as n from workspaces"));
    const began = performance.now();
    const nested = inWorkspace(database(), id, async (tx) => {
      await tx.raw("select 1 as one");
      await Promise.all([tx.raw("select 2 as two"), count()]);
    });
    await expect(nested).rejects.toThrow("query its tx instead");
    expect(performance.now() - began).toBeLessThan(5_000);
    expect(await count()).toEqual([{ n: 1 }]);
  });
});
