import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FilterList, FILTERS_MAX, SavedFilter } from "../../../server/filters/contract.ts";
import { deleteFilter, listFilters, saveFilter } from "../../../server/filters/queries.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const ACTOR = { kind: "api_key", id: "k" } as const;

describe.each(DATABASE_KINDS)("saved filters on %s", (kind) => {
  const opened = useDatabase(kind);
  let server: TestServer;
  beforeAll(async () => {
    server = await startServer(opened(), await defaultPack());
  });
  afterAll(() => server.close());

  const post = (body: unknown) => server.fetch("/v1/filters", { method: "POST", body: JSON.stringify(body) });

  test("are saved, listed by name, used and deleted over HTTP", async () => {
    await server.chat({ handle: "a", text: "My name is Mike, my email is mike@work.example" });
    await server.chat({ handle: "b", text: "My name is Anna" });
    const filter = { q: "mike & co", has: ["email", "name"], sort: "first" };
    const saved = await post({ name: " Mikes ", filter });
    expect(saved.status).toBe(201);
    expect(SavedFilter.parse(saved.body)).toEqual(saved.body);
    expect(saved.body).toMatchObject({
      name: "Mikes",
      filter,
      query: "q=mike+%26+co&has=email&has=name&sort=first",
    });
    const other = await post({ name: "Every Mike", filter: { q: "mike", has: "email" } });

    const { body } = await server.fetch("/v1/filters");
    expect(FilterList.parse(body)).toEqual(body);
    expect(body.filters).toEqual([other.body, saved.body]);
    const used = await server.fetch(`/v1/customers?${other.body.query}`);
    expect(used.body).toMatchObject({ total: 1, customers: [{ name: "Mike" }] });

    expect((await server.fetch(`/v1/filters/${saved.body.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await server.fetch("/v1/filters")).body.filters).toEqual([other.body]);
    const again = await server.fetch(`/v1/filters/${saved.body.id}`, { method: "DELETE" });
    expect([again.status, again.body.code]).toEqual([404, "filter_not_found"]);
  });

  test("are refused with the reason when they could never be used", async () => {
    const refused: readonly (readonly [unknown, string])[] = [
      [{ name: "x", filter: {} }, "/filter"],
      [{ name: " ", filter: { q: "a" } }, "/name"],
      [{ name: "x", filter: { colour: "red" } }, "/filter/colour"],
      [{ name: "x", filter: { cursor: "e30" } }, "/filter/cursor"],
      [{ name: "x", filter: { platform: "fax" } }, "/filter/platform/0"],
      [{ name: "x", filter: { lastFrom: "yesterday" } }, "/filter/lastFrom"],
      [{ name: "x", filter: { minConversations: 3 } }, "/filter/minConversations"],
    ];
    for (const [body, pointer] of refused) {
      const answer = await post(body);
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([400, pointer]);
    }
    const put = await server.fetch("/v1/filters", { method: "PUT" });
    expect([put.status, put.headers.get("allow")]).toEqual([405, "GET, HEAD, POST"]);
  });

  test("have a name once, also when two save it at the same time, and a limit", async () => {
    const store = storeOf(opened());
    const workspaceId = await createWorkspace(opened(), "filters", NOON);
    const save = (name: string) => saveFilter(store, workspaceId, { name, filter: { q: "a" } }, ACTOR, NOON);
    const outcomes = await Promise.allSettled([save("a"), save("a")]);
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    await expect(save("a")).rejects.toMatchObject({ code: "filter_exists" });
    for (let count = 1; count < FILTERS_MAX; count += 1) await save(`filter ${count}`);
    await expect(save("one more")).rejects.toMatchObject({ code: "too_many_filters" });
  });

  test("are sealed, audited, and their keys go with them", async () => {
    const database = opened();
    const store = storeOf(database);
    const workspaceId = await createWorkspace(database, "filters", NOON);
    const name = "Ottmar's friends";
    const filter = { q: "ottmar@work.example" };
    const { id } = await saveFilter(store, workspaceId, { name, filter }, ACTOR, NOON);
    const dump = (table: string) =>
      inWorkspace(database, workspaceId, (tx) =>
        tx.raw<Readonly<Record<string, unknown>>>(`select * from ${table}`),
      );
    const [row] = await dump("customer_filters");
    for (const column of ["name", "filter"]) {
      const sealed = row?.[column];
      if (!(sealed instanceof Uint8Array)) throw new Error(`${column} is not sealed`);
      expect(Buffer.from(sealed).toString("latin1")).not.toMatch(/ottmar/iu);
    }
    await deleteFilter(store, workspaceId, id, ACTOR, NOON);
    expect(await dump("customer_filters")).toEqual([]);
    expect(await dump("data_keys")).toEqual([]);
    const events = await dump("audit_events");
    expect(
      events
        .filter((event) => event["subject_kind"] === "filter")
        .map((event) => [event["action"], event["details"]]),
    ).toEqual([
      ["filter.changed", { change: "saved", parameters: ["q"] }],
      ["filter.changed", { change: "deleted" }],
    ]);
    expect(await listFilters(store, workspaceId)).toEqual({ filters: [] });
  });
});
