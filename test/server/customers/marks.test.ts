/** Notes, tags, history and claims, over real HTTP, on each of the databases. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ClaimPage, HistoryPage } from "../../../server/customers/history-contract.ts";
import { NotePage } from "../../../server/customers/note-contract.ts";
import { TAGS_MAX } from "../../../server/customers/tag-contract.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type Answer, type TestServer } from "../http/start-server.ts";

describe.each(DATABASE_KINDS)("on %s", (kind) => {
  let database: Database;
  let server: TestServer;
  let people = 0;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    server = await startServer(database, await defaultPack());
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  async function someone(text = "my name is Mike") {
    const handle = `marked-${(people += 1)}`;
    const { customer } = await server.chat({ handle, text });
    const path = `/v1/customers/${customer?.id}`;
    const send = (method: string, to: string, body?: object): Promise<Answer> =>
      server.fetch(path + to, {
        method,
        headers: { "if-match": "*" },
        ...(body && { body: JSON.stringify(body) }),
      });
    return { id: customer?.id ?? "", handle, send };
  }

  /** Every page, one after the other. */
  async function pages(path: string): Promise<readonly Answer[]> {
    const read = [await server.fetch(path)];
    for (let next = read[0]?.body.nextCursor; next !== null; next = read.at(-1)?.body.nextCursor) {
      const more = await server.fetch(`${path}${path.includes("?") ? "&" : "?"}cursor=${next}`);
      expect([more.status, more.text]).toEqual([200, more.text]);
      read.push(more);
    }
    return read;
  }

  describe("notes", () => {
    test("are many, with author and time, the latest first, page after page, and go one by one", async () => {
      const { id, send } = await someone();
      for (let n = 1; n <= 5; n += 1) {
        const { status, body } = await send("POST", "/notes", { text: `note ${n}` });
        expect(status).toBe(201);
        expect(body.author).toEqual({ kind: "api_key", id: expect.any(String) });
        await new Promise((done) => setTimeout(done, 2)); // ids of one millisecond are in no order
      }
      const read = (await pages(`/v1/customers/${id}/notes?limit=2`)).flatMap(
        ({ body }) => NotePage.parse(body).notes,
      );
      expect(read.map(({ text }) => text)).toEqual(["note 5", "note 4", "note 3", "note 2", "note 1"]);
      expect((await send("GET", "")).body.notesCount).toBe(5);

      expect((await send("DELETE", `/notes/${read[0]?.id}`)).status).toBe(204);
      expect((await send("DELETE", `/notes/${read[0]?.id}`)).body.code).toBe("note_not_found");
      const other = await someone();
      expect((await other.send("DELETE", `/notes/${read[1]?.id}`)).body.code).toBe("note_not_found");
      expect((await send("GET", "")).body.notesCount).toBe(4);
    });

    test("are refused when they are empty, too long or nobody's", async () => {
      const { send } = await someone();
      expect((await send("POST", "/notes", { text: "  " })).body.errors).toMatchObject([
        { pointer: "/text" },
      ]);
      expect((await send("POST", "/notes", { text: "x".repeat(4_001) })).status).toBe(400);
      const nobody = await server.fetch(`/v1/customers/${crypto.randomUUID()}/notes`);
      expect([nobody.status, nobody.body.code]).toEqual([404, "customer_not_found"]);
    });

    test("stand sealed in the database", async () => {
      const { send } = await someone();
      await send("POST", "/notes", { text: "canary-note" });
      const [, workspaceId = ""] = /"workspaceId":"([^"]+)"/u.exec(server.log()) ?? [];
      const texts = await inWorkspace(database, workspaceId, (tx) =>
        tx.raw<{ text: Uint8Array }>("select text from notes"),
      );
      expect(texts.length).toBeGreaterThan(0);
      expect(texts.filter(({ text }) => Buffer.from(text).includes("canary-note"))).toEqual([]);
      expect(server.log()).not.toContain("canary-note");
    });
  });

  describe("tags", () => {
    test("are kept in one spelling, each once, in order", async () => {
      const { send } = await someone();
      for (const tag of ["VIP", "vip", " Long  Term ", "Zoe\u0308", "🍕"]) {
        expect((await send("PUT", `/tags/${encodeURIComponent(tag)}`)).status).toBe(200);
      }
      const { body, headers } = await send("GET", "/tags");
      expect(body).toEqual({ tags: ["long term", "vip", "zo\u00eb", "🍕"] });
      expect(headers.get("etag")).toBe('"5"'); // the one that was there already changed nothing
      expect((await send("DELETE", "/tags/LONG%20TERM")).body.tags).toEqual(["vip", "zo\u00eb", "🍕"]);
      expect((await send("DELETE", "/tags/unheard-of")).status).toBe(200);
      expect((await send("GET", "")).body.tags).toEqual(["vip", "zo\u00eb", "🍕"]);
    });

    test.each(["bob@work.example", "a,b", "a/b", "x".repeat(41), " ", "a\u0007", "--"])(
      "%j is none, and said to be none",
      async (tag) => {
        const { send } = await someone();
        const { status, body } = await send("PUT", `/tags/${encodeURIComponent(tag)}`);
        expect([status, body.code]).toEqual([400, "invalid_request"]);
      },
    );

    test("of many at once all are kept, up to the limit", async () => {
      const { send } = await someone();
      const tags = Array.from({ length: TAGS_MAX }, (_, n) => `tag-${n}`);
      await Promise.all(tags.map((tag) => send("PUT", `/tags/${tag}`)));
      expect((await send("GET", "/tags")).body.tags).toEqual(tags.toSorted());
      expect((await send("PUT", "/tags/one-more")).body.code).toBe("too_many_tags");
      expect((await send("PUT", "/tags/tag-7")).status).toBe(200);
    });
  });

  test("the history is every conversation across platforms, the latest first, with its latest messages", async () => {
    const { id, handle, send } = await someone(`my email is history-${kind}@work.example`);
    const begin = Date.now() - 100 * 86_400_000;
    for (let n = 1; n <= 4; n += 1) {
      await server.chat({
        handle: `${handle}/${n}`,
        platform: n % 2 === 0 ? "line" : "facebook",
        text: `my email is history-${kind}@work.example`,
        at: new Date(begin + n * 86_400_000).toISOString(),
      });
    }
    await server.chat({ handle, text: "do you have parking?" });
    const read = await pages(`/v1/customers/${id}/conversations?limit=2&messages=3`);
    expect(read).toHaveLength(3);
    const conversations = read.flatMap(({ body }) => HistoryPage.parse(body).conversations);
    expect(conversations.map((one) => one.platform)).toEqual(["api", "line", "facebook", "line", "facebook"]);
    expect(conversations[0]).toMatchObject({ handle, messageCount: 4, messagesTruncated: true });
    expect(conversations[0]?.messages.map(({ seq }) => seq)).toEqual([2, 3, 4]);
    expect(conversations[1]).toMatchObject({ messageCount: 2, messagesTruncated: false });
    const without = await send("GET", "/conversations?messages=0");
    expect(HistoryPage.parse(without.body).conversations.map(({ messages }) => messages)).toEqual(
      Array.from({ length: 5 }, () => []),
    );
    expect((await send("GET", "/conversations?cursor=abc")).body.errors).toMatchObject([
      { pointer: "?cursor" },
    ]);
    expect((await send("GET", "/conversations?messages=101")).status).toBe(400);
  });

  test("the claims are all values, field by field, withdrawn ones too, each with how it stands", async () => {
    const { id, handle, send } = await someone(`my name is Mike, my email is claims-${kind}@work.example`);
    await server.chat({ handle, text: "my name is Anna" });
    await send("PATCH", "", { fields: { name: "Robert" } });
    await new Promise((done) => setTimeout(done, 2));
    await send("PATCH", "", { fields: { name: "Roberta" } });
    const read = (await pages(`/v1/customers/${id}/claims?limit=2`)).flatMap(
      ({ body }) => ClaimPage.parse(body).claims,
    );
    expect(read.map(({ field, value, standing }) => [field, value, standing])).toEqual([
      ["email", `claims-${kind}@work.example`, "current"],
      ["name", "Roberta", "current"],
      ["name", "Robert", "withdrawn"],
      ["name", "Anna", "conflicting"],
      ["name", "Mike", "superseded"],
    ]);
    const conflicting = await send("GET", "/claims?field=name&standing=conflicting");
    expect(conflicting.body.claims).toMatchObject([{ value: "Anna", by: null }]);
  });

  test("an address says which methods it takes", async () => {
    const { send } = await someone();
    const allowed = async (to: string) => (await send("OPTIONS", to)).headers.get("allow");
    expect(await allowed("")).toBe("GET, HEAD, PATCH, DELETE");
    expect(await allowed("/notes")).toBe("GET, HEAD, POST");
    expect(await allowed("/tags/vip")).toBe("PUT, DELETE");
  });
});
