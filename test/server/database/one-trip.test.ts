import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { advisoryKey } from "../../../server/database/advisory-key.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import type { WorkspaceTransaction } from "../../../server/database/in-workspace.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOW = Date.UTC(2026, 0, 1);
const INSERT = `
  insert into handles (workspace_id, id, platform, handle_key, index_version, revision, created_at)
  values (:workspaceId, :id, :handle, sha256('key'), 1, 1, now()) returning platform as handle`;

const add = (tx: WorkspaceTransaction, handle: string) =>
  [INSERT, { workspaceId: tx.workspaceId, id: v7(), handle }] as const;

describe.each(DATABASE_KINDS)("statements that travel together, on %s", (kind) => {
  const database = useDatabase(kind);
  const handlesOf = async (id: string) => {
    const rows = await inWorkspace(database(), id, (tx) =>
      tx.raw<{ handle: string }>("select platform as handle from handles order by platform"),
    );
    return rows.map(({ handle }) => handle);
  };

  test("run in their order, each seeing what those before it did, and cost one trip with the commit", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const before = database().statistics.trips;
    const rows = await inWorkspace(database(), id, async (tx) => {
      tx.later(...add(tx, "a"));
      tx.later(...add(tx, "b"));
      return tx.last<{ n: number }>("select cast(count(*) as integer) as n from handles");
    });
    expect(rows).toEqual([{ n: 2 }]);
    expect(database().statistics.trips - before).toBe(1);
    expect(await handlesOf(id)).toEqual(["a", "b"]);
  });

  const failing: Readonly<Record<string, (tx: WorkspaceTransaction) => Promise<unknown>>> = {
    "one that was sent for later": (tx) => {
      tx.later("select 1 / 0 as n");
      return tx.prepared(...add(tx, "b"));
    },
    "one that only the commit follows": async (tx) => tx.later("select 1 / 0 as n"),
    "the last one": (tx) => tx.last("select 1 / 0 as n"),
    "one that cannot even be parsed": (tx) => tx.last("select no_such_column / 0 as n"),
    "one whose failure the work ignores": async (tx) => {
      await tx.prepared("select 1 / 0 as n").catch(() => {});
      await tx.prepared(...add(tx, "b")).catch(() => {});
    },
    "the last one, whose failure the work ignores": (tx) => tx.last("select 1 / 0 as n").catch(() => {}),
  };
  test.each(Object.entries(failing))("all of them are undone by %s that fails", async (_which, work) => {
    const id = await createWorkspace(database(), "One", NOW);
    const attempt = inWorkspace(database(), id, async (tx) => {
      tx.later(...add(tx, "a"));
      await work(tx);
    });
    await expect(attempt).rejects.toThrow(/division by zero|no_such_column/u);
    expect(await handlesOf(id)).toEqual([]);
  });

  test("a statement that failed when it was first prepared may be prepared again", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const divide = (by: number) =>
      inWorkspace(database(), id, (tx) =>
        tx.prepared<{ n: number }>("select 6 / cast(:by as integer) as n", { by }),
      );
    await expect(divide(0)).rejects.toThrow("division by zero");
    expect(await divide(2)).toEqual([{ n: 3 }]);
    await expect(divide(0)).rejects.toThrow("division by zero");
    expect(await divide(3)).toEqual([{ n: 2 }]);
  });

  test("a value that cannot be sent fails before anything is, and the connection serves the next", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    const attempt = inWorkspace(database(), id, (tx) => {
      tx.later(...add(tx, "a"));
      return tx.prepared("select cast(:value as json)", { value: circular });
    });
    await expect(attempt).rejects.toThrow(/circular/u);
    expect(await handlesOf(id)).toEqual([]);
  });

  test("after the last one a transaction takes no more", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const attempt = inWorkspace(database(), id, async (tx) => {
      await tx.last(...add(tx, "a"));
      await tx.prepared(...add(tx, "b"));
    });
    await expect(attempt).rejects.toThrow("the transaction is over");
    expect(await handlesOf(id)).toEqual(["a"]);
  });

  test("work that asks for nothing makes no trip", async () => {
    const before = database().statistics.trips;
    await inWorkspace(database(), v7(), async () => {}, { locks: [advisoryKey("a")] });
    expect(database().statistics.trips).toBe(before);
  });
});

describe("a statement that takes too long, on postgres", () => {
  const database = useDatabase("postgres");

  test("ends its transaction, and neither role, workspace nor lock stay with the connection", async () => {
    const id = await createWorkspace(database(), "One", NOW);
    const lock = advisoryKey("slow");
    const attempt = inWorkspace(
      database(),
      id,
      async (tx) => {
        await tx.raw("set local statement_timeout = 50");
        tx.later(...add(tx, "a"));
        await tx.last("select pg_sleep(5)");
      },
      { locks: [lock] },
    );
    await expect(attempt).rejects.toMatchObject({ code: "57014" });
    const session = await database().session();
    const text = `
      select current_user <> session_user as role, coalesce(current_setting('app.workspace_id', true), '') as scope,
        (select count(*)::int from pg_locks where locktype = 'advisory') as locks,
        current_setting('statement_timeout') <> '50ms' as timeout`;
    const [[left] = []] = await session.run([{ text, values: [], name: null }]);
    await session.release("clean");
    expect(left).toEqual({ role: false, scope: "", locks: 0, timeout: true });
    const rows = await inWorkspace(database(), id, (tx) => tx.raw("select 1 from handles"));
    expect(rows).toEqual([]);
  });
});
