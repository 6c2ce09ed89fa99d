/** What each setting of the action does, over HTTP; and that it is versioned. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { replayAll } from "../../../server/replay/replay-all.ts";
import { defaultRuleFiles, packOf } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

const PATH = "/v1/actions/customer_enrichment/configuration";
const ASKS = "Can you email me your price list?";

const database = useDatabase("pglite");
let pack: RulePack;
let server: TestServer;
beforeAll(async () => {
  pack = packOf(await defaultRuleFiles());
});
beforeEach(async () => {
  await server?.close();
  server = await startServer(database(), pack);
});
afterAll(() => server.close());

const get = (path: string) => server.fetch(path);
const put = (configuration: object, etag: string | null = "*") =>
  server.fetch(PATH, {
    method: "PUT",
    body: JSON.stringify(configuration),
    headers: etag === null ? {} : { "if-match": etag },
  });
async function configure(configuration: object) {
  const answer = await put(configuration);
  if (answer.status !== 200) throw new Error(`answered ${answer.status}: ${answer.text}`);
  return answer.body;
}
const say = (handle: string, text: string, more: object = {}) => server.chat({ handle, text, ...more });
async function replayed() {
  const outcomes: unknown[] = [];
  for await (const replay of replayAll(storeOf(database()), server.workspaceId))
    outcomes.push(replay.outcome === "same" ? "same" : replay);
  return outcomes;
}

describe("a setting does what it says, at the next message, and turns before it replay to the same bytes:", () => {
  test("fields: what is not collected is neither asked for nor heard, and has no reason", async () => {
    await say("a", "Hi");
    await configure({ fields: [{ field: "name", required: false }, { field: "phone" }] });
    const asked = await say("a", ASKS);
    expect(asked.request).toBeNull();
    expect(asked.reasons).toEqual({ name: "no_trigger", phone: "no_trigger" });
    const told = await say("a", "it's mike@work.example, my number is +61 412 345 678");
    expect(told.customer?.known).toEqual({ phone: "+61412345678" });
    expect([told.customer?.missing, told.mode]).toEqual([["name"], "complete"]);
    expect(await replayed()).toEqual(["same"]);
  });

  test("attemptsMax: asks that often, also with a request open", async () => {
    await configure({ attemptsMax: 3 });
    await say("a", ASKS);
    const attempts = [];
    for (const text of ["hm", "well", "hm", "well"])
      attempts.push((await say("a", text)).request?.attempt ?? null);
    expect(attempts).toEqual([2, 3, null, null]);
    await say("b", ASKS);
    await configure({ attemptsMax: 1 });
    expect((await say("b", "hm")).request).toBeNull();
    expect((await say("b", ASKS)).reasons["email"]).toBe("attempts_exhausted");
    expect(await replayed()).toEqual(["same", "same"]);
  });

  test("coolOffDays: a refusal holds in the person's other conversations for so long", async () => {
    await say("a", ASKS);
    await say("a", "no thanks, I'd rather not give my email");
    expect((await say("a", ASKS, { newConversation: true })).reasons["email"]).toBe("cooling_off");
    await configure({ coolOffDays: 0 });
    expect((await say("a", ASKS, { newConversation: true })).reasons["email"]).toBe("asked");
    expect(await replayed()).toEqual(["same", "same", "same"]);
  });

  test("region: national numbers are read in it, where the message names none", async () => {
    await configure({ region: "au" });
    const told = await say("a", "my phone is 0412 345 678");
    expect(told.customer?.known).toEqual({ phone: "+61412345678" });
    const stated = await say("b", "my phone is 030 123456", { region: "DE" });
    expect(stated.customer?.known).toEqual({ phone: "+4930123456" });
  });

  test("identity: with verified, a typed email is noted and leads nowhere; a proved one does", async () => {
    const owner = await say("owner", "my email is mike@work.example");
    await configure({ identity: "verified" });
    const typed = await say("a", "my email is mike@work.example");
    expect(typed.customer?.id).not.toBe(owner.customer?.id);
    expect(typed.customer?.known).toEqual({ email: "mike@work.example" }); // it is not asked for again
    const { body: profile } = await get(`/v1/customers/${typed.customer?.id}`);
    expect([profile.email, profile.conflicts]).toEqual([null, { email: ["mike@work.example"] }]);
    const more = await say("a", "sorry, it's another@work.example");
    expect(more.customer?.id).toBe(typed.customer?.id);

    await configure({});
    const claimed = await say("b", "my email is mike@work.example");
    expect(claimed.customer?.id).toBe(owner.customer?.id);
    expect(await replayed()).toEqual(["same", "same", "same"]);
  });

  test("greetingAsks: a greeting is a reason to ask for it, once; by default it is none", async () => {
    expect((await say("a", "Hi")).request).toBeNull();
    await configure({ greetingAsks: "name" });
    const greeted = await say("b", "Hi");
    expect(greeted.request).toMatchObject({ field: "name", rule: "greeting" });
    expect(greeted.replies[0]?.match(/\?/gu)).toHaveLength(1);
    expect((await say("c", "Hi, can you email me your price list?")).request).toMatchObject({
      field: "email",
    });
    expect(await replayed()).toEqual(["same", "same", "same"]);
  });

  test("hold: an upset customer is asked for nothing, unless it is switched off", async () => {
    const upset = "This is ridiculous, I have been waiting for weeks! Email me your price list";
    expect((await say("a", upset)).reasons["email"]).toBe("held");
    await configure({ hold: false });
    expect((await say("b", upset)).reasons["email"]).toBe("asked");
    expect(await replayed()).toEqual(["same", "same"]);
  });

  test("languages: rules in others are not heard; details that people give are", async () => {
    await configure({ languages: ["en"] });
    expect((await say("a", ASKS)).request).toMatchObject({ field: "email" });
    expect((await put({ languages: ["de"] })).body.detail).toBe(
      "/languages/0 must be a language of the rules: en.",
    );
  });

  test("rulePack: turns are taken by the named pack, whatever is in force on the server", async () => {
    const files = await defaultRuleFiles();
    const other = packOf(
      files.map(({ path, text }) => ({ path, text: text.replaceAll("Which email address", "What address") })),
    );
    await configure({ rulePack: pack.hash });
    const second = await startServer(database(), other, null, { workspaceId: server.workspaceId });
    const asks = async (handle: string) => (await second.chat({ handle, text: ASKS })).replies[0];
    expect(await asks("a")).toContain("Which email address");
    await configure({ rulePack: "current" });
    expect(await asks("b")).toContain("What address");
    await second.close();
    expect(await replayed()).toEqual(["same", "same"]);
    const unknown = await put({ rulePack: "0".repeat(64) });
    expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([400, "/rulePack"]);
  });
});

describe("the configuration", () => {
  test("is versioned: who, when, what differs; and whoever has not read the latest is refused", async () => {
    const first = await get(PATH);
    expect([first.headers.get("etag"), first.body.version]).toEqual(['"1"', 1]);
    expect(first.body.effective).toMatchObject({
      attemptsMax: 2,
      coolOffDays: 30,
      region: null,
      rulePack: pack.hash,
    });
    expect((await put({}, null)).body.code).toBe("etag_required");
    expect((await put({ hold: false }, '"1"')).headers.get("etag")).toBe('"2"');
    const overtaken = await put({ attemptsMax: 1 }, '"1"');
    expect([overtaken.status, overtaken.body.code]).toEqual([412, "edited_meanwhile"]);
    expect((await put({ hold: false }, '"2"')).body.version).toBe(2); // nothing new is no version
    expect((await put({ attemptsMax: 1, region: "AU" }, '"2"')).body.version).toBe(3);

    const { body: page } = await get(`${PATH}/versions?limit=2`);
    expect(page.versions.map(({ version }: { version: number }) => version)).toEqual([3, 2]);
    expect((await get(`${PATH}/versions?before=${page.nextBefore}`)).body).toMatchObject({
      versions: [{ version: 1 }],
      nextBefore: null,
    });
    expect((await get(`${PATH}/versions/3?against=1`)).body).toMatchObject({
      version: 3,
      against: 1,
      changedBy: { kind: "api_key" },
      changes: [
        { setting: "attemptsMax", from: null, to: 1 },
        { setting: "region", from: null, to: "AU" },
      ],
    });
    expect((await get(`${PATH}/versions/3`)).body.changes).toHaveLength(3);
    expect((await get(`${PATH}/versions/1`)).body).toMatchObject({ against: null, changes: [] });
    expect((await get(`${PATH}/versions/9`)).body.code).toBe("configuration_not_found");
    const { body: audit } = await get("/v1/audit?action=action.configured");
    expect(audit.events.map(({ details }: { details: unknown }) => details)).toEqual([
      { version: 3, changed: ["attemptsMax", "region", "hold"] },
      { version: 2, changed: ["hold"] },
    ]);
  });

  test("says of every setting that is wrong what is accepted, and changes nothing then", async () => {
    const wrong = [
      [{ attemptsMax: 0 }, "/attemptsMax must be a whole number from 1 to 5, or null."],
      [{ coolOffDays: 4000 }, "/coolOffDays must be a whole number from 0 to 3650, or null."],
      [{ region: "XX" }, "/region must be a two-letter country code (ISO 3166-1 alpha-2), such as AU."],
      [{ identity: "maybe" }, "/identity must be one of claimed, verified."],
      [{ fields: [{ field: "email" }, { field: "email" }] }, "/fields must have each field once."],
      [
        { fields: [{ field: "shoe" }] },
        "/fields/0/field must be one of the rules' fields: name, email, phone.",
      ],
      [
        { fields: [{ field: "name" }], greetingAsks: "email" },
        "/greetingAsks must be a field that is collected: name.",
      ],
      [
        { rulePack: "latest" },
        '/rulePack must be "current" or the hash of a rule pack, 64 hexadecimal digits.',
      ],
      [{ holds: true }, "/holds is not a field of this request."],
    ] as const;
    for (const [configuration, detail] of wrong) {
      const answer = await put(configuration);
      expect([answer.status, answer.body.code, answer.body.detail]).toEqual([400, "invalid_request", detail]);
    }
    expect((await get(PATH)).body.version).toBe(1);
  });
});
