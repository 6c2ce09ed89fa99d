import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { claim, KEPT_MS, LOCK_MS, prolong, release, settle } from "../../../server/idempotency/claims.ts";
import { sweepIdempotency } from "../../../server/idempotency/sweep.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import {
  asTwoProcesses,
  DATABASE_KINDS,
  openTestDatabase,
  useDatabase,
} from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

const NOW = Date.UTC(2026, 0, 1);

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

const callerIn = (workspaceId: string, id = "k") =>
  ({ workspaceId, actor: { kind: "api_key", id }, kind: "key", scopes: [] }) as const;

describe.each(DATABASE_KINDS)("claims on %s", (kind) => {
  const database = useDatabase(kind);

  async function begin() {
    const workspaceId = await createWorkspace(database(), "Claims", NOW);
    const store = storeOf(database());
    const take = async (key: string, request: string, now = NOW, caller = callerIn(workspaceId)) => {
      const taken = await claim(store, caller, key, request, now);
      if ("answer" in taken) throw new Error(`answered ${taken.answer}`);
      return taken;
    };
    return { workspaceId, store, take };
  }

  test("one carries a request out; others hear that it is under way, then its answer, and another request is refused", async () => {
    const { workspaceId, store, take } = await begin();
    const first = await take("k1", "body");
    await expect(take("k1", "body")).rejects.toMatchObject({ code: "idempotency_in_progress", status: 409 });
    await expect(take("k1", "other")).rejects.toMatchObject({ code: "idempotency_key_reused", status: 422 });
    await take("k1", "other", NOW, callerIn(workspaceId, "another key"));
    await settle(store, workspaceId, first, '{"body":1}', NOW);
    await expect(take("k1", "body")).rejects.toThrow('answered {"body":1}');
    await expect(take("k1", "other")).rejects.toMatchObject({ code: "idempotency_key_reused" });
    await take("k1", "other", NOW + KEPT_MS); // a day later it is another day's key
  });

  test("an attempt that died gives way when its lock is over, one that lives does not, and only the last one's answer counts", async () => {
    const { workspaceId, store, take } = await begin();
    const dead = await take("k1", "body");
    await prolong(store, workspaceId, dead, NOW + LOCK_MS - 1);
    await expect(take("k1", "body", NOW + LOCK_MS)).rejects.toMatchObject({
      code: "idempotency_in_progress",
    });
    const second = await take("k1", "body", NOW + 2 * LOCK_MS);
    await settle(store, workspaceId, dead, '"late"', NOW);
    await release(store, workspaceId, dead);
    await expect(take("k1", "body")).rejects.toMatchObject({ code: "idempotency_in_progress" });
    await release(store, workspaceId, second);
    await take("k1", "other");
  });

  test("the sweep forgets what is older than a day, and destroys the data keys of its answers", async () => {
    const { workspaceId, store, take } = await begin();
    await settle(store, workspaceId, await take("old", "body"), '"old"', NOW);
    const later = NOW + KEPT_MS + 3 * 60 * 60 * 1000;
    await settle(store, workspaceId, await take("new", "body", later), '"new"', later);
    await sweepIdempotency(database(), workspaceId, later);
    const counted = await inWorkspace(database(), workspaceId, (tx) =>
      tx.raw(`select (select count(*) from idempotency_keys) as keys, (select count(*) from idempotency_drawers) as drawers,
        (select count(*) from data_keys) as data_keys`),
    );
    expect(counted).toEqual([{ keys: 1, drawers: 1, data_keys: 1 }]);
    await expect(take("new", "body", later)).rejects.toThrow('answered "new"');
  });
});

test("of the same request in two processes at once, one is carried out", async () => {
  await asTwoProcesses(async (processes) => {
    const workspaceId = await createWorkspace(processes[0], "Two", NOW);
    for (let round = 0; round < 10; round += 1) {
      const taken = await Promise.allSettled(
        [...processes, ...processes].map((database) =>
          claim(storeOf(database), callerIn(workspaceId), `k${round}`, "body", NOW),
        ),
      );
      const refused = taken.flatMap((result) => (result.status === "rejected" ? [result.reason.code] : []));
      expect(refused).toEqual([
        "idempotency_in_progress",
        "idempotency_in_progress",
        "idempotency_in_progress",
      ]);
    }
  });
});

const filter = (name: string) => ({ name, filter: { tag: ["vip"] } });

