import { beforeAll, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { ChatRequest, type Platform } from "../../../server/conversations/contract.ts";
import { CustomerPage, CustomersQuery } from "../../../server/customers/contract.ts";
import { enterCustomers } from "../../../server/customers/entries.ts";
import { listCustomers } from "../../../server/customers/list.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const DAY_MS = 86_400_000;
const NOON = Date.UTC(2025, 5, 1, 12);

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

type Parameters = Readonly<Record<string, string | readonly string[]>>;

/** Sets what staff set, as it will be set: the row, and its entries behind it. */
async function mark(
  database: Database,
  workspaceId: string,
  id: string,
  { tags = [], verified = [] }: { readonly tags?: readonly string[]; readonly verified?: readonly string[] },
): Promise<void> {
  await inWorkspace(database, workspaceId, async (tx) => {
    await tx.raw("update customers set tags = :tags, verified_fields = :verified where id = :id", {
      tags,
      verified,
      id,
    });
    const { sql, bindings } = enterCustomers(workspaceId, [id]);
    await tx.raw(sql, bindings);
  });
}

test.each([
  [{ platform: "fax" }, "platform"],
  [{ has: "" }, "has"],
  [{ tag: ["a", ""] }, "tag"],
  [{ lastFrom: "2025-02-30" }, "lastFrom"],
  [{ lastTo: "9999-12-31" }, "lastTo"],
  [{ firstFrom: "0000-01-01" }, "firstFrom"],
  [{ firstTo: "2025-06-01T12:00:00" }, "firstTo"],
  [{ minConversations: "9999999999" }, "minConversations"],
  [{ sort: ["last", "first"] }, "sort"],
  [{ q: "a".repeat(201) }, "q"],
  [{ limit: "201" }, "limit"],
  [{ colour: "red" }, undefined],
])("%j is refused", (query, parameter) => {
  const issues = CustomersQuery.safeParse(query).error?.issues ?? [];
  expect(issues.map(({ path }) => path[0])).toEqual([parameter]);
});

describe.each(DATABASE_KINDS)("customers are found on %s", (kind) => {
  const opened = useDatabase(kind);

  async function begin() {
    const database = opened();
    const workspaceId = await createWorkspace(database, "list", NOON);
    const say = async (handle: string, text: string, day = 0, platform: Platform = "web_widget") => {
      const request = ChatRequest.parse({ handle, text, platform, region: "AU" });
      const { customer } = await chat(storeOf(database), pack, workspaceId, request, NOON + day * DAY_MS);
      return customer?.id ?? "";
    };
    const page = (query: Parameters = {}) =>
      listCustomers(storeOf(database), workspaceId, CustomersQuery.parse(query));
    const names = async (query: Parameters) =>
      (await page(query)).customers.map(({ name, email }) => name ?? email);
    return { database, workspaceId, say, page, names };
  }

  async function beginWithThree() {
    const workspace = await begin();
    const mike = await workspace.say("m", "My name is Mike Oconnor, my email is mike.o@work.example", 0);
    await workspace.say("l", "My name is Lena Straße, my number is 0412 345 678", 1, "line");
    const anna = await workspace.say("a", "my email is anna@home.example", 2, "telegram");
    await workspace.say("a2", "my email is anna@home.example", 3, "line");
    return { ...workspace, mike, anna };
  }

  test("a customer begins with the entries that follow from its row", async () => {
    const workspaceId = await createWorkspace(opened(), "entries", NOON);
    const say = (handle: string, text: string) =>
      chat(storeOf(opened()), pack, workspaceId, ChatRequest.parse({ handle, text }), NOON);
    await say("a", "My name is Melchiorra Oduya, my email is mel@work.example");
    await say("b", "my phone is +49 1512 3456789");
    const entries = () =>
      inWorkspace(opened(), workspaceId, (tx) =>
        tx.raw("select customer_id, entry from customer_entries order by customer_id, entry"),
      );
    const begun = await entries();
    await inWorkspace(opened(), workspaceId, async (tx) => {
      const rows = await tx.raw<{ readonly id: string }>("select id from customers");
      expect(rows).toHaveLength(2);
      await tx.raw("delete from customer_entries");
      const { sql, bindings } = enterCustomers(
        workspaceId,
        rows.map(({ id }) => id),
      );
      await tx.raw(sql, bindings);
    });
    expect(begun).toEqual(await entries());
    expect(begun.length).toBeGreaterThan(20);
  });

  test("by name, address and phone number, and by nothing that only looks alike", async () => {
    const { names, page } = await beginWithThree();
    const found: Readonly<Record<string, readonly string[]>> = {
      mik: ["Mike Oconnor"],
      "OCONNOR mike": ["Mike Oconnor"],
      "mike.o@work.example": ["Mike Oconnor"],
      "mike.o@wor": ["Mike Oconnor"],
      "mike.o@home": [],
      "mike.o@works": [],
      strasse: ["Lena Straße"],
      "0412 345 678": ["Lena Straße"],
      "+61 412 345 678": ["Lena Straße"],
      "99 412 345 678": [],
      "5678": ["Lena Straße"],
      an: ["anna@home.example"],
      "mike lena": [],
      "": ["anna@home.example", "Lena Straße", "Mike Oconnor"],
      "?!": [],
    };
    for (const [q, expected] of Object.entries(found)) {
      expect([q, await names({ q })]).toEqual([q, expected]);
      expect(await page({ q })).toMatchObject({ total: expected.length, totalIs: "exact" });
    }
  });

  test("by platform, fields, dates and conversations, and by all of them together", async () => {
    const { names } = await beginWithThree();
    const day = (number: number) => new Date(NOON + number * DAY_MS).toISOString().slice(0, 10);
    expect(await names({ platform: "line" })).toEqual(["anna@home.example", "Lena Straße"]);
    expect(await names({ platform: ["telegram", "web_widget"] })).toEqual([
      "anna@home.example",
      "Mike Oconnor",
    ]);
    expect(await names({ has: "email" })).toEqual(["anna@home.example", "Mike Oconnor"]);
    expect(await names({ has: ["email", "name"] })).toEqual(["Mike Oconnor"]);
    expect(await names({ lacks: "name" })).toEqual(["anna@home.example"]);
    expect(await names({ lacks: ["budget", "email"] })).toEqual(["Lena Straße"]);
    expect(await names({ firstFrom: day(1), firstTo: day(1) })).toEqual(["Lena Straße"]);
    expect(await names({ lastTo: day(1) })).toEqual(["Lena Straße", "Mike Oconnor"]);
    expect(await names({ lastFrom: new Date(NOON + 3 * DAY_MS).toISOString() })).toEqual([
      "anna@home.example",
    ]);
    expect(await names({ lastTo: new Date(NOON).toISOString() })).toEqual(["Mike Oconnor"]);
    expect(await names({ minConversations: "2" })).toEqual(["anna@home.example"]);
    expect(await names({ maxConversations: "1" })).toEqual(["Lena Straße", "Mike Oconnor"]);
    const all = { q: "anna", platform: "line", has: "email", lacks: "phone", trust: "claimed" };
    expect(await names({ ...all, firstFrom: day(2), minConversations: "2" })).toEqual(["anna@home.example"]);
    expect(await names({ ...all, firstFrom: day(3), minConversations: "2" })).toEqual([]);
  });

  test("by tag and trust, as soon as these are entered", async () => {
    const { database, workspaceId, names, mike, anna } = await beginWithThree();
    await mark(database, workspaceId, mike, { tags: ["vip", "has name"], verified: ["email"] });
    await mark(database, workspaceId, anna, { tags: ["vip"] });
    expect(await names({ tag: "vip" })).toEqual(["anna@home.example", "Mike Oconnor"]);
    expect(await names({ tag: ["vip", "has name"] })).toEqual(["Mike Oconnor"]);
    expect(await names({ trust: "verified" })).toEqual(["Mike Oconnor"]);
    expect(await names({ trust: "claimed" })).toEqual(["anna@home.example", "Lena Straße"]);
    await mark(database, workspaceId, mike, {});
    expect(await names({ tag: "vip" })).toEqual(["anna@home.example"]);
    expect(await names({ trust: "verified" })).toEqual([]);
  });

  test("by what they are now, and not by what they were", async () => {
    const { say, names } = await begin();
    await say("a", "My name is Mike, my email is mike@work.example");
    await say("b", "my email is mike@work.example", 1, "line");
    expect(await names({ platform: "line" })).toEqual(["Mike"]);
    await say("b", "sorry, it's anna@home.example", 1, "line");
    expect(await names({ platform: "line" })).toEqual(["anna@home.example"]);
    expect(await names({ platform: "web_widget" })).toEqual(["Mike"]);
    expect(await names({ q: "mike@work.example" })).toEqual(["Mike"]);
    await say("a", "sorry, it's anna@home.example", 0);
    expect(await names({ q: "mike@work.example" })).toEqual([]);
    expect(await names({ platform: "web_widget" })).toEqual(["Mike"]);
    expect(await names({ minConversations: "2", q: "anna" })).toEqual(["Mike"]);
  });

  test("in six orders", async () => {
    const { names } = await beginWithThree();
    const [anna, lena, mike] = ["anna@home.example", "Lena Straße", "Mike Oconnor"];
    expect(await names({ sort: "last" })).toEqual([anna, lena, mike]);
    expect(await names({ sort: "last", order: "asc" })).toEqual([mike, lena, anna]);
    expect(await names({ sort: "first" })).toEqual([anna, lena, mike]);
    expect(await names({ sort: "first", order: "asc" })).toEqual([mike, lena, anna]);
    expect((await names({ sort: "conversations" }))[0]).toBe(anna);
    expect((await names({ sort: "conversations", order: "asc" })).at(-1)).toBe(anna);
  });

  test("page after page, each exactly once, whatever narrows and sorts", async () => {
    const { say, page } = await begin();
    for (let index = 0; index < 7; index += 1) {
      // Some share the beginning that is indexed, of a longer word; two at a time share the day.
      const word = index % 3 === 0 ? "maximilianusa" : "maximilianusb";
      await say(`${index}`, `my email is ${word}${index}@work.example`, Math.floor(index / 2));
    }
    const queries: readonly Parameters[] = [
      {},
      { has: "email" },
      { q: "maximilianusb" },
      { q: "maximilianusb", sort: "first", order: "asc" },
      { sort: "conversations", platform: "web_widget" },
      { sort: "conversations", order: "asc", minConversations: "1" },
    ];
    for (const query of queries) {
      const whole = await page(query);
      expect(CustomerPage.parse(whole)).toEqual(whole);
      expect(whole).toMatchObject({ total: whole.customers.length, nextCursor: null });
      expect(whole.total).toBe("q" in query ? 4 : 7);
      const seen: unknown[] = [];
      let cursor: string | null = null;
      do {
        const part: CustomerPage = await page({ ...query, limit: "2", ...(cursor && { cursor }) });
        expect(part.total).toBe(whole.total);
        seen.push(...part.customers);
        cursor = part.nextCursor;
      } while (cursor !== null);
      expect(seen).toEqual(whole.customers);
    }
  });

  test("with a cursor of this query alone", async () => {
    const { page } = await beginWithThree();
    const { nextCursor } = await page({ limit: "1", has: "email" });
    const cursor = nextCursor ?? "";
    expect((await page({ cursor, has: "email" })).customers).toHaveLength(1);
    expect((await page({ cursor, has: "email", sort: "last", order: "desc" })).customers).toHaveLength(1);
    for (const other of [{}, { has: "name" }, { has: "email", sort: "first" }, { has: "email", q: "a" }]) {
      await expect(page({ cursor, ...other })).rejects.toMatchObject({
        code: "invalid_request",
        message: expect.stringContaining("belongs to another query"),
        faults: [{ pointer: "?cursor" }],
      });
    }
  });
});
