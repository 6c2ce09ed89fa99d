/** Every operation, called through the typed client on a real server, and held to the OpenAPI document on its way. */
import { TOTP, URI } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, ProblemError, type Client } from "../../../server/client/client.ts";
import type { OperationId } from "../../../server/client/operations.ts";
import { ROUTES } from "../../../server/client/routes.ts";
import type { Role } from "../../../server/access/permission-contract.ts";
import { PERMISSIONS } from "../../../server/access/permissions.ts";
import type { Database } from "../../../server/database/database.ts";
import { smtpMailer } from "../../../server/identity/mailer.ts";
import { createOidcClient } from "../../../server/oidc/client.ts";
import { CLIENT, startProvider, type TestProvider } from "../oidc/provider.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { readFirst } from "../sessions/first-workspace.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startMailServer, tokenIn, type MailServer } from "../identity/mail-server.ts";
import { asMember } from "./callers.ts";
import { callsIn, PERSONAL, REFUSED_HERE } from "./calls.ts";
import { checkFetch, type CheckedFetch } from "./checked-fetch.ts";
import { withCookies } from "./with-cookies.ts";
import { createWorld, type World } from "./world.ts";

const NOBODY = "00000000-0000-7000-8000-000000000000";

let database: Database;
let mails: MailServer;
let provider: TestProvider;
let server: TestServer;
let checked: CheckedFetch;
let client: Client;
let owner: Client;
let world: World;

beforeAll(async () => {
  database = await openTestDatabase("pglite");
  mails = await startMailServer();
  const mailer = smtpMailer(mails.url, "shop@birds.example");
  provider = await startProvider("http://127.0.0.1/nowhere");
  const oidc = createOidcClient({ issuer: provider.issuer, ...CLIENT });
  server = await startServer(database, await defaultPack(), mailer, { oidc });
  checked = checkFetch((await server.fetch("/openapi.json")).body);
  client = createClient({ url: `${server.url}/`, key: server.key, fetch: checked.fetch });
  const { workspaceId, url } = server;
  const join = (role: Role, email: string) => asMember(database, url, { workspaceId, role, email });
  const { personId: memberId } = await join("agent", "mia@team.example");
  const { fetch: somebody } = await join("owner", "otto@team.example");
  owner = createClient({ url: server.url, fetch: checked.through(somebody) });
  world = await createWorld(owner, { memberId, mark: "wren", digit: 1, plan: "professional" });
});

afterAll(async () => {
  await server.close();
  await mails.close();
  await provider.close();
  await database.close();
});

type Methods = Readonly<Record<string, (call: object) => Promise<unknown>>>;

test("the client has a method for each operation of the document, and this file a call", () => {
  const ids = checked.operationIds.toSorted();
  expect(Object.keys(ROUTES).toSorted()).toEqual(ids);
  expect([...Object.keys(callsIn(world)), ...PERSONAL].toSorted()).toEqual(ids);
});

test("every operation of a workspace takes and answers what the document says", async () => {
  for (const [id, call] of Object.entries<object>(callsIn(world))) {
    const access = PERMISSIONS[id];
    // What no key may do, an owner does.
    const by = typeof access === "object" && access.scope === null ? owner : client;
    const methods: Methods = by as never;
    try {
      await methods[id]?.(call);
    } catch (error) {
      const code = error instanceof ProblemError ? error.problem.code : null;
      if (code !== null && code === REFUSED_HERE[id as OperationId]) continue;
      throw new Error(`${id}: ${error instanceof Error ? error.message : "failed"}`, { cause: error });
    }
  }
  expect(
    Object.keys(callsIn(world)).filter((id) => !checked.succeeded.has(id) && !(id in REFUSED_HERE)),
  ).toEqual([]);
}, 30_000);

test("so does every operation of a person", async () => {
  const browser = createClient({ url: server.url, fetch: checked.through(withCookies(server.url)) });
  const { token, workspaceId } = await readFirst(database);
  const [email, password, later] = [
    "olga@team.example",
    "seven geese at the pond",
    "eight geese at the pond",
  ];
  await browser.setUp({ body: { token, email, password } });
  expect((await browser.getSession()).answer.current).toMatchObject({ id: workspaceId, role: "owner" });
  await browser.switchWorkspace({ body: { workspaceId } });
  await browser.changePassword({ body: { current: password, password: later } });
  const { answer: enrolled } = await browser.enrolTotp({ body: { password: later } });
  const app = URI.parse(enrolled.uri);
  if (!(app instanceof TOTP)) throw new Error("the URI is no TOTP's");
  await browser.confirmTotp({ body: { code: app.generate() } });
  await browser.removeTotp({ body: { password: later } });
  await browser.signOut();
  const { answer: options } = await browser.getSignInOptions();
  expect(options).toEqual({ oidc: new URL(provider.issuer).host, reset: true });
  expect((await browser.beginOidc({ body: {} })).answer.url).toContain(provider.issuer);
  await browser.requestPasswordReset({ body: { email } });
  const mail = await mails.arrived(mails.mails.length + 1);
  await browser.resetPassword({ body: { token: tokenIn(mail), password } });
  await browser.signIn({ body: { email, password } });
  const { answer } = await browser.invite({ body: { email: "ida@team.example", role: "agent" } });
  expect(answer.mailed).toBe(true);
  const invitation = tokenIn(await mails.arrived(mails.mails.length));
  await browser.readInvitation({ body: { token: invitation } });
  await browser.signOutEverywhere();
  await browser.acceptInvitation({ body: { token: invitation, password } });
}, 30_000);

test("each of them was seen to succeed", () => {
  const all = new Set([...checked.succeeded, ...Object.keys(REFUSED_HERE)]);
  expect([...all].toSorted()).toEqual(checked.operationIds.toSorted());
});

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
    const edited = await client.editCustomer({ params, body, ifMatch: read.etag });
    expect(edited.answer.name).toBe("Anna Lindqvist");
    expect(edited.etag).not.toBe(read.etag);
    const again = client.editCustomer({ params, body: { fields: { name: "A" } }, ifMatch: read.etag });
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
