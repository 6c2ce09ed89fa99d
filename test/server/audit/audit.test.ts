/** The log of what was done by hand, over real HTTP, on each of the databases. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AuditPage } from "../../../server/audit/contract.ts";
import { getTurn } from "../../../server/conversations/queries.ts";
import { getCustomer } from "../../../server/customers/queries.ts";
import type { Database } from "../../../server/database/database.ts";
import { parseKey } from "../../../server/workspaces/api-key-format.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

describe.each(DATABASE_KINDS)("on %s", (kind) => {
  let database: Database;
  let server: TestServer;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    server = await startServer(database, await defaultPack());
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  test("the audit tells who did what to whom, the latest first, by filters, and no value", async () => {
    const { customer } = await server.chat({ handle: "audited", text: "my name is Mike" });
    const id = customer?.id ?? "";
    const send = (method: string, to: string, body?: object) =>
      server.fetch(`/v1/customers/${id}${to}`, {
        method,
        headers: { "if-match": "*" },
        ...(body && { body: JSON.stringify(body) }),
      });
    const from = new Date().toISOString();
    await send("PATCH", "", { fields: { name: "Canary", phone: "+61 412 345 679" } });
    await send("PATCH", "", { fields: { name: null } });
    await send("POST", "/verify", { field: "phone" });
    const note = await send("POST", "/notes", { text: "Canary" });
    await send("PUT", "/tags/vip");
    await send("GET", "/conversations");
    const first = await server.fetch(`/v1/audit?subject=${id}&limit=4`);
    const rest = await server.fetch(`/v1/audit?subject=${id}&limit=4&cursor=${first.body.nextCursor}`);
    expect(rest.body.nextCursor).toBeNull();
    const read = [first, rest];
    expect(read.map(({ text }) => text).join("")).not.toMatch(/Canary|412 ?345/u);
    const events = read.flatMap(({ body }) => AuditPage.parse(body).events);
    expect(events.map(({ action, details }) => [action, details])).toEqual([
      ["customer.viewed", { seen: "conversations", count: 1 }],
      ["customer.tagged", { added: "vip" }],
      ["customer.noted", { added: note.body.id }],
      ["customer.verified", { field: "phone", verified: true }],
      ["customer.edited", { set: [], withdrawn: ["name"] }],
      ["customer.edited", { set: ["name", "phone"], withdrawn: [] }],
    ]);
    const actor = events[0]?.actor.id;
    const count = async (query: string) => (await server.fetch(`/v1/audit?${query}`)).body.events.length;
    expect(await count(`subject=${id}&action=customer.edited`)).toBe(2);
    expect(await count(`subject=${id}&actor=${actor}`)).toBe(6);
    expect(await count(`subject=${id}&actor=nobody`)).toBe(0);
    expect(await count(`subject=${id}&from=${from}`)).toBe(6);
    expect(await count(`subject=${id}&to=${from}`)).toBe(0);
    expect((await server.fetch("/v1/audit?from=yesterday")).body.errors).toMatchObject([
      { pointer: "?from" },
    ]);
    expect((await server.fetch("/v1/audit?who=me")).status).toBe(400);
  });

  test("a look at a profile, a conversation or a turn is one event each, names the key, and costs no trip", async () => {
    const { customer, conversationId } = await server.chat({ handle: "seen", text: "my name is Mike" });
    const [profile, conversation] = [`/v1/customers/${customer?.id}`, `/v1/conversations/${conversationId}`];
    for (const path of [profile, conversation, `${conversation}/turns/1`]) {
      expect((await server.fetch(path)).status).toBe(200);
    }
    // Where there is nothing, nobody has seen anything; and whoever edits is answered with what they did.
    expect((await server.fetch(`${conversation}/turns/9`)).status).toBe(404);
    const edit = { method: "PATCH", body: JSON.stringify({ fields: { name: "Mia" } }) };
    expect((await server.fetch(profile, { ...edit, headers: { "if-match": "*" } })).status).toBe(200);
    const eventsOf = async (subject: string | undefined) =>
      AuditPage.parse((await server.fetch(`/v1/audit?subject=${subject}`)).body).events.map(
        ({ actor, action, details }) => [actor.kind, actor.label, action, details],
      );
    expect(await eventsOf(conversationId)).toEqual([
      ["api_key", "test", "conversation.viewed", { seen: "turn", turn: 1 }],
      ["api_key", "test", "conversation.viewed", { seen: "messages", count: 2 }],
    ]);
    expect(await eventsOf(customer?.id)).toEqual([
      ["api_key", "test", "customer.edited", { set: ["name"], withdrawn: [] }],
      ["api_key", "test", "customer.viewed", { seen: "profile" }],
    ]);

    const workspaceId = parseKey(server.key)?.workspaceId ?? "";
    const by = { actor: { kind: "operator", id: "root" }, at: Date.now() } as const;
    const looks = [null, by].map((who) => async () => {
      const before = database.statistics.trips;
      await getCustomer(storeOf(database), workspaceId, customer?.id ?? "", who);
      await getTurn(storeOf(database), workspaceId, conversationId, 1, who);
      return database.statistics.trips - before;
    });
    const [unseen, seen] = [await looks[0]?.(), await looks[1]?.()];
    expect(seen).toBe(unseen);
    expect((await eventsOf(customer?.id))[0]).toEqual([
      "operator",
      null,
      "customer.viewed",
      { seen: "profile" },
    ]);
  });

  test("another workspace's events are not there", async () => {
    await server.chat({ handle: "mine", text: "my name is Mike" });
    const other = await startServer(database, await defaultPack());
    try {
      const { body } = await other.fetch("/v1/audit");
      const done = AuditPage.parse(body).events.filter(({ actor }) => actor.kind !== "system");
      expect([done, body.nextCursor]).toEqual([[], null]);
    } finally {
      await other.close();
    }
  });
});
