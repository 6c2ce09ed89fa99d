import { v7 } from "uuid";
import { expect, test } from "vitest";
import { advisoryKey } from "../../../server/database/advisory-key.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createGroups, type Writing } from "../../../server/turn/group.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { asTwoProcesses, useDatabase } from "../../support/test-databases.ts";

const database = useDatabase("postgres");
const NOW = Date.UTC(2026, 0, 1);

/** Rows to write on, named by their platform; counted up as a turn counts a handle's revision up. */
async function rowsIn(workspace: Database, workspaceId: string, names: readonly string[]) {
  const ids = new Map(names.map((name) => [name, v7()]));
  await inWorkspace(workspace, workspaceId, async (tx) => {
    for (const [name, id] of ids) {
      await tx.raw(
        `insert into handles (workspace_id, id, platform, handle_key, index_version, revision, created_at)
         values (:workspaceId, :id, :name, sha256('key'), 1, 0, now())`,
        { workspaceId, id, name },
      );
    }
  });
  const writing = (name: string, lock = name): Writing => ({
    lock: advisoryKey("test", lock),
    handleId: ids.get(name) ?? v7(),
    customerId: ids.get(name) ?? v7(),
    statement: {
      sql: `update handles set revision = revision + 1 where workspace_id = :workspaceId and id = cast(:id as uuid)
            returning id`,
      bindings: { workspaceId, id: ids.get(name) ?? v7() },
    },
  });
  const counts = async () => {
    const rows = await inWorkspace(workspace, workspaceId, (tx) =>
      tx.raw<{ name: string; revision: number }>("select platform as name, revision from handles"),
    );
    return Object.fromEntries(rows.map(({ name, revision }) => [name, revision]));
  };
  return { writing, counts };
}

const fails = (workspaceId: string): Writing => ({
  lock: advisoryKey("test", "fails"),
  handleId: v7(),
  customerId: null,
  statement: {
    sql: "select 1 / cast(:zero as integer), cast(:workspaceId as uuid)",
    bindings: { zero: 0, workspaceId },
  },
});

test("what becomes ready while a group is being committed goes together in the next", async () => {
  const workspaceId = await createWorkspace(database(), "Groups", NOW);
  const names = Array.from({ length: 9 }, (_, index) => `row ${index}`);
  const { writing, counts } = await rowsIn(database(), workspaceId, names);
  const groups = createGroups(database());
  const before = database().statistics.trips;
  const written = await Promise.all(names.map((name) => groups.write(workspaceId, writing(name))));
  expect(written).toEqual(names.map(() => true));
  expect(database().statistics.trips - before).toBe(2); // the first alone, the others together
  expect(await counts()).toEqual(Object.fromEntries(names.map((name) => [name, 1])));
});

test("each hears of its own: one that fails fails alone, and one that finds nothing to write is told so", async () => {
  const workspaceId = await createWorkspace(database(), "Groups", NOW);
  const { writing, counts } = await rowsIn(database(), workspaceId, ["a", "b", "c"]);
  const groups = createGroups(database());
  const outcomes = await Promise.allSettled(
    [writing("a"), writing("b"), fails(workspaceId), writing("nobody"), writing("c")].map((one) =>
      groups.write(workspaceId, one),
    ),
  );
  expect(outcomes.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : "failed"))).toEqual([
    true,
    true,
    "failed",
    false,
    true,
  ]);
  expect(await counts()).toEqual({ a: 1, b: 1, c: 1 });
});

test("when the answer to a commit is lost, nothing is written again: everybody is told", async () => {
  const workspaceId = await createWorkspace(database(), "Groups", NOW);
  const { writing, counts } = await rowsIn(database(), workspaceId, ["a", "b", "c"]);
  const losing: Database = {
    ...database(),
    async session() {
      const session = await database().session();
      const run: typeof session.run = async (queries) => {
        await session.run(queries);
        throw new Error("Connection terminated unexpectedly");
      };
      return { ...session, run };
    },
  };
  const groups = createGroups(losing);
  const outcomes = await Promise.allSettled(
    ["a", "b", "c"].map((name) => groups.write(workspaceId, writing(name))),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(await counts()).toEqual({ a: 1, b: 1, c: 1 });
});

test("groups of two processes that write the same rows in opposite orders do not deadlock", async () => {
  await asTwoProcesses(async ([first, second]) => {
    const workspaceId = await createWorkspace(first, "Groups", NOW);
    const names = ["a", "b", "c", "d", "e", "f"];
    const { writing, counts } = await rowsIn(first, workspaceId, names);
    const [mine, theirs] = [createGroups(first), createGroups(second)];
    const rounds = 60;
    for (let round = 0; round < rounds; round += 1) {
      await Promise.all([
        ...names.map((name) => mine.write(workspaceId, writing(name, `mine ${name}`))),
        ...names.toReversed().map((name) => theirs.write(workspaceId, writing(name, `theirs ${name}`))),
      ]);
    }
    expect(await counts()).toEqual(Object.fromEntries(names.map((name) => [name, 2 * rounds])));
    expect([first.statistics.retries, second.statistics.retries]).toEqual([0, 0]);
  });
});

test("a group that waits for another process's lock does not stop the others", async () => {
  await asTwoProcesses(async ([first, second]) => {
    const workspaceId = await createWorkspace(first, "Groups", NOW);
    const { writing, counts } = await rowsIn(first, workspaceId, ["held", "free"]);
    const groups = createGroups(second);
    const writes: Promise<boolean>[] = [];
    await inWorkspace(
      first,
      workspaceId,
      async (tx) => {
        await tx.raw("select 1 as one"); // the lock is held from here on
        for (const name of ["held", "free"]) writes.push(groups.write(workspaceId, writing(name)));
        expect(await writes[1]).toBe(true);
        expect(await tx.raw("select revision from handles where platform = 'held'")).toEqual([
          { revision: 0 },
        ]);
      },
      { locks: [writing("held").lock] },
    );
    expect(await writes[0]).toBe(true);
    expect(await counts()).toEqual({ held: 1, free: 1 });
  });
});
