/** Plans by hand and at Stripe, over HTTP. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Stripe } from "stripe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Role } from "../../../server/access/permission-contract.ts";
import { stripeBilling } from "../../../server/billing/stripe.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { signedIn } from "../../support/signed-in.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { checkoutCompleted, invoiceEvent, subscriptionEvent } from "./stripe-shapes.ts";

const SECRET = "whsec_test";
const PRICES = { starter: "price_s", professional: "price_p", enterprise: "price_e" };
const settings = {
  secretKey: "sk_test_1",
  webhookSecret: SECRET,
  prices: PRICES,
  upgradeUrl: "https://shop.example/plans",
};
const NOW = Math.floor(Date.now() / 1_000);

const database = useDatabase("pglite");
const as = (role: Role, server: TestServer) => signedIn(database(), server.workspaceId, role);
const billingOf = async (server: TestServer) =>
  (await server.fetch("/v1/billing", { headers: await as("owner", server) })).body;

describe("by hand", () => {
  let server: TestServer;
  beforeAll(async () => {
    const workspaceId = await createWorkspace(database(), "Billing", Date.now());
    server = await startServer(database(), await defaultPack(), null, { workspaceId });
  });
  afterAll(() => server.close());
  const put = async (body: object, role: Role = "owner") =>
    server.fetch("/v1/billing", {
      method: "PUT",
      body: JSON.stringify(body),
      headers: await as(role, server),
    });

  test("a workspace begins on Starter, and its owner chooses another plan: audited, with who and when", async () => {
    const before = await billingOf(server);
    expect(before).toMatchObject({
      plan: "starter",
      status: "active",
      includesAction: false,
      changedBy: null,
    });
    expect(before.plans).toEqual([
      { plan: "starter", priceUsd: 9, includesAction: false, prioritySupport: false },
      { plan: "professional", priceUsd: 19, includesAction: true, prioritySupport: false },
      { plan: "enterprise", priceUsd: 49, includesAction: true, prioritySupport: true },
    ]);
    const { body } = await put({ plan: "enterprise" });
    expect(body).toMatchObject({
      plan: "enterprise",
      includesAction: true,
      changedBy: { kind: "member" },
    });
    expect((await put({ plan: "enterprise" })).body.changedAt).toBe(body.changedAt);
    const { body: audit } = await server.fetch("/v1/audit?action=plan.changed");
    expect(audit.events.map(({ details }: { details: unknown }) => details)).toEqual([
      {
        plan: "enterprise",
        status: "active",
        provider: "manual",
        before: { plan: "starter", status: "active" },
      },
    ]);
  });

  test("is the owner's business alone: no other role's, and no API key's", async () => {
    for (const role of ["admin", "agent", "viewer"] as const) {
      const refused = await put({ plan: "starter" }, role);
      expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
    }
    expect((await server.fetch("/v1/billing")).status).toBe(403);
    expect((await put({ plan: "gold" })).body.detail).toBe(
      "/plan must be one of starter, professional, enterprise.",
    );
  });

  test("there is nothing to pay at, and nobody whose events are believed", async () => {
    const checkout = { method: "POST", body: '{"plan":"professional"}', headers: await as("owner", server) };
    expect((await server.fetch("/v1/billing/checkout", checkout)).body.code).toBe("billing_by_hand");
    const event = await server.fetch("/webhooks/stripe", { method: "POST", body: "{}" });
    expect([event.status, event.body.code]).toEqual([409, "billing_by_hand"]);
  });
});

describe("at Stripe", () => {
  let server: TestServer;
  beforeAll(async () => {
    const workspaceId = await createWorkspace(database(), "Stripe", Date.now());
    const options = { workspaceId, billing: stripeBilling(settings) };
    server = await startServer(database(), await defaultPack(), null, options);
    await server.fetch("/v1/actions", { method: "POST", body: '{"action":"customer_enrichment"}' });
  });
  afterAll(() => server.close());

  const stripe = new Stripe("sk_test_1");
  async function post(event: object, secret = SECRET, timestamp = Math.floor(Date.now() / 1_000)) {
    const payload = JSON.stringify(event, null, 2);
    const header = stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
    const headers = {
      "stripe-signature": header,
      "content-type": "application/json; charset=utf-8",
      authorization: "",
    };
    return server.fetch("/webhooks/stripe", { method: "POST", body: payload, headers });
  }
  const about = (id: string, after: number) => ({
    id,
    created: NOW + after,
    workspaceId: server.workspaceId,
  });
  const professional = { price: "price_p", made: NOW };
  const activate = () => server.fetch("/v1/actions/customer_enrichment/activate", { method: "POST" });
  const standing = async () => {
    const { plan, status, provider } = await billingOf(server);
    return `${plan} ${status} ${provider}`;
  };

  test("what is bought, not paid, paid again and ended there counts here at the next message", async () => {
    const refused = await activate();
    expect([refused.status, refused.body.upgradeUrl]).toEqual([402, "https://shop.example/plans"]);

    expect((await post(checkoutCompleted(about("evt_0", 0)))).body).toEqual({ outcome: "ignored" });
    const bought = subscriptionEvent(about("evt_1", 1), "created", { ...professional, status: "active" });
    expect((await post(bought)).body).toEqual({ outcome: "applied" });
    expect(await standing()).toBe("professional active stripe");
    expect((await activate()).body.collecting).toBe("on");
    expect((await server.chat({ handle: "a", text: "my name is Mike" })).customer?.known).toEqual({
      name: "Mike",
    });

    await post(invoiceEvent(about("evt_2", 2), "payment_failed"));
    expect(await standing()).toBe("professional past_due stripe");
    const unpaid = await server.chat({ handle: "a", text: "my email is mike@work.example" });
    expect(unpaid.reasons["email"]).toBe("not_entitled");

    await post(invoiceEvent(about("evt_3", 3), "paid"));
    expect(await standing()).toBe("professional active stripe");
    const paid = await server.chat({ handle: "a", text: "my email is mike@work.example" });
    expect(paid.customer?.known).toEqual({ name: "Mike", email: "mike@work.example" });

    const up = subscriptionEvent(about("evt_5", 5), "updated", {
      price: "price_e",
      made: NOW,
      status: "active",
    });
    await post(up);
    // One that was sent before it comes late, and one comes again: neither changes anything.
    const late = subscriptionEvent(about("evt_4", 4), "updated", { ...professional, status: "past_due" });
    expect((await post(late)).body).toEqual({ outcome: "applied" });
    expect((await post(bought)).body).toEqual({ outcome: "known" });
    expect(await standing()).toBe("enterprise active stripe");

    await post(
      subscriptionEvent(about("evt_6", 6), "deleted", { price: "price_e", made: NOW, status: "canceled" }),
    );
    expect(await standing()).toBe("enterprise cancelled stripe");
    const foreign = subscriptionEvent(about("evt_7", 7), "created", {
      price: "price_of_something_else",
      made: NOW + 7,
      status: "active",
      id: "sub_other",
    });
    await post(foreign);
    expect(await standing()).toBe("starter active stripe");
  });

  test("an event is believed only if it is signed with the secret, over these bytes, and not long ago", async () => {
    const before = await standing();
    const event = subscriptionEvent(about("evt_9", 90), "updated", { ...professional, status: "active" });
    const forged = [
      await post(event, "whsec_other"),
      await post(event, SECRET, Math.floor(Date.now() / 1_000) - 301),
      await server.fetch("/webhooks/stripe", { method: "POST", body: JSON.stringify(event) }),
      await server.fetch("/webhooks/stripe", {
        method: "POST",
        body: JSON.stringify(event),
        headers: {
          "stripe-signature": stripe.webhooks.generateTestHeaderString({ payload: "{}", secret: SECRET }),
        },
      }),
    ];
    for (const { status, body } of forged) expect([status, body.code]).toEqual([400, "signature_invalid"]);
    expect(await standing()).toBe(before);
    expect(() => stripeBilling({ ...settings, webhookSecret: " " })).toThrow("is empty");
  });

  test("an event of another workspace, of none, or of something else is taken and changes nothing", async () => {
    const elsewhere = { id: "evt_x", created: NOW, workspaceId: "00000000-0000-7000-8000-00000000beef" };
    const bought = subscriptionEvent(elsewhere, "created", { ...professional, status: "active" });
    for (const event of [
      bought,
      subscriptionEvent({ ...elsewhere, workspaceId: "none" }, "created", {
        ...professional,
        status: "active",
      }),
      { ...bought, type: "customer.created" },
    ])
      expect((await post(event)).body).toEqual({ outcome: "ignored" });
  });

  test("by hand nothing is chosen then; a link leads to the checkout of the plan, made for this workspace", async () => {
    const headers = await as("owner", server);
    const byHand = await server.fetch("/v1/billing", {
      method: "PUT",
      body: '{"plan":"enterprise"}',
      headers,
    });
    expect([byHand.status, byHand.body.code]).toEqual([409, "billing_by_provider"]);

    const asked: { path: string; version: string | undefined; form: URLSearchParams }[] = [];
    // Stands where Stripe is, which no test may call: it answers as Stripe's reference has it.
    const api = createServer((request, response) => {
      let body = "";
      request.on("data", (piece) => (body += piece));
      request.on("end", () => {
        const version = request.headers["stripe-version"];
        asked.push({ path: request.url ?? "", version: String(version), form: new URLSearchParams(body) });
        const isKnown = new URLSearchParams(body).get("line_items[0][price]") === "price_p";
        response.writeHead(isKnown ? 200 : 400, { "content-type": "application/json" });
        const session = {
          id: "cs_1",
          object: "checkout.session",
          url: "https://checkout.stripe.com/c/pay/cs_1",
        };
        const error = { error: { type: "invalid_request_error", message: "No such price" } };
        response.end(JSON.stringify(isKnown ? session : error));
      });
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => api.once("listening", resolve));
    const { port } = api.address() as AddressInfo;
    const paying = await startServer(database(), await defaultPack(), null, {
      workspaceId: server.workspaceId,
      billing: stripeBilling({ ...settings, api: { host: "127.0.0.1", port, protocol: "http" } }),
    });
    const checkout = (plan: string) =>
      paying.fetch("/v1/billing/checkout", { method: "POST", body: JSON.stringify({ plan }), headers });
    const made = await checkout("professional");
    expect([made.status, made.body]).toEqual([201, { url: "https://checkout.stripe.com/c/pay/cs_1" }]);
    expect(asked[0]).toMatchObject({ path: "/v1/checkout/sessions", version: "2026-10-28.endive" });
    expect(Object.fromEntries(asked[0]?.form ?? [])).toMatchObject({
      mode: "subscription",
      client_reference_id: server.workspaceId,
      "subscription_data[metadata][workspace_id]": server.workspaceId,
      success_url: "https://shop.example/plans",
    });
    const refused = await checkout("enterprise");
    expect([refused.status, refused.body.code]).toEqual([503, "billing_unavailable"]);
    await paying.close();
    await new Promise((resolve) => api.close(resolve));
  });
});
