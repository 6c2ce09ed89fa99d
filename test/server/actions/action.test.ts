/** What the action does to conversations, over HTTP. */
import { SignJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { createChallenge } from "../../../server/identity/challenges.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { signedIn } from "../../support/signed-in.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

const ASKS = "Can you email me your price list?";
const PATH = "/v1/actions/customer_enrichment";

const database = useDatabase("pglite");
let pack: RulePack;
let server: TestServer;
let owner: Record<string, string>;
beforeAll(async () => {
  pack = await defaultPack();
});
// On Starter, with nothing added: as every workspace but the first begins.
beforeEach(async () => {
  await server?.close();
  const workspaceId = await createWorkspace(database(), "Action", Date.now());
  server = await startServer(database(), pack, null, { workspaceId });
  owner = await signedIn(database(), workspaceId, "owner");
});
afterAll(() => server.close());

const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  server.fetch(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
const putPlan = (plan: string, status = "active") => send("PUT", "/v1/billing", { plan, status }, owner);
const add = () => send("POST", "/v1/actions", { action: "customer_enrichment" });
const activate = () => send("POST", `${PATH}/activate`);
async function begin() {
  await putPlan("professional");
  await add();
  await activate();
}
const configure = (configuration: object, etag = "*") =>
  send("PUT", `${PATH}/configuration`, configuration, { "if-match": etag });
const say = (handle: string, text: string, more: object = {}) => server.chat({ handle, text, ...more });
async function identityOf(email: string): Promise<string> {
  const { body } = await send("POST", "/v1/identity/keys", { algorithm: "HS256" });
  const token = new SignJWT({ email }).setProtectedHeader({ alg: "HS256" }).setExpirationTime("10m");
  return token.sign(new TextEncoder().encode(body.secret));
}
const allOf = (reason: string) => ({ name: reason, email: reason, phone: reason });

describe("the action", () => {
  test("is available, is added, and is activated on Professional: each step says who did it and when", async () => {
    const available = (await send("GET", "/v1/actions")).body.actions[0];
    expect(available).toMatchObject({ status: "available", added: false, builtIn: true, activatedAt: null });
    expect((await activate()).body).toMatchObject({ status: 409, code: "action_not_added" });

    const added = await add();
    expect([added.status, added.body.status]).toEqual([201, "added"]);
    expect(added.body.addedBy).toMatchObject({ kind: "api_key" });
    expect((await add()).body.code).toBe("action_added");
    expect((await send("POST", `${PATH}/enable`)).body.code).toBe("action_not_activated");

    const refused = await activate();
    expect(refused.status).toBe(402);
    expect(refused.body).toMatchObject({ code: "upgrade_required", upgradeUrl: "/v1/billing" });
    expect(refused.body.detail).toContain("Starter does not include it");

    await putPlan("professional");
    const { body: active } = await activate();
    expect(active).toMatchObject({ status: "active", collecting: "on", configurationVersion: 1 });
    expect(Date.now() - Date.parse(active.activatedAt)).toBeLessThan(10_000);
    expect((await activate()).body.activatedAt).toBe(active.activatedAt);
    const { body: audit } = await send("GET", "/v1/audit");
    expect(audit.events.map(({ action }: { action: string }) => action).toReversed()).toEqual([
      "action.added",
      "plan.changed",
      "action.activated",
    ]);
  });

  test("cannot be removed: it is built in, and the answer says what to do instead", async () => {
    await begin();
    const { body, status } = await send("DELETE", PATH);
    expect([status, body.code]).toEqual([409, "action_built_in"]);
    expect(body.detail).toContain(`POST ${PATH}/disable`);
    expect((await send("DELETE", "/v1/actions/other")).body.code).toBe("action_not_found");
  });

  test("counts at once for conversations that begin after its activation; those before stay as they were", async () => {
    const before = await say("a", ASKS);
    expect(before.reasons).toEqual(allOf("action_inactive"));
    expect([before.request, before.replies.length]).toEqual([null, 1]);
    await begin();
    const goesOn = await say("a", "my email is a@work.example");
    expect([goesOn.conversationId, goesOn.customer]).toEqual([before.conversationId, null]);
    expect(goesOn.reasons).toEqual(allOf("started_before_activation"));
    expect((await say("a", ASKS)).reasons).toEqual(allOf("started_before_activation"));
    expect((await say("b", ASKS)).request).toMatchObject({ field: "email" });
    expect((await say("a", ASKS, { newConversation: true })).request).toMatchObject({ field: "email" });
    const imported = await say("c", ASKS, { at: "2020-01-01T10:00:00Z" });
    expect(imported.request).toMatchObject({ field: "email" }); // it begins here now, whenever it was said
  });

  test("switched off in the middle stores messages and collects nothing; on again, it goes on", async () => {
    await begin();
    const { conversationId } = await say("a", "my name is Mike");
    await say("a", ASKS);
    expect((await send("POST", `${PATH}/disable`)).body).toMatchObject({ status: "disabled" });

    const off = await say("a", "my email is mike@work.example");
    expect(off.reasons).toEqual(allOf("action_inactive"));
    expect([off.mode, off.request, off.customer?.known]).toEqual(["inactive", null, { name: "Mike" }]);
    const meanwhile = await say("b", ASKS); // since the activation, though it is off
    expect(meanwhile.reasons).toEqual(allOf("action_inactive"));
    const { body: stored } = await send("GET", `/v1/conversations/${conversationId}`);
    expect(stored.messages.map(({ text }: { text: string }) => text)).toContain(
      "my email is mike@work.example",
    );
    expect((await send("GET", "/v1/customers")).body.total).toBe(1);
    // Nor is an address that is proved: by a code, or because the host signs it.
    const proof = { conversationId, email: "mike@work.example" };
    const code = createChallenge(storeOf(database()), server.workspaceId, proof, Date.now());
    await expect(code).rejects.toMatchObject({ code: "not_collecting" });
    const signed = await say("a", "Hi", { identity: await identityOf("mike@work.example") });
    expect(signed.customer?.known).toEqual({ name: "Mike" });

    expect((await send("POST", `${PATH}/enable`)).body.status).toBe("active");
    expect((await say("b", "my email is b@work.example")).customer?.known).toEqual({
      email: "b@work.example",
    });
    expect((await say("a", "my email is mike@work.example")).customer?.known).toEqual({
      name: "Mike",
      email: "mike@work.example",
    });
  });

  test("a downgrade and a lapsed payment stop it at the next turn; put right, it goes on as it was", async () => {
    await begin();
    await say("a", ASKS);
    await configure({ attemptsMax: 1 });
    for (const [plan, status] of [
      ["starter"],
      ["professional", "past_due"],
      ["enterprise", "cancelled"],
    ] as const) {
      await putPlan(plan, status);
      const lapsed = await say("a", "my email is mike@work.example");
      expect(lapsed.reasons).toEqual(allOf("not_entitled"));
      expect(lapsed.customer).toBeNull();
      expect((await send("GET", "/v1/actions")).body.actions[0]).toMatchObject({
        status: "active",
        collecting: "not_entitled",
        configurationVersion: 2,
      });
      expect((await send("POST", `${PATH}/enable`)).status).toBe(402);
    }
    await putPlan("enterprise");
    expect((await say("a", "my email is mike@work.example")).customer?.known).toEqual({
      email: "mike@work.example",
    });
  });
});
