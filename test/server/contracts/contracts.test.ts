/** Every operation, called through the typed client on a real server, and held to the OpenAPI document on its way. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, ProblemError, type Client } from "../../../server/client/client.ts";
import { ROUTES } from "../../../server/client/routes.ts";
import type { Database } from "../../../server/database/database.ts";
import { smtpMailer } from "../../../server/identity/mailer.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startMailServer, type MailServer } from "../identity/mail-server.ts";
import { callsIn } from "./calls.ts";
import { checkFetch, type CheckedFetch } from "./checked-fetch.ts";
import { createWorld, type World } from "./world.ts";

const NOBODY = "00000000-0000-7000-8000-000000000000";

let database: Database;
let mails: MailServer;
let server: TestServer;
let checked: CheckedFetch;
let client: Client;
let world: World;

beforeAll(async () => {
  database = await openTestDatabase("pglite");
  mails = await startMailServer();
  server = await startServer(database, await defaultPack(), smtpMailer(mails.url, "shop@birds.example"));
  checked = checkFetch((await server.fetch("/openapi.json")).body);
  client = createClient({ url: `${server.url}/`, key: server.key, fetch: checked.fetch });
  world = await createWorld(client, "wren", 1);
});

afterAll(async () => {
  await server.close();
  await mails.close();
  await database.close();
});

test("the client has a method for each operation of the document, and this file a call", () => {
  const ids = checked.operationIds.toSorted();
  expect(Object.keys(ROUTES).toSorted()).toEqual(ids);
  expect(Object.keys(callsIn(world)).toSorted()).toEqual(ids);
});

test("every operation takes and answers what the document says", async () => {
  const methods: Readonly<Record<string, (call: object) => Promise<unknown>>> = client as never;
  for (const [id, call] of Object.entries<object>(callsIn(world))) {
    try {
      await methods[id]?.(call);
    } catch (error) {
      throw new Error(`${id}: ${error instanceof Error ? error.message : "failed"}`, { cause: error });
    }
  }
  expect([...checked.succeeded].toSorted()).toEqual(checked.operationIds.toSorted());
}, 30_000);

test("what is otherwise than the document says is found: in an address, a body and an answer", async () => {
  const document = (await server.fetch("/openapi.json")).body;
  document.components.schemas.Retention.properties.days = { type: "string" };
  document.paths["/v1/filters"].get.responses[200].headers["X-Other"] = { schema: {} };
  const other = createClient({ url: server.url, key: server.key, fetch: checkFetch(document).fetch });
  await expect(other.getRetention()).rejects.toThrow("getRetention's answer 200 is not as the document says");
  await expect(other.setRetention({ body: { days: 3 } })).rejects.toThrow("setRetention's body is not");
  await expect(other.listFilters()).rejects.toThrow("lacks the header X-Other");
  await expect(other.getCustomer({ params: { id: "7" } })).rejects.toThrow("getCustomer's id is not");
}, 30_000);

describe("the client", () => {
  test("edits what was read, and is told when somebody else did meanwhile", async () => {
    const params = { id: world.customerId };
    const read = await client.getCustomer({ params });
    const body = { fields: { name: "Anna Lindqvist" } };
    const edited = await client.editCustomer({ params, body, ifMatch: read.etag ?? "" });
    expect(edited.answer.name).toBe("Anna Lindqvist");
    expect(edited.etag).not.toBe(read.etag);
    const again = client.editCustomer({ params, body: { fields: { name: "A" } }, ifMatch: read.etag ?? "" });
    await expect(again).rejects.toMatchObject({ problem: { status: 412, code: "edited_meanwhile" } });
  });

  test("rejects with the problem that the server answers", async () => {
    const missing = await client.getCustomer({ params: { id: NOBODY } }).catch((error: unknown) => error);
    if (!(missing instanceof ProblemError)) throw new Error("that was no problem");
    expect(missing.message).toBe("There is no such customer.");
    expect(missing.problem.code).toBe("customer_not_found");
    expect(missing.retryAfterSeconds).toBeNull();
    const stranger = createClient({ url: server.url, key: "none", fetch: checked.fetch });
    await expect(stranger.listCustomers()).rejects.toMatchObject({ problem: { code: "unauthorized" } });
  });

  test("says so when no server of ours answers", async () => {
    const elsewhere = createClient({ url: `${server.url}/docs/nothing`, key: server.key });
    await expect(elsewhere.getRetention()).rejects.toMatchObject({ problem: { code: "not_found" } });
    const proxy = createClient({
      url: server.url,
      key: server.key,
      fetch: async () => new Response("Bad gateway", { status: 502 }),
    });
    await expect(proxy.getRetention()).rejects.toThrow("answered 502 and no problem");
  });

  test("puts a parameter into an address as it is", async () => {
    const params = { id: world.customerId };
    await client.addTag({ params: { ...params, tag: "très fidèle?&" } });
    expect((await client.getTags({ params })).answer.tags).toContain("très fidèle?&");
  });
});