describe("over HTTP", () => {
  let database: Database;
  let server: TestServer;
  beforeAll(async () => {
    database = await openTestDatabase("pglite");
    server = await startServer(database, pack);
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  const write = (key: string | null, path: string, body: object, method = "POST") =>
    server.fetch(path, {
      method,
      body: JSON.stringify(body),
      headers: key === null ? {} : { "Idempotency-Key": key },
    });
  test("the same key and body gets the stored answer, its status and its headers, and nothing is done twice", async () => {
    const first = await write("f-1", "/v1/filters", filter("VIPs"));
    expect([first.status, first.headers.get("idempotency-replayed")]).toEqual([201, null]);
    const again = await write('"f-1"', "/v1/filters", filter("VIPs"));
    expect([again.status, again.headers.get("idempotency-replayed")]).toEqual([201, "true"]);
    expect(again.text).toBe(first.text);
    expect((await server.fetch("/v1/filters")).body.filters).toHaveLength(1);

    const other = await write("f-1", "/v1/filters", filter("Others"));
    expect([other.status, other.body.code]).toEqual([422, "idempotency_key_reused"]);
    const elsewhere = await write("f-1", "/v1/retention", { days: 9 }, "PUT");
    expect([elsewhere.status, elsewhere.body.code]).toEqual([422, "idempotency_key_reused"]);
    const deleted = () => write("f-2", `/v1/filters/${first.body.id}`, {}, "DELETE");
    expect([(await deleted()).status, (await deleted()).status]).toEqual([204, 204]);
  });

  test("a refusal is an answer too; a request that was none may be put right under the same key", async () => {
    await write(null, "/v1/filters", filter("Taken"));
    const refused = await write("r-1", "/v1/filters", filter("Taken"));
    const again = await write("r-1", "/v1/filters", filter("Taken"));
    expect([refused.body.code, again.body.code]).toEqual(["filter_exists", "filter_exists"]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(again.body.instance).not.toBe(refused.body.instance);

    expect((await write("r-2", "/v1/filters", { name: "" })).status).toBe(400);
    expect((await write("r-2", "/v1/filters", filter("Right"))).status).toBe(201);
    for (const key of ["", "two words", "a".repeat(256), 'quo"te', "ünique"]) {
      const wrong = await fetch(`${server.url}/v1/filters`, {
        method: "POST",
        headers: {
          authorization: `Bearer ${server.key}`,
          "content-type": "application/json",
          "idempotency-key": key,
        },
        body: JSON.stringify(filter("Wrong")),
      });
      expect(await wrong.json()).toMatchObject({ status: 400, code: "invalid_request" });
    }
  });

  test("a refusal that is given again says all that it said, where to upgrade, too", async () => {
    const workspaceId = await createWorkspace(database, "On Starter", NOW);
    const starter = await startServer(database, pack, null, { workspaceId });
    const send = (path: string, body: object) =>
      starter.fetch(path, {
        method: "POST",
        body: JSON.stringify(body),
        headers: { "Idempotency-Key": path },
      });
    expect((await send("/v1/actions", { action: "customer_enrichment" })).status).toBe(201);
    const activate = () => send("/v1/actions/customer_enrichment/activate", {});
    const [first, again] = [await activate(), await activate()];
    expect(first.body).toMatchObject({ status: 402, upgradeUrl: "/v1/billing" });
    expect(again.body).toEqual({ ...first.body, instance: again.body.instance });
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    await starter.close();
  });

  test("an API key is shown once: its answer is not stored", async () => {
    const body = { label: "once", scopes: ["chat"] };
    expect((await write("s-1", "/v1/keys", body)).status).toBe(201);
    const again = await write("s-1", "/v1/keys", body);
    expect([again.status, again.body.code]).toEqual([409, "answer_not_kept"]);
    const { keys } = (await server.fetch("/v1/keys")).body;
    expect(keys.filter(({ label }: { label: string }) => label === "once")).toHaveLength(1);
  });

  test("a message with the key is taken once, even when its stored answer is lost with a process", async () => {
    const message = { handle: "idem", text: "my email is idem@work.example" };
    const first = await write("m-1", "/v1/chat", message);
    expect((await write("m-1", "/v1/chat", message)).text).toBe(first.text);
    const { workspaceId } = server;
    await inWorkspace(database, workspaceId, (tx) => tx.raw("delete from idempotency_keys"));
    const retried = await write("m-1", "/v1/chat", message);
    expect([retried.text, retried.headers.get("idempotency-replayed")]).toEqual([first.text, null]);
    const stolen = await write("m-1", "/v1/chat", { ...message, handle: "somebody else" });
    expect([stolen.status, stolen.body.code]).toEqual([422, "idempotency_key_reused"]);
    const conversation = await server.fetch(`/v1/conversations/${first.body.conversationId}`);
    expect(conversation.body.turn).toBe(1);
  });

  test("an erasure makes every stored answer unreadable, and nothing is done again", async () => {
    const said = await server.chat({ handle: "gone", text: "my name is Xanthippe" });
    const id = said.customer?.id ?? "";
    const noted = await write("e-2", `/v1/customers/${id}/notes`, { text: "Xanthippe called" });
    expect(noted.status).toBe(201);
    await server.chat({ handle: "stays", text: "my name is Mike" });
    const kept = await write("e-3", "/v1/filters", filter("Kept"));
    const erased = await write("e-4", `/v1/customers/${id}`, { confirm: id }, "DELETE");
    expect(erased.status).toBe(200);
    for (const again of [
      await write("e-2", `/v1/customers/${id}/notes`, { text: "Xanthippe called" }),
      await write("e-3", "/v1/filters", filter("Kept")),
      await write("e-4", `/v1/customers/${id}`, { confirm: id }, "DELETE"),
    ]) {
      expect([again.status, again.body.code]).toEqual([409, "answer_not_kept"]);
      expect(again.text).not.toContain("Xanthippe");
    }
    const { filters } = (await server.fetch("/v1/filters")).body;
    expect(filters.filter((one: { id: string }) => one.id === kept.body.id)).toHaveLength(1);
    const { workspaceId } = server;
    const rows = await inWorkspace(database, workspaceId, (tx) =>
      tx.raw("select id from idempotency_drawers"),
    );
    expect(rows).toEqual([]);
  });
});
