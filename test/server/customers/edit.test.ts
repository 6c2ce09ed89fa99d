/** What staff does to a customer, as its users would try it: over real HTTP, on each of the databases. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CustomerDetail } from "../../../server/customers/contract.ts";
import type { Database } from "../../../server/database/database.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type Answer, type TestServer } from "../http/start-server.ts";

async function ok(answer: Promise<Answer>): Promise<CustomerDetail> {
  const { status, text, body, headers } = await answer;
  expect([status, text]).toEqual([200, text]);
  expect(headers.get("etag")).toBe(`"${body.version}"`);
  return CustomerDetail.parse(body);
}

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

  /** A person of their own, who has said `texts`; and what is done to their customer. */
  async function someone(...texts: readonly string[]) {
    const handle = `person-${(people += 1)}`;
    let id = "";
    const say = async (text: string, body: object = {}) => {
      const answer = await server.chat({ handle, text, ...body });
      id = answer.customer?.id ?? id;
      return answer;
    };
    for (const text of texts) await say(text);
    const own = id;
    const path = `/v1/customers/${own}`;
    const get = async (): Promise<CustomerDetail> => CustomerDetail.parse((await server.fetch(path)).body);
    const send = async (method: string, to: string, body: unknown, seen: string | null): Promise<Answer> =>
      server.fetch(`${path}${to}`, {
        method,
        ...(body !== null && { body: JSON.stringify(body) }),
        ...(seen !== null && { headers: { "if-match": seen } }),
      });
    const edit = (fields: object, seen = "*", more: object = {}) =>
      send("PATCH", "", { fields, ...more }, seen);
    return { id: own, handle, say, get, send, edit, email: `${handle}@work.example` };
  }

  test("a value that staff sets is the profile's; what handles say stands beside it, and who set it is told", async () => {
    const { say, edit } = await someone("my name is Mike");
    await say("my number is +61 412 345 678");
    const after = await ok(edit({ name: "Robert Smith", phone: "0412 345 679" }, "*", { region: "au" }));
    expect(after).toMatchObject({
      name: "Robert Smith",
      phone: "+61412345679",
      conflicts: { name: ["Mike"], phone: ["+61412345678"] },
    });
    const own = after.provenance.filter(({ trust }) => trust === "staff");
    expect(own).toMatchObject([
      { field: "name", raw: "Robert Smith", standing: "current", conversationId: null, span: null },
      { field: "phone", raw: "0412 345 679", standing: "current", messageSeq: null, packHash: null },
    ]);
    expect(own[0]?.by).toEqual({ kind: "api_key", id: expect.any(String) });
    const listed = await server.fetch("/v1/customers?limit=200");
    expect(listed.body.customers).toContainEqual(
      expect.objectContaining({ id: after.id, name: "Robert Smith" }),
    );
  });

  test("a turn overwrites nothing that staff set, and asks and knows as if staff had set nothing", async () => {
    const { say, edit, get } = await someone("my name is Mike");
    await ok(edit({ name: "Robert Smith", phone: "+61 412 345 679" }));
    const answer = await say("my name is Michael Jones");
    expect(answer.customer?.known).toEqual({ name: "Michael Jones" });
    expect(answer.customer?.missing).toEqual(["email", "phone"]);
    expect(await get()).toMatchObject({
      name: "Robert Smith",
      phone: "+61412345679",
      conflicts: { name: ["Michael Jones"] },
    });
  });

  test("an edit that is taken back leaves the profile as it was, but for its version", async () => {
    const { email, edit, get, say } = await someone("my name is Mike");
    await say(`my email is ${email}`);
    const before = await get();
    await ok(edit({ name: "Robert", email: `new-${email}`, phone: "+61 412 345 679" }));
    await ok(edit({ name: "Robert Smith", email: `newer-${email}` }));
    const after = await ok(edit({ name: null, email: null, phone: null }));
    expect({ ...after, version: 0 }).toEqual({ ...before, version: 0 });
    expect(after.version).toBe(before.version + 3);
    // Taking back what is not there changes nothing, and neither does setting what is set.
    expect((await ok(edit({ name: null }))).version).toBe(after.version);
    const set = await ok(edit({ name: "Robert" }));
    expect((await ok(edit({ name: "Robert" }))).version).toBe(set.version);
  });

  test("an email that staff sets is what the customer is linked by from then on", async () => {
    const { id, email, edit, say } = await someone("my name is Mike");
    await say(`my email is ${email}`);
    const better = `better-${email}`;
    expect(await ok(edit({ email: better.toUpperCase() }))).toMatchObject({
      email: better,
      conflicts: { email: [email] },
    });
    // The process remembers the person, with the email that the customer had.
    expect((await say(`my email is ${better}`)).customer?.id).toBe(id);
    const other = await someone(`my email is ${better}`);
    expect(other.id).toBe(id);
    const apart = await someone(`my email is ${email}`);
    expect(apart.id).not.toBe(id);
    // It stays when it is taken back: by now its conversations state it.
    expect(await ok(edit({ email: null }))).toMatchObject({ email: better, conflicts: {} });
  });

  test("an email that another customer has is refused, with whose it is; and so is taking it back when it is gone", async () => {
    const one = await someone("my name is Mike");
    await one.say(`my email is ${one.email}`);
    const two = await someone("my name is Anna");
    const refused = await two.edit({ email: one.email, name: "Anna Brandt" });
    expect([refused.status, refused.body.code]).toEqual([409, "email_taken"]);
    expect(refused.body.detail).toContain(one.id);
    expect(refused.body.detail).toContain("merge");
    expect(refused.text).not.toContain(one.email);
    expect(await two.get()).toMatchObject({ name: "Anna", email: null });

    await ok(one.edit({ email: `new-${one.email}` }));
    await ok(two.edit({ email: one.email }));
    expect((await one.edit({ email: null })).body.code).toBe("email_taken");
  });

  test("a conversation that leaves takes its words along, and the profile that staff edited stays", async () => {
    const { id, email, edit, say, get, send } = await someone("my name is Mike");
    await say(`my email is ${email}`);
    await ok(edit({ phone: "+61 412 345 679" }));
    const dates = await get();
    const moved = await say(`sorry, it's other-${email}, not ${email}`);
    expect(moved.customer?.id).not.toBe(id);
    expect(await get()).toMatchObject({
      email,
      name: null,
      phone: "+61412345679",
      conversationCount: 0,
      conversations: [],
      platforms: [],
      firstAt: dates.firstAt,
      lastAt: dates.lastAt,
    });
    await ok(send("POST", "/verify", { field: "email" }, "*"));
    await ok(edit({ phone: null })); // staff removes no profile by an edit
    const back = await someone(`my email is ${email}`);
    expect(back.id).toBe(id);
    expect(await get()).toMatchObject({ conversationCount: 1, verified: ["email"] });
  });

  test.each(["note", "tag"])("a profile with a %s stays, too", async (mark) => {
    const { email, say, get, send } = await someone("my name is Mike");
    await say(`my email is ${email}`);
    const marked = await (mark === "note"
      ? send("POST", "/notes", { text: "call back" }, null)
      : send("PUT", "/tags/vip", null, null));
    expect(marked.status).toBeLessThan(300);
    await say(`sorry, it's other-${email}, not ${email}`);
    expect(await get()).toMatchObject({ email, conversationCount: 0 });
  });

  test("a conflicting claim that is accepted becomes the value, and says where it comes from", async () => {
    const { say, email, get, send } = await someone("my name is Mike");
    await say(`my email is ${email}`);
    await server.chat({ handle: `${email}/2`, text: `My name is Anna, my email is ${email}` });
    const before = await get();
    expect(before).toMatchObject({ name: "Mike", conflicts: { name: ["Anna"] } });
    const claim = before.provenance.find(({ value }) => value === "Anna");
    const seen = `"${before.version}"`;
    const after = await ok(send("POST", `/claims/${claim?.id}/accept`, null, seen));
    expect(after).toMatchObject({ name: "Anna", conflicts: { name: ["Mike"] } });
    expect(after.provenance.at(-1)).toMatchObject({
      value: "Anna",
      trust: "staff",
      standing: "current",
      acceptedClaimId: claim?.id,
    });
    expect((await send("POST", `/claims/${claim?.id}/accept`, null, seen)).status).toBe(412);
    const strange = await send("POST", `/claims/${before.id}/accept`, null, "*");
    expect([strange.status, strange.body.code]).toEqual([404, "claim_not_found"]);
  });

  test("a value that is verified stands against what is claimed later, until that is taken back", async () => {
    const { say, get, send } = await someone("my name is Mike");
    const verified = await ok(send("POST", "/verify", { field: "name" }, "*"));
    expect(verified).toMatchObject({ name: "Mike", verified: ["name"] });
    await say("my name is Robert");
    expect(await get()).toMatchObject({ name: "Mike", verified: ["name"], conflicts: { name: ["Robert"] } });
    const after = await ok(send("POST", "/verify", { field: "name", verified: false }, "*"));
    expect(after).toMatchObject({ name: "Robert", verified: [], conflicts: {} });
    const nothing = await send("POST", "/verify", { field: "phone" }, "*");
    expect([nothing.status, nothing.body.code]).toEqual([409, "nothing_to_verify"]);
    const strange = await send("POST", "/verify", { field: "zodiac" }, "*");
    expect(strange.body.errors).toEqual([
      { pointer: "/field", detail: "is not a field of this workspace: it has name, email, phone" },
    ]);
  });

  test("a number that could not be validated is right when staff says so", async () => {
    const { get, send } = await someone("my number is 0412 345 67");
    expect(await get()).toMatchObject({ phone: "041234567", unvalidated: ["phone"] });
    const after = await ok(send("POST", "/verify", { field: "phone" }, "*"));
    expect(after).toMatchObject({ phone: "041234567", unvalidated: [], verified: ["phone"] });
  });

  test("without If-Match nothing is edited, and with an old one neither", async () => {
    const { edit, send, get, say } = await someone("my name is Mike");
    const { version } = await get();
    const without = await send("PATCH", "", { fields: { name: "Robert" } }, null);
    expect([without.status, without.body.code]).toEqual([428, "etag_required"]);
    expect((await send("POST", "/verify", { field: "name" }, null)).status).toBe(428);
    expect((await send("POST", `/claims/${crypto.randomUUID()}/accept`, null, null)).status).toBe(428);
    await ok(edit({ name: "Robert" }, `"${version}"`));
    const stale = await edit({ name: "Roberta" }, `"${version}"`);
    expect([stale.status, stale.body.code]).toEqual([412, "edited_meanwhile"]);
    await ok(edit({ name: "Roberta" }, `W/"${version + 1}"`));
    expect((await edit({ name: "Rob" }, "7")).body.code).toBe("invalid_request");
    // A message that changes no value is no reason to refuse an edit; one that does is.
    const now = (await get()).version;
    await say("do you have parking?");
    expect((await get()).version).toBe(now);
    await say("my number is +61 412 345 678");
    expect((await edit({ name: "Bob" }, `"${now}"`)).status).toBe(412);
  });

  test("of many who edit the same version at once one does, and the others are told", async () => {
    const { edit, get } = await someone("my name is Mike");
    const { version } = await get();
    const names = ["Ann", "Ben", "Cat", "Dan", "Eve", "Fay", "Gus", "Hal"];
    const answers = await Promise.all(names.map((name) => edit({ name }, `"${version}"`)));
    const done = answers.filter(({ status }) => status === 200);
    expect(done).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(names.length - 1);
    expect(await get()).toMatchObject({ name: done[0]?.body.name, version: version + 1 });
  });

  test("every fault of an edit is told, with its place, and nothing of it is done", async () => {
    const { edit, get, send } = await someone("my name is Mike");
    const { status, body } = await edit({ name: "Bo@b", email: "bob@", phone: "1", "zo/diac": "lion" });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      "/fields/name",
      "/fields/email",
      "/fields/phone",
      "/fields/zo~1diac",
    ]);
    expect((await edit({})).body.errors).toEqual([
      { pointer: "/fields", detail: "must name a field at least" },
    ]);
    expect((await send("PATCH", "", { fields: { name: 7 } }, "*")).body.errors).toEqual([
      { pointer: "/fields/name", detail: "must be a string" },
    ]);
    expect(await get()).toMatchObject({ name: "Mike", version: 1 });
    const nobody = await server.fetch(`/v1/customers/${crypto.randomUUID()}`, {
      method: "PATCH",
      body: '{"fields":{"name":"Mike"}}',
      headers: { "if-match": "*" },
    });
    expect([nobody.status, nobody.body.code]).toEqual([404, "customer_not_found"]);
  });
});
