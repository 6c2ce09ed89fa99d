import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { advisoryKey } from "../../../server/database/advisory-key.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import type { WorkspaceTransaction } from "../../../server/database/in-workspace.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOW = Date.UTC(2026, 0, 1);

const addHandle = (tx: WorkspaceTransaction, handle: string) =>
  tx.raw(
    `insert into handles (workspace_id, id, platform, handle_key, index_version, revision, created_at)
     values (:workspaceId, :id, :handle, sha256('key'), 1, 1, now())`,
    { workspaceId: tx.workspaceId, id: v7(), handle },
  );

const lock = (tx: WorkspaceTransaction, name: string) =>
  tx.raw("select pg_advisory_xact_lock(:key)", { key: advisoryKey(name) });

const handlesOf = (tx: WorkspaceTransaction) =>
  tx.raw<{ handle: string }>("select platform as handle from handles order by platform");

/** Resolves for all once `count` have arrived. */
function meetingOf(count: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length === count) for (const goOn of waiting) goOn();
    });
}

describe("transactions on a server", () => {
  const database = useDatabase("postgres");

  test("the victim of a deadlock runs again, and both commit once", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const bothHoldOne = meetingOf(2);
    const cross = (first: string, second: string) => {
      let run = 0;
      return inWorkspace(database(), id, async (tx) => {
        run += 1;
        await addHandle(tx, `${first} then ${second}`);
        await lock(tx, first);
        if (run === 1) await bothHoldOne();
        await lock(tx, second);
        return run;
      });
    };
    const runs = await Promise.all([cross("a", "b"), cross("b", "a")]);

    expect(runs.toSorted()).toEqual([1, 2]);
    expect(database().statistics.retries).toBe(1);
    const handles = await inWorkspace(database(), id, handlesOf);
    expect(handles).toEqual([{ handle: "a then b" }, { handle: "b then a" }]);
  });

  test("who cannot be serialized five times gives up with the database's error", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    let runs = 0;
    const always = inWorkspace(database(), id, async () => {
      runs += 1;
      throw Object.assign(new Error("could not serialize"), { code: "40001" });
    });
    await expect(always).rejects.toThrow("could not serialize");
    expect(runs).toBe(5);
  });

  test("transactions with the same lock run one after the other", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    let inside = 0;
    let insideMax = 0;
    const visit = async (tx: WorkspaceTransaction) => {
      await tx.raw("select 1");
      inside += 1;
      insideMax = Math.max(insideMax, inside);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inside -= 1;
    };
    const visits = Array.from({ length: 10 }, () =>
      inWorkspace(database(), id, visit, { locks: [advisoryKey("handle", "h")] }),
    );
    await Promise.all(visits);
    expect(insideMax).toBe(1);
  });
});

describe.each(DATABASE_KINDS)("what a transaction leaves behind, on %s", (kind) => {
  const database = useDatabase(kind);

  test("neither role, workspace nor lock stay with the connection, whether it commits or fails", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const held = advisoryKey("left behind");
    for (const sql of ["select 1", "select 1 / 0", "select no_such_column"]) {
      await inWorkspace(database(), id, (tx) => tx.raw(sql), { locks: [held] }).catch(() => {});
    }
    const session = await database().session();
    const text = `
      select current_user <> session_user as role, coalesce(current_setting('app.workspace_id', true), '') as scope,
        (select count(*)::int from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()) as locks`;
    const [[left] = []] = await session.run([{ text, values: [], name: null }]);
    await session.release("clean");
    expect(left).toEqual({ role: false, scope: "", locks: 0 });
  });

  test("work that fails leaves nothing written", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const failing = inWorkspace(database(), id, async (tx) => {
      await addHandle(tx, "h");
      throw new Error("changed my mind");
    });
    await expect(failing).rejects.toThrow("changed my mind");
    expect(await inWorkspace(database(), id, handlesOf)).toEqual([]);
  });

  test("work that ignores a failed query fails all the same, instead of a commit that commits nothing", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const careless = inWorkspace(database(), id, async (tx) => {
      await addHandle(tx, "h");
      await tx.raw("select 1 / 0").catch(() => {});
    });
    await expect(careless).rejects.toThrow("division by zero");
    expect(await inWorkspace(database(), id, handlesOf)).toEqual([]);
  });

  test("a transaction that is over takes no more queries", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const kept: WorkspaceTransaction[] = [];
    await inWorkspace(database(), id, async (tx) => {
      kept.push(tx);
    });
    await expect(kept[0]?.raw("select 1")).rejects.toThrow("the transaction is over");
  });

  test("an error's message does not quote the values", async () => {
    const wrong = inWorkspace(database(), v7(), (tx) =>
      tx.raw("select :secret::text::int", { secret: "mike@a.example" }),
    );
    await expect(wrong).rejects.toThrow(/select \$1/u);
  });
});
