import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { startServer } from "./start-server.ts";
import type { TestServer } from "./start-server.ts";

const UNKNOWN_ID = "0199c0de-0000-7000-8000-000000000000";
const BOTH = { conversationId: UNKNOWN_ID, newConversation: true };
const CANARY = "canary.kiwi@birds.example"; // must not be seen in any log

let database: Database;
let server: TestServer;
let stranger: TestServer;

beforeAll(async () => {
  database = await openTestDatabase("pglite");
  const pack = await defaultPack();
  server = await startServer(database, pack);
  stranger = await startServer(database, pack);
});

afterAll(async () => {
  await server.close();
  await stranger.close();
  await database.close();
});

const wrongSecret = () => `${server.key.slice(0, -4)}${server.key.endsWith("AAAA") ? "BBBA" : "AAAA"}`;

const post = (body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  server.fetch("/v1/chat", {
    method: "POST",
    body: typeof body === "string" ? body : JSON.stringify(body),
    headers,
  });

describe("a body that is not a chat message is refused with a pointer to the field", () => {
  const fine = { handle: "h", text: CANARY };
  test.each([
    ["an unknown key", { ...fine, colour: "red" }, "/colour"],
    ["an unknown key with a slash", { ...fine, "a/b~c": 1 }, "/a~1b~0c"],
    ["a prototype key", JSON.parse(`{"handle":"h","text":"t","__proto__":{"x":1}}`), "/__proto__"],
    ["no handle", { text: CANARY }, "/handle"],
    ["no text", { handle: "h" }, "/text"],
    ["a text of another type", { handle: "h", text: 7 }, "/text"],
    ["a text that is null", { handle: "h", text: null }, "/text"],
    ["an empty text", { handle: "h", text: "" }, "/text"],
    ["a blank text", { handle: "h", text: " \n\t\u2003" }, "/text"],
    ["a text of 4,001 characters", { handle: "h", text: "x".repeat(4001) }, "/text"],
    ["NUL in the text", { handle: "h", text: "a\0b" }, "/text"],
    ["a lone surrogate in the text", '{"handle":"h","text":"a\\ud800b"}', "/text"],
    ["a lone low surrogate in the handle", '{"handle":"h\\udc00","text":"t"}', "/handle"],
    ["NUL in the handle", { handle: "\0", text: "t" }, "/handle"],
    ["an empty handle", { handle: "", text: "t" }, "/handle"],
    ["a handle of 256 characters", { handle: "h".repeat(256), text: "t" }, "/handle"],
    ["an unknown platform", { ...fine, platform: "fax" }, "/platform"],
    ["an unknown role", { ...fine, role: "boss" }, "/role"],
    ["an unknown region", { ...fine, region: "ZZ" }, "/region"],
    ["a region in words", { ...fine, region: "Australia" }, "/region"],
    ["a conversationId that is no UUID", { ...fine, conversationId: "7" }, "/conversationId"],
    ["a conversationId and a new conversation", { ...fine, ...BOTH }, "/newConversation"],
    ["a time without an offset", { ...fine, at: "2025-06-01T10:00:00" }, "/at"],
    ["a date that does not exist", { ...fine, at: "2025-02-30T10:00:00Z" }, "/at"],
    ["a time before there were chats", { ...fine, at: "0001-01-01T00:00:00Z" }, "/at"],
    ["a time in the far future", { ...fine, at: "2099-06-01T10:00:00Z" }, "/at"],
    ["a time ten minutes ahead", { ...fine, at: new Date(Date.now() + 600_000).toISOString() }, "/at"],
    ["an empty messageId", { ...fine, messageId: "" }, "/messageId"],
    ["respond in words", { ...fine, respond: "yes" }, "/respond"],
    ["a list", [fine], ""],
    ["null", null, ""],
    ["a string", '"hello"', ""],
  ])("%s", async (_title, body, pointer) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(answer.body).toMatchObject({
      type: "about:blank",
      title: "Bad Request",
      status: 400,
      code: "invalid_request",
    });
    expect(answer.body.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual([pointer]);
    expect(answer.body.instance).toBe(`urn:uuid:${answer.headers.get("x-request-id")}`);
    expect(answer.text).not.toContain(CANARY);
  });

  test("every fault is named, not only the first", async () => {
    const answer = await post({ handle: 1, text: "", platform: "fax" });
    expect(answer.body.errors.map((fault: { pointer: string }) => fault.pointer)).toEqual([
      "/handle",
      "/platform",
      "/text",
    ]);
  });
});

describe("what is exactly at a limit is taken", () => {
  test.each([
    ["a text of 4,000 characters", { text: "x".repeat(4000) }],
    ["4,000 characters that take the most bytes", { text: "\u{1F426}".repeat(2000) }],
    ["a handle of 255 characters", { handle: "h".repeat(255) }],
    ["a lower-case region", { region: "au" }],
    ["a time a minute ahead", { at: new Date(Date.now() + 60_000).toISOString() }],
    ["a time with an offset", { at: "2025-06-01T10:00:00.123+09:30" }],
  ])("%s", async (_title, part) => {
    const answer = await post({ handle: "limits", text: "Hello", newConversation: true, ...part });
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  });
});

describe("a request that is not JSON in UTF-8 of a sensible size is refused", () => {
  test.each([
    ["broken JSON", `{"handle":"h","text":"${CANARY}"`, {}, 400, "malformed_json"],
    ["an empty body", "", {}, 400, "malformed_json"],
    [
      "another content type",
      "text=hi",
      { "content-type": "application/x-www-form-urlencoded" },
      415,
      "unsupported_media_type",
    ],
    ["no content type to speak of", "{}", { "content-type": "" }, 415, "unsupported_media_type"],
    [
      "another charset",
      "{}",
      { "content-type": "application/json; charset=utf-16" },
      415,
      "unsupported_media_type",
    ],
    ["a compressed body", "{}", { "content-encoding": "gzip" }, 415, "unsupported_media_type"],
    ["2 MB", `{"text":"${"x".repeat(2_000_000)}"}`, {}, 413, "body_too_large"],
  ])("%s", async (_title, body, headers, status, code) => {
    const answer = await post(body, headers);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
  });

  test("bytes that are not UTF-8", async () => {
    const bytes = Buffer.concat([
      Buffer.from('{"handle":"h","text":"'),
      Buffer.from([0xc3, 0x28]),
      Buffer.from('"}'),
    ]);
    const answer = await server.fetch("/v1/chat", { method: "POST", body: bytes });
    expect([answer.status, answer.body.code]).toEqual([400, "malformed_json"]);
  });

  test("what is not HTTP at all", async () => {
    const { hostname, port } = new URL(server.url);
    const answer = await new Promise<string>((resolve, reject) => {
      let received = "";
      const socket = connect(Number(port), hostname, () => socket.write("HELLO\r\n\r\n"));
      socket.on("data", (data) => (received += data.toString()));
      socket.on("close", () => resolve(received));
      socket.on("error", reject);
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\nContent-Type: application\/problem\+json/u);
  });
});

describe("without a valid key nothing is answered", () => {
  test.each([
    ["no key", () => ""],
    ["another scheme", () => `Basic ${server.key}`],
    ["a key that is none", () => "Bearer hello"],
    ["a wrong secret", () => `Bearer ${wrongSecret()}`],
    ["a key of a workspace that does not exist", () => `Bearer ce_${"A".repeat(43)}.${"A".repeat(43)}`],
    ["a key of 4 kB", () => `Bearer ${"k".repeat(4096)}`],
  ])("%s", async (_title, authorization) => {
    for (const path of ["/v1/chat", "/v1/customers", "/v1/nothing"]) {
      const answer = await server.fetch(path, { headers: { authorization: authorization() } });
      expect([answer.status, answer.body.code]).toEqual([401, "unauthorized"]);
      expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer /u);
    }
  });
});

describe("an address or a method that does not exist is said to", () => {
  test.each([
    ["GET", "/", 404, "not_found"],
    ["GET", "/v1/chats", 404, "not_found"],
    ["GET", "/v1/conversations/%E0%A4%A", 404, "not_found"],
    ["GET", "/v1/conversations/7", 404, "conversation_not_found"],
    ["GET", "/v1/conversations/0199c0de-0000-7000-8000-000000000000", 404, "conversation_not_found"],
    ["GET", "/v1/conversations/0199c0de-0000-7000-8000-000000000000/turns/1", 404, "conversation_not_found"],
    ["GET", "/v1/conversations/0199c0de-0000-7000-8000-000000000000/turns/-1", 404, "turn_not_found"],
    ["GET", "/v1/customers/7", 404, "customer_not_found"],
    ["GET", "/v1/customers/0199c0de-0000-7000-8000-000000000000", 404, "customer_not_found"],
    ["GET", "/v1/customers?limit=0", 400, "invalid_request"],
    ["GET", "/v1/customers?limit=1e3", 400, "invalid_request"],
    ["GET", "/v1/customers?limit=1&limit=2", 400, "invalid_request"],
    ["GET", "/v1/customers?colour=red", 400, "invalid_request"],
    ["GET", "/v1/customers?cursor=%00", 400, "invalid_request"],
    ["GET", "/v1/customers?cursor=nonsense", 400, "invalid_request"],
    ["GET", "/v1/conversations/0199c0de-0000-7000-8000-000000000000?after=-1", 400, "invalid_request"],
    ["GET", "/v1/chat", 405, "method_not_allowed"],
    // Another address, and so behind no key: it must lead nowhere.
    ["POST", "/V1/chat", 404, "not_found"],
    ["GET", "/v1/Customers", 404, "not_found"],
    ["DELETE", "/v1/customers", 405, "method_not_allowed"],
    ["POST", "/healthz", 405, "method_not_allowed"],
  ])("%s %s is answered %i %s", async (method, path, status, code) => {
    const answer = await server.fetch(path, { method });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.has("allow")).toBe(status === 405);
  });
});

