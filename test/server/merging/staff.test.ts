import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CustomerDetail } from "../../../server/customers/contract.ts";
import type { Database } from "../../../server/database/database.ts";
import { Erasure } from "../../../server/erasure/contract.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type Answer, type TestServer } from "../http/start-server.ts";

/** Without what every change counts up. */
const unversioned = (customer: CustomerDetail) => ({ ...customer, version: null });

const ok = async (answer: Promise<Answer>) => {
  const { status, body } = await answer;
  expect([status, body.detail]).toEqual([200, undefined]);
  return body;
};

describe.each(DATABASE_KINDS)("what staff says of customers who are merged, on %s", (kind) => {
  let database: Database;
  let server: TestServer;
  let count = 0;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    server = await startServer(database, await defaultPack());
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  const send = async (method: string, path: string, body: object = {}): Promise<Answer> => {
    const headers = { "If-Match": "*" };
    return server.fetch(path, { method, headers, body: JSON.stringify(body) });
  };
  const edit = (id: string, fields: object) => ok(send("PATCH", `/v1/customers/${id}`, { fields }));
  const detail = async (id: string) => CustomerDetail.parse(await ok(server.fetch(`/v1/customers/${id}`)));
  const merge = (id: string, other: string, choices: object = {}) =>
    ok(send("POST", `/v1/customers/${id}/merge`, { with: other, choices }));
  const unmerge = (id: string, mergeId: string) =>
    ok(send("POST", `/v1/customers/${id}/unmerge`, { mergeId }));
  const note = async (id: string, text: string) => {
    const { status, body } = await send("POST", `/v1/customers/${id}/notes`, { text });
    expect(status).toBe(201);
    return body;
  };
  const notesOf = async (id: string) => (await ok(server.fetch(`/v1/customers/${id}/notes`))).notes;
  const found = async (query: Record<string, string>) => {
    const { customers } = await ok(server.fetch(`/v1/customers?${new URLSearchParams(query).toString()}`));
    return customers.map(({ id }: { id: string }) => id);
  };
  /** A customer with an email of its own. */
  const customer = async (name: string) => {
    count += 1;
    const email = `${name.toLowerCase()}${count}@work.example`;
    const text = `my name is ${name}, my email is ${email}`;
    const { customer: made } = await server.chat({ handle: `h${count}`, text });
    return { id: made?.id ?? "", email };
  };

  test("the survivor's own value stays, the other's is a conflict, and both are theirs again", async () => {
    const [a, b] = [await customer("Anna"), await customer("Berta")];
    await edit(a.id, { name: "Anna Stone" });
    await edit(b.id, { name: "Berta Stone", phone: "+61 412 345 678" });
    const before = [unversioned(await detail(a.id)), unversioned(await detail(b.id))];
    const { mergeId } = await merge(a.id, b.id);
    const merged = await detail(a.id);
    expect(merged).toMatchObject({ name: "Anna Stone", phone: "+61412345678", email: a.email });
    expect(merged.conflicts["name"]).toContain("Berta Stone");
    expect(merged.conflicts).not.toHaveProperty("email");
    expect(merged.provenance.filter(({ by }) => by !== null)).toHaveLength(3);
    await unmerge(a.id, mergeId);
    expect([unversioned(await detail(a.id)), unversioned(await detail(b.id))]).toEqual(before);
  });

  test("a choice is over what staff had set, and what staff sets later is over the choice", async () => {
    const [a, b] = [await customer("Anna"), await customer("Berta")];
    await edit(a.id, { name: "Anna Stone" });
    const { mergeId } = await merge(a.id, b.id, { name: "other" });
    expect((await detail(a.id)).name).toBe("Berta");
    await server.chat({ handle: `h${count}`, text: "my number is +61 412 345 678" });
    expect(await detail(a.id)).toMatchObject({ name: "Berta", phone: "+61412345678" });
    expect((await edit(a.id, { name: "Clara Stone" })).name).toBe("Clara Stone");
    expect((await edit(a.id, { phone: "+61 412 345 679" })).name).toBe("Clara Stone");
    await unmerge(a.id, mergeId);
    expect(await detail(a.id)).toMatchObject({ name: "Clara Stone" });
    expect(await detail(b.id)).toMatchObject({ name: "Berta", phone: "+61412345678" });
  });

  test("a value that the choice was over can be set again, and is then over the choice", async () => {
    const [a, b] = [await customer("Anna"), await customer("Berta")];
    await edit(a.id, { name: "Anna Stone" });
    await merge(a.id, b.id, { name: "other" });
    expect((await edit(a.id, { name: "Anna Stone" })).name).toBe("Anna Stone");
    expect((await edit(a.id, { name: null })).name).toBe("Berta"); // the choice holds again
  });

  test("taking back takes back what was set of either", async () => {
    const [a, b] = [await customer("Anna"), await customer("Berta")];
    await edit(b.id, { name: "Berta Stone" });
    const { mergeId } = await merge(a.id, b.id);
    expect((await detail(a.id)).name).toBe("Berta Stone");
    expect((await edit(a.id, { name: null })).name).toBe("Anna");
    await unmerge(a.id, mergeId);
    expect((await detail(b.id)).name).toBe("Berta");
  });

  test("an email that staff sets is the survivor's own, and the other's leads to it as before", async () => {
    const [a, b] = [await customer("Anna"), await customer("Berta")];
    const { mergeId } = await merge(a.id, b.id);
    const email = `new-${a.email}`;
    expect(await edit(a.id, { email })).toMatchObject({ email });
    const led = await server.chat({ handle: "led", text: `my email is ${b.email}` });
    expect(led.customer?.id).toBe(a.id);
    expect(await edit(a.id, { email: b.email })).toMatchObject({ email: b.email });
    await unmerge(a.id, mergeId);
    // What it had been given was replaced by that: so its own is the one that it had before.
    expect(await detail(a.id)).toMatchObject({ email: a.email });
    expect(await detail(b.id)).toMatchObject({ email: b.email, conversationCount: 2 });
  });

  test("nobody else can be given an email that leads to a survivor", async () => {
    const [a, b, c] = [await customer("Anna"), await customer("Berta"), await customer("Clara")];
    await merge(a.id, b.id);
    const { status, body } = await send("PATCH", `/v1/customers/${c.id}`, { fields: { email: b.email } });
    expect([status, body.code]).toEqual([409, "email_taken"]);
    expect(body.detail).toContain(a.id);
  });

  test("notes are read and removed at the survivor, and go back", async () => {
    const [a, b] = [await customer("Anna"), await customer("Berta")];
    const [first, second] = [await note(a.id, "of Anna"), await note(b.id, "of Berta")];
    const third = await note(b.id, "of Berta, too");
    const { mergeId } = await merge(a.id, b.id);
    expect(await notesOf(a.id)).toEqual([third, second, first]);
    expect((await detail(a.id)).notesCount).toBe(3);
    const page = await ok(server.fetch(`/v1/customers/${a.id}/notes?limit=2`));
    expect(page.notes).toEqual([third, second]);
    const next = await ok(server.fetch(`/v1/customers/${a.id}/notes?limit=2&cursor=${page.nextCursor}`));
    expect(next).toEqual({ notes: [first], nextCursor: null });
    const exported = await ok(server.fetch(`/v1/customers/${a.id}/export`));
    expect(exported.notes).toEqual([first, second, third]);
    expect((await send("DELETE", `/v1/customers/${a.id}/notes/${third.id}`)).status).toBe(204);
    await unmerge(a.id, mergeId);
    expect([await notesOf(a.id), await notesOf(b.id)]).toEqual([[first], [second]]);
  });

  test("the survivor shows the tags of both, and is found by them and by either email, until they are parted", async () => {
    const [a, b] = [await customer("Anna"), await customer("Berta")];
    const tag = (method: string, id: string, name: string) =>
      ok(send(method, `/v1/customers/${id}/tags/${name}-${a.id.slice(-6)}`));
    const [ofBoth, ofOther, later] = ["both", "other", "later"].map((name) => `${name}-${a.id.slice(-6)}`);
    for (const [id, name] of [
      [a.id, "both"],
      [b.id, "both"],
      [b.id, "other"],
    ] as const) {
      await tag("PUT", id, name);
    }
    const before = [unversioned(await detail(a.id)), unversioned(await detail(b.id))];
    const { mergeId } = await merge(a.id, b.id, { email: "other" });
    expect((await detail(a.id)).tags).toEqual([ofBoth, ofOther]);
    for (const query of [
      { tag: ofOther ?? "" },
      { q: a.email },
      { q: b.email },
      { q: b.email.slice(0, -2) },
    ] as const) {
      expect([query, await found(query)]).toEqual([query, [a.id]]);
    }
    await unmerge(a.id, mergeId);
    expect([unversioned(await detail(a.id)), unversioned(await detail(b.id))]).toEqual(before);
    expect([await found({ tag: ofOther ?? "" }), await found({ q: b.email })]).toEqual([[b.id], [b.id]]);

    // What staff does to the survivor meanwhile: a new tag is the survivor's, one that is taken away goes from both.
    const again = await merge(a.id, b.id);
    await tag("PUT", a.id, "later");
    expect((await tag("DELETE", a.id, "both")).tags).toEqual([later, ofOther]);
    await unmerge(a.id, again.mergeId);
    expect([(await detail(a.id)).tags, (await detail(b.id)).tags]).toEqual([[later], [ofOther]]);
  });

  test("whoever was merged is found nowhere, and can neither be edited nor read nor erased", async () => {
    const [a, b] = [await customer("Anna"), await customer("Berta")];
    await ok(send("PUT", `/v1/customers/${b.id}/tags/vip-${count}`));
    const { mergeId } = await merge(a.id, b.id);
    const listed = async () =>
      (await ok(server.fetch(`/v1/customers?tag=vip-${count}`))).customers.map(
        ({ id }: { id: string }) => id,
      );
    expect(await listed()).toEqual([a.id]);
    const csv = (await server.fetch("/v1/customers/export.csv")).text;
    expect([csv.includes(a.id), csv.includes(b.id)]).toEqual([true, false]);
    const path = `/v1/customers/${b.id}`;
    const refused = [
      await server.fetch(path),
      await server.fetch(`${path}/notes`),
      await server.fetch(`${path}/tags`),
      await server.fetch(`${path}/conversations`),
      await server.fetch(`${path}/claims`),
      await server.fetch(`${path}/export`),
      await send("PATCH", path, { fields: { name: "Berta Stone" } }),
      await send("PUT", `${path}/tags/new`),
      await send("POST", `${path}/notes`, { text: "Call back" }),
      await send("DELETE", path, { confirm: b.id }),
    ];
    for (const { status, body } of refused) {
      expect([status, body.code, body.mergedInto]).toEqual([404, "customer_merged", a.id]);
    }
    await unmerge(a.id, mergeId);
    expect(await listed()).toEqual([b.id]);
  });

  test("erasing a survivor takes whoever was merged into it", async () => {
    const [a, b, c] = [await customer("Anna"), await customer("Berta"), await customer("Clara")];
    await note(b.id, "of Berta");
    await edit(b.id, { name: "Berta Stone" });
    await unmerge(a.id, (await merge(a.id, c.id)).mergeId);
    await merge(a.id, b.id);
    const erased = await ok(send("DELETE", `/v1/customers/${a.id}`, { confirm: a.id }));
    const { certificate } = Erasure.parse(erased);
    expect(certificate.destroyed).toMatchObject({ customers: 2, merges: 2, notes: 1, staff_values: 1 });
    expect(certificate.destroyed).toMatchObject({ conversations: 2, data_keys: 4 });
    const keys = certificate.keys.filter((key) => key.kind === "customer").map(({ id }) => id);
    expect(keys.toSorted()).toEqual([a.id, b.id].toSorted());
    for (const id of [a.id, b.id]) {
      expect((await server.fetch(`/v1/customers/${id}`)).body.code).toBe("customer_not_found");
    }
    expect(await detail(c.id)).toMatchObject({ email: c.email, conversationCount: 1 });
    const again = await server.chat({ handle: "again", text: `my email is ${b.email}` });
    expect([a.id, b.id]).not.toContain(again.customer?.id);
  });
});
