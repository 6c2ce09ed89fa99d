/** Duplicates, merges and unmerges as staff use them: over real HTTP, on each of the databases. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CustomerDetail } from "../../../server/customers/contract.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { DuplicateList, MergeList, MergeView, UnmergeView } from "../../../server/merging/contract.ts";
import { parseKey } from "../../../server/workspaces/api-key-format.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type Answer, type TestServer } from "../http/start-server.ts";

const NOBODY = "00000000-0000-7000-8000-000000000000";

/** Without what a merge and its undoing count up. */
const unversioned = (customers: readonly CustomerDetail[]) =>
  customers.map((customer) => ({ ...customer, version: null }));

describe.each(DATABASE_KINDS)("on %s", (kind) => {
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

  /** A person of its own says something; `who` tells several apart within a test. */
  const person = (platform = "line") => {
    count += 1;
    const handle = `h${count}`;
    const say = async (text: string, more: object = {}) => {
      const { customer, conversationId } = await server.chat({ handle, platform, text, ...more });
      return { id: customer?.id ?? "", conversationId };
    };
    return { handle, say };
  };
  const post = (path: string, body: object): Promise<Answer> =>
    server.fetch(path, { method: "POST", body: JSON.stringify(body) });
  const merge = (id: string, other: string, more: object = {}) =>
    post(`/v1/customers/${id}/merge`, { with: other, ...more });
  const unmerge = (id: string, mergeId: string) => post(`/v1/customers/${id}/unmerge`, { mergeId });
  const get = (id: string, more = "") => server.fetch(`/v1/customers/${id}${more}`);
  const detail = async (id: string): Promise<CustomerDetail> => (await get(id)).body;
  const mail = (name: string) => `${name}${(count += 1)}@work.example`;

  test("a merge shows what it would make, makes it, and is undone exactly", async () => {
    const [one, other] = [mail("anna"), mail("anna")];
    const a = await person().say(`my name is Anna, my email is ${one}, my number is +61 412 345 678`);
    const b = await person("facebook").say(`my name is Anna Lindqvist, my email is ${other}`);
    const before = [await detail(a.id), await detail(b.id)];

    const preview = await merge(a.id, b.id, { dryRun: true });
    expect(preview.status).toBe(200);
    expect(MergeView.parse(preview.body)).toEqual(preview.body);
    expect(preview.body).toMatchObject({
      dryRun: true,
      mergeId: null,
      survivorId: a.id,
      absorbedId: b.id,
      fields: {
        email: { survivor: { value: one }, other: { value: other }, result: one, from: "survivor" },
        name: {
          survivor: { value: "Anna", conversationId: a.conversationId },
          other: { value: "Anna Lindqvist", conversationId: b.conversationId },
          result: "Anna Lindqvist",
          from: "other",
          chosen: false,
        },
        phone: { other: null, result: "+61412345678", from: "survivor" },
      },
      emails: [one, other].toSorted(),
      conversationCount: { survivor: 1, other: 1, merged: 2 },
    });
    expect([await detail(a.id), await detail(b.id)]).toEqual(before);

    const merged = await merge(a.id, b.id);
    expect(merged.body).toEqual({ ...preview.body, dryRun: false, mergeId: expect.any(String) });
    expect(await detail(a.id)).toMatchObject({
      name: "Anna Lindqvist",
      email: one,
      platforms: ["facebook", "line"],
      conversationCount: 2,
    });
    const gone = await get(b.id);
    expect(gone.status).toBe(404);
    expect(gone.body).toMatchObject({ code: "customer_merged", mergedInto: a.id });

    const undone = await unmerge(a.id, merged.body.mergeId);
    expect(UnmergeView.parse(undone.body)).toEqual(undone.body);
    expect(undone.body).toMatchObject({
      survivorExists: true,
      absorbedExists: true,
      conversationCount: { survivor: 1, absorbed: 1 },
    });
    expect(unversioned([await detail(a.id), await detail(b.id)])).toEqual(unversioned(before));
  });

  test("after a merge both emails lead to the survivor, until it is undone", async () => {
    const [one, other] = [mail("bob"), mail("bob")];
    const [p, q] = [person(), person()];
    const a = await p.say(`my email is ${one}`);
    const b = await q.say(`my email is ${other}`);
    const { mergeId } = (await merge(a.id, b.id)).body;

    for (const email of [one, other]) {
      expect((await person("web_widget").say(`my email is ${email}`)).id).toBe(a.id);
    }
    // The person goes on in the same conversation, and in a new one.
    expect((await q.say("do you have parking?")).id).toBe(a.id);
    expect((await q.say("hello again", { newConversation: true })).id).toBe(a.id);
    expect((await p.say(`sorry, my email is ${other}`)).id).toBe(a.id);

    const { body } = await unmerge(a.id, mergeId);
    // Each goes where its email leads, or its handle: as if there had been no merge.
    expect(body.conversationCount).toEqual({ survivor: 1, absorbed: 4 });
    expect(await detail(a.id)).toMatchObject({ email: one, conversationCount: 1 });
    expect(await detail(b.id)).toMatchObject({ email: other, conversationCount: 4 });
    expect((await person().say(`my email is ${one}`)).id).toBe(a.id);
    expect((await person().say(`my email is ${other}`)).id).toBe(b.id);
    expect((await q.say("hello once more", { newConversation: true })).id).toBe(b.id);
  });

  test("a choice holds when more is said later, and a later claim is shown as a conflict", async () => {
    const [one, other] = [mail("eve"), mail("eve")];
    const a = await person().say(`my name is Eve Stone, my email is ${one}`);
    const q = person();
    const b = await q.say(`my name is Evelyn Rock, my email is ${other}`);
    const choices = { name: "other", email: "other" };
    const { mergeId } = (await merge(a.id, b.id, { choices })).body;
    expect(await detail(a.id)).toMatchObject({
      name: "Evelyn Rock",
      email: other,
      conflicts: { name: ["Eve Stone"] },
    });
    await person().say(`my name is Mallory Sand, my email is ${one}`);
    await q.say("my name is Evelyn Pebble");
    expect(await detail(a.id)).toMatchObject({ name: "Evelyn Rock", email: other, conversationCount: 3 });
    await unmerge(a.id, mergeId);
    expect(await detail(a.id)).toMatchObject({ name: "Eve Stone", email: one, conversationCount: 2 });
    expect(await detail(b.id)).toMatchObject({ name: "Evelyn Pebble", email: other });
  });

  test("what cannot be merged is refused, and the answer says why", async () => {
    const [a, b, c] = await Promise.all(
      ["x", "y", "z"].map((name) => person().say(`my email is ${mail(name)}`)),
    );
    if (a === undefined || b === undefined || c === undefined) throw new Error("three were made");
    expect((await merge(a.id, a.id)).body).toMatchObject({
      status: 400,
      code: "invalid_request",
      errors: [{ pointer: "/with" }],
    });
    expect((await merge(a.id, NOBODY)).body).toMatchObject({ status: 404, code: "customer_not_found" });
    expect((await merge(NOBODY, a.id)).body).toMatchObject({ status: 404, code: "customer_not_found" });
    expect((await merge("nobody", a.id)).body).toMatchObject({ status: 404, code: "customer_not_found" });
    expect((await merge(a.id, "nobody")).body).toMatchObject({ status: 400, errors: [{ pointer: "/with" }] });
    expect((await merge(a.id, b.id, { choices: { phone: "other" } })).body).toMatchObject({
      status: 400,
      errors: [{ pointer: "/choices/phone" }],
    });
    expect((await merge(a.id, b.id, { choices: { email: "mine" } })).body).toMatchObject({
      status: 400,
      errors: [{ pointer: "/choices/email" }],
    });
    expect((await merge(a.id, b.id, { force: true })).body).toMatchObject({
      status: 400,
      errors: [{ pointer: "/force" }],
    });

    const { mergeId } = (await merge(a.id, b.id)).body;
    for (const refused of [await merge(a.id, b.id), await merge(c.id, b.id), await merge(b.id, c.id)]) {
      expect(refused.body).toMatchObject({ status: 409, code: "already_merged", mergedInto: a.id });
    }
    expect((await unmerge(c.id, mergeId)).body).toMatchObject({ status: 404, code: "merge_not_found" });
    expect((await unmerge(a.id, NOBODY)).body).toMatchObject({ status: 404, code: "merge_not_found" });
    expect((await unmerge(b.id, mergeId)).body).toMatchObject({ status: 404, mergedInto: a.id });
    expect((await unmerge(a.id, mergeId)).status).toBe(200);
    expect((await unmerge(a.id, mergeId)).body).toMatchObject({ status: 409, code: "already_unmerged" });
  });

  test("a chain leads to its end, and is undone from there", async () => {
    const emails = [mail("c"), mail("c"), mail("c")];
    const [a, b, c] = await Promise.all(emails.map((email) => person().say(`my email is ${email}`)));
    if (a === undefined || b === undefined || c === undefined) throw new Error("three were made");
    const before = [await detail(a.id), await detail(b.id), await detail(c.id)];
    const first = (await merge(b.id, c.id)).body.mergeId;
    const merged = await detail(b.id);
    const second = (await merge(a.id, b.id)).body;
    expect(second.emails).toEqual(emails.toSorted());
    expect((await get(c.id)).body).toMatchObject({ status: 404, mergedInto: a.id });
    expect((await person().say(`my email is ${emails[2]}`)).id).toBe(a.id);

    const early = await unmerge(b.id, first);
    expect(early.body).toMatchObject({ status: 409, code: "unmerge_out_of_order", mergedInto: a.id });
    expect(early.body.detail).toContain(second.mergeId);

    await unmerge(a.id, second.mergeId);
    // The new conversation named c's email, and c is b's.
    expect(await detail(b.id)).toMatchObject({ conversationCount: merged.conversationCount + 1 });
    expect((await get(c.id)).body).toMatchObject({ status: 404, mergedInto: b.id });
    await unmerge(b.id, first);
    expect(unversioned([await detail(a.id), await detail(b.id)])).toEqual(unversioned(before.slice(0, 2)));
    expect(await detail(c.id)).toMatchObject({ conversationCount: 2 });
  });

  test("a merged profile keeps its emails when all its conversations have gone elsewhere", async () => {
    const [one, other, third] = [mail("d"), mail("d"), mail("d")];
    const [p, q] = [person(), person()];
    const a = await p.say(`my email is ${one}`);
    const b = await q.say(`my email is ${other}`);
    const { mergeId } = (await merge(a.id, b.id)).body;
    const c = await p.say(`sorry, my email is ${third}`);
    await q.say(`sorry, my email is ${third}`);
    expect(await detail(a.id)).toMatchObject({ email: one, conversationCount: 0, platforms: [] });
    expect((await person().say(`my email is ${other}`)).id).toBe(a.id);
    expect((await unmerge(a.id, mergeId)).body).toMatchObject({
      survivorExists: false,
      absorbedExists: true,
      conversationCount: { survivor: 0, absorbed: 1 },
    });
    expect((await get(a.id)).body).toMatchObject({ status: 404, code: "customer_not_found" });
    expect(await detail(b.id)).toMatchObject({ email: other, conversationCount: 1 });
    expect(await detail(c.id)).toMatchObject({ email: third, conversationCount: 2 });
  });

  test("profiles without an email are merged too: they hang on both handles", async () => {
    const [p, q] = [person(), person()];
    const a = await p.say("my name is Mike");
    const b = await q.say("my name is Mike Smith");
    const { mergeId } = (await merge(a.id, b.id)).body;
    const email = mail("mike");
    expect((await p.say(`my email is ${email}`)).id).toBe(a.id);
    // The other handle remembers a profile without an email: another address is another customer all the same.
    const away = await q.say(`my email is ${mail("mike")}`);
    expect(away.id).not.toBe(a.id);
    expect(await detail(a.id)).toMatchObject({ email, name: "Mike", conversationCount: 1 });
    expect((await unmerge(a.id, mergeId)).body).toMatchObject({ absorbedExists: false });
  });

  test("merges are listed with who made them, and audited", async () => {
    const [one, other] = [mail("f"), mail("f")];
    const a = await person().say(`my name is Fay, my email is ${one}`);
    const b = await person().say(`my name is Fay Moor, my email is ${other}`);
    const { mergeId } = (await merge(a.id, b.id, { choices: { name: "other" } })).body;
    const listed = await get(a.id, "/merges");
    expect(MergeList.parse(listed.body)).toEqual(listed.body);
    expect(listed.body).toMatchObject({
      merges: [
        {
          id: mergeId,
          absorbedId: b.id,
          name: "Fay Moor",
          email: other,
          choices: { name: "other" },
          conversationCount: 1,
          mergedBy: { kind: "api_key" },
          unmergedAt: null,
        },
      ],
      truncated: false,
    });
    expect((await get(b.id, "/merges")).body).toMatchObject({ status: 404, mergedInto: a.id });
    await unmerge(a.id, mergeId);
    const { merges } = (await get(a.id, "/merges")).body;
    expect(merges).toMatchObject([{ id: mergeId, name: null, email: null, unmergedAt: expect.any(String) }]);
    const events = await inWorkspace(database, parseKey(server.key)?.workspaceId ?? "", (tx) =>
      tx.raw<{ action: string; subject_id: string; details: object }>(
        "select action, subject_id, details from audit_events where subject_id in (:a, :b) order by id",
        { a: a.id, b: b.id },
      ),
    );
    expect(events.map(({ action, subject_id: id }) => [action, id]).toSorted()).toEqual(
      [
        ["customer.merged", a.id],
        ["customer.merged", b.id],
        ["customer.unmerged", a.id],
        ["customer.unmerged", b.id],
      ].toSorted(),
    );
    expect(JSON.stringify(events)).not.toContain("work.example");
  });

  test("duplicates are suggested with their evidence, and never merged by themselves", async () => {
    const tag = `dot${(count += 1)}`;
    const self = person("line");
    const a = await self.say(
      `my name is Dot Rivers, my email is ${tag}@gmail.com, my number is +61 412 345 6${70 + count}`,
    );
    const b = await person().say(`my email is d.${tag.slice(1)}+news@googlemail.com`);
    const phone = (await detail(a.id)).phone ?? "";
    const c = await person().say(`my number is ${phone}`);
    const d = await server.chat({
      handle: self.handle,
      platform: "facebook",
      text: `my name is Dot, my email is ${mail("dot")}`,
    });
    // The same handle with another name, and the same name with another handle: neither is evidence by itself.
    await server.chat({ handle: self.handle, platform: "telegram", text: "my name is Wolfgang Amadeus" });
    await person().say(`my name is Dot Rivers, my email is ${mail("dot")}`);

    const answer = await get(a.id, "/duplicates");
    expect(DuplicateList.parse(answer.body)).toEqual(answer.body);
    const found = new Map(
      answer.body.duplicates.map(({ id, evidence }: { id: string; evidence: unknown }) => [id, evidence]),
    );
    expect([...found.keys()].toSorted()).toEqual([b.id, c.id, d.customer?.id].toSorted());
    expect(found.get(b.id)).toEqual([
      {
        kind: "same_mailbox",
        emails: [`${tag}@gmail.com`, `d.${tag.slice(1)}+news@googlemail.com`],
      },
    ]);
    expect(found.get(c.id)).toEqual([{ kind: "same_phone", phone }]);
    expect(found.get(d.customer?.id)).toEqual([
      {
        kind: "same_name_and_handle",
        names: ["Dot Rivers", "Dot"],
        handle: self.handle,
        platforms: ["facebook", "line"],
      },
    ]);

    // Once merged it is no suggestion any more, and what leads to it is found through it.
    await merge(c.id, b.id);
    const { duplicates } = (await get(a.id, "/duplicates")).body;
    expect(duplicates.map(({ id }: { id: string }) => id).toSorted()).toEqual(
      [c.id, d.customer?.id].toSorted(),
    );
    expect(duplicates[0]).toMatchObject({
      id: c.id,
      evidence: [{ kind: "same_phone" }, { kind: "same_mailbox" }],
    });
    expect((await get(b.id, "/duplicates")).body).toMatchObject({ status: 404, mergedInto: c.id });
    expect((await get(NOBODY, "/duplicates")).body).toMatchObject({ code: "customer_not_found" });
  });
});
