/** A viewer reads everything that viewers may, and finds no address and no number in any byte of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../../../server/access/permission-contract.ts";
import { PERMISSIONS } from "../../../server/access/permissions.ts";
import { createClient, type Client } from "../../../server/client/client.ts";
import { ROUTES } from "../../../server/client/routes.ts";
import type { Database } from "../../../server/database/database.ts";
import { smtpMailer } from "../../../server/identity/mailer.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { asMember } from "../contracts/callers.ts";
import { callsIn } from "../contracts/calls.ts";
import { createWorld, type World } from "../contracts/world.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startMailServer, type MailServer } from "../identity/mail-server.ts";

const PHONES = ["61412987654", "412987654", "61412345671"];
/** Parts of addresses that are part of nothing else here. */
const ADDRESSES = ["birds.example", "anna.wren", "kestrel", "puffin", "gmail"];
const SAID = [
  "my email is kestrel dot puffin at gmail dot com",
  "my number is oh four one two nine eight seven six five four",
  "or write to kestrel.puffin (at) gmail.com, or call 0412 987 654, 0412-987-654 or (0412) 987654",
  "０４１２９８７６５４ and kestrel.puffin＠gmail.com and kestrel.puffin @ gmail.com",
  "is it kestrel.pufin@gmial.com? no, kestrel.puffin@gmail.con",
  "my order number is 0412987654 and my colleague's address is kestrel@birds.example",
];

let database: Database;
let mails: MailServer;
let server: TestServer;
let owner: Client;
let viewer: Client;
let world: World;
let read = "";
let conversationId = "";

const client = async (role: Role, see: (text: string) => void) => {
  const { workspaceId, url } = server;
  const member = await asMember(database, url, { workspaceId, role, email: `${role}@team.example` });
  const seen: typeof globalThis.fetch = async (input, init) => {
    const response = await member.fetch(input, init);
    see(JSON.stringify([...response.headers]) + (await response.clone().text()));
    return response;
  };
  return { ...member, client: createClient({ url, fetch: seen }) };
};

beforeAll(async () => {
  database = await openTestDatabase("pglite");
  mails = await startMailServer();
  server = await startServer(database, await defaultPack(), smtpMailer(mails.url, "shop@birds.example"));
  ({ client: owner } = await client("owner", () => {}));
  ({ client: viewer } = await client("viewer", (text) => (read += text)));
  const { personId: memberId } = await client("agent", () => {});
  world = await createWorld(owner, { memberId, mark: "wren", digit: 1, plan: "professional" });
  for (const text of SAID) {
    const body = { handle: "61412987654", platform: "whatsapp", text } as const;
    ({
      answer: { conversationId },
    } = await owner.chat({ body }));
  }
  const params = { id: world.customerId };
  await owner.addNote({ params, body: { text: SAID.join("; ") } });
  await owner.addTag({ params: { ...params, tag: "called 0412987654" } });
  for (const q of ["anna.wren@birds.example", "0412 987 654"]) {
    await owner.saveFilter({ body: { name: `of ${q}`, filter: { q } } });
  }
}, 60_000);

afterAll(async () => {
  await server.close();
  await mails.close();
  await database.close();
});

test("whatever a viewer may read", async () => {
  const methods: Readonly<Record<string, (call: object) => Promise<unknown>>> = viewer as never;
  const calls: Readonly<Record<string, object>> = callsIn(world);
  const readable = Object.keys(calls).filter((id) => {
    const access = PERMISSIONS[id];
    return typeof access === "object" && access.roles.includes("viewer");
  });
  expect(readable.filter((id) => !ROUTES[id as keyof typeof ROUTES].startsWith("GET "))).toEqual([]);
  expect(readable.length).toBeGreaterThan(10);
  for (const id of readable) await methods[id]?.(calls[id] ?? {});
  await viewer.listCustomers();
  await viewer.listFindings();
  const { answer } = await viewer.getConversation({ params: { id: conversationId } });
  for (let turn = 1; turn <= answer.turn; turn += 1) {
    await viewer.getTurn({ params: { id: conversationId, turn } });
  }
  await viewer.getCustomer({ params: { id: answer.customerId ?? "" } });
  await viewer.listCustomerConversations({ params: { id: answer.customerId ?? "" } });
  await viewer.listClaims({ params: { id: answer.customerId ?? "" } });

  expect(read.length).toBeGreaterThan(20_000);
  const text = read.toLowerCase().normalize("NFKC");
  expect(ADDRESSES.filter((part) => text.includes(part))).toEqual([]);
  const windows = PHONES.flatMap((phone) =>
    Array.from({ length: phone.length - 5 }, (_, at) => phone.slice(at, at + 6)),
  );
  expect(windows.filter((digits) => text.includes(digits))).toEqual([]);
  expect(text.replaceAll(/[\s().-]/gu, "")).not.toContain("412987");
  expect(text).not.toContain("four one two");
});

test("what is masked is still told apart, and an agent sees it whole", async () => {
  const params = { id: world.customerId };
  const masked = (await viewer.getCustomer({ params })).answer;
  expect(masked).toMatchObject({
    name: expect.stringContaining("Anna"),
    email: "a•••@b•••.example",
    phone: "•••• 671",
  });
  const said = JSON.stringify((await owner.getConversation({ params: { id: conversationId } })).answer);
  expect(SAID.filter((text) => !said.includes(text))).toEqual([]);
  expect((await owner.getCustomer({ params })).answer).toMatchObject({
    email: "anna.wren@birds.example",
    phone: "+61412345671",
  });
});

test("a viewer's search is of names, and tells nothing about what is masked", async () => {
  for (const q of ["anna.wren@birds.example", "anna@", "412345671", "0412 345", "671", "Anna 671"]) {
    await expect(viewer.listCustomers({ query: { q } })).rejects.toMatchObject({
      problem: { status: 403, detail: expect.stringContaining("found by their names") },
    });
  }
  expect([await found(viewer, "Anna"), await found(viewer, "otto wr")]).toEqual([1, 1]);
  // A word of the address alone: staff finds by it, a viewer does not.
  expect([await found(owner, "survivor"), await found(viewer, "survivor")]).toEqual([1, 0]);
  expect([await found(owner, "anna survivor"), await found(viewer, "anna survivor")]).toEqual([0, 0]);
});

async function found(by: Client, q: string): Promise<number> {
  return (await by.listCustomers({ query: { q } })).answer.total;
}