describe("another workspace's things are as if they did not exist", () => {
  test("its conversation can be neither read nor gone on with, and the answer is that of an unknown one", async () => {
    const theirs = await stranger.chat({ handle: "shared", text: "my email is wren@birds.example" });
    for (const path of ["/v1/conversations/ID", "/v1/conversations/ID/turns/1"]) {
      const foreign = await server.fetch(path.replace("ID", theirs.conversationId));
      const missing = await server.fetch(path.replace("ID", UNKNOWN_ID));
      expect([foreign.status, foreign.body.detail]).toEqual([missing.status, missing.body.detail]);
      expect(foreign.status).toBe(404);
    }
    const goOn = await post({ handle: "shared", text: "hello", conversationId: theirs.conversationId });
    expect([goOn.status, goOn.body.code]).toEqual([404, "conversation_not_found"]);
    expect((await server.fetch(`/v1/customers/${theirs.customer?.id}`)).status).toBe(404);
    expect((await server.fetch("/v1/customers")).body).toEqual({
      customers: [],
      total: 0,
      totalIs: "exact",
      nextCursor: null,
    });
    expect((await stranger.fetch("/v1/customers")).body.customers).toHaveLength(1);
  });
});

describe("after all this", () => {
  test("the server answers, and nothing was written for what was refused", async () => {
    expect((await server.fetch("/healthz")).body).toEqual({ status: "ok" });
    expect((await server.fetch("/readyz")).body).toEqual({ status: "ready" });
    const fresh = await server.chat({ handle: "h", text: "Hi" });
    const { body } = await server.fetch(`/v1/conversations/${fresh.conversationId}`);
    expect(body.messages.filter((message: { role: string }) => message.role === "customer")).toHaveLength(1);
  });

  test("the log names method, route, status and time of every request and nothing that was said", async () => {
    await server.chat({ handle: "handle-of-canary", text: `I am Kiwi Canary, ${CANARY}, +61 412 345 678` });
    await server.fetch("/v1/customers?limit=1&kiwi=canary.kiwi");
    await server.fetch("/v1/conversations/canary.kiwi");
    const log = server.log();
    expect(log).toContain('"method":"POST","route":"/v1/chat","status":200');
    expect(log).toContain('"route":"/v1/conversations/:id","status":404');
    // Ids, times and process ids are by chance, and now and then one has such digits in it.
    const said = log
      .toLowerCase()
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gu, "")
      .replaceAll(/"(?:time|pid|ms)":[0-9.]+/gu, "");
    expect(said).not.toMatch(/canary|kiwi|0412|\+?61 ?412|bearer|ce_[a-z0-9]/u);
  });
});
