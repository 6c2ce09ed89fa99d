import { Webhook as StandardWebhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { Erasure } from "../../../server/erasure/contract.ts";
import { mergeCustomers } from "../../../server/merging/merge.ts";
import { unmergeCustomers } from "../../../server/merging/unmerge.ts";
import { claimDue, LEASE_MS } from "../../../server/webhooks/claim.ts";
import { Webhook, WebhookWithSecret, type DeliveryList } from "../../../server/webhooks/contract.ts";
import { KEPT_DAYS, purgeEvents } from "../../../server/webhooks/purge.ts";
import { ATTEMPTS_MAX } from "../../../server/webhooks/schedule.ts";
import { settleDelivery } from "../../../server/webhooks/settle-delivery.ts";
import { dumpOf, leaksIn } from "../../support/canaries.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS } from "../../support/test-databases.ts";
import type { Received } from "./receiver.ts";
import { ALL, until, useWebhooks } from "./use-webhooks.ts";

const DEED = { actor: { kind: "operator", id: "test" }, at: Date.now() } as const;
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** While it is claimed, it is to be tried next when the claim expires. */
const isUnderWay = ([one]: DeliveryList["deliveries"]) =>
  Date.parse(one?.nextAttemptAt ?? "") - Date.parse(one?.lastAttemptAt ?? "") === LEASE_MS;

const bodies = (received: readonly Received[]) => received.map(({ body }) => JSON.parse(body));
const told = (received: readonly Received[], type: string) =>
  bodies(received).filter((body) => body.type === type);

describe.each(DATABASE_KINDS)("webhooks on %s", (kind) => {
  const { database, server, workspaceId, send, listen, create, dispatch, deliveriesOf } = useWebhooks(kind);

  test("what happens in a conversation is told, signed as Standard Webhooks defines, with ids alone", async () => {
    const receiver = await listen();
    const { secret } = await create(receiver.url);
    dispatch();
    const said = await server.chat({
      handle: "s1",
      text: "My name is Melchiorra, my email is s1@work.example",
    });
    await server.chat({ handle: "s1", text: "please call me about my booking for tuesday" });
    await server.chat({ handle: "s1", text: "no thanks, I'd rather not give my phone number" });
    const received = await receiver.waitFor(4);
    const customerId = said.customer?.id;
    const { conversationId } = said;
    const verifier = new StandardWebhook(secret);
    for (const { headers, body } of received) {
      expect(verifier.verify(body, headers)).toEqual(JSON.parse(body));
      expect(() => verifier.verify(`${body} `, headers)).toThrow("No matching signature found");
    }
    expect(new Set(received.map(({ headers }) => headers["webhook-id"])).size).toBe(4);
    expect(bodies(received).every((body) => body.workspaceId === workspaceId())).toBe(true);
    expect(told(received, "customer.created")[0].data).toEqual({
      customerId,
      fields: expect.arrayContaining(["name", "email"]),
      verified: [],
      unvalidated: [],
    });
    expect(
      told(received, "field.collected")
        .map(({ data }) => data.field)
        .toSorted(),
    ).toEqual(["email", "name"]);
    expect(told(received, "field.collected")[0].data).toMatchObject({
      conversationId,
      customerId,
      messageSeq: 1,
      trust: "claimed",
    });
    expect(told(received, "request.refused")[0].data).toMatchObject({
      conversationId,
      customerId,
      fields: ["phone"],
    });
    expect(leaksIn(JSON.stringify(received), ["s1@work.example", "Melchiorra"])).toEqual([]);
  });

  test("a claim is one process's, until it expires; who comes back late changes nothing", async () => {
    const { id } = await create("http://127.0.0.1:9/hook");
    await send(`/v1/webhooks/${id}/test`);
    const store = storeOf(database());
    const now = Date.now() + 1_000;
    const [mine] = await claimDue(store, workspaceId(), id, now);
    expect(await claimDue(store, workspaceId(), id, now + LEASE_MS - 1)).toEqual([]);
    const [theirs] = await claimDue(store, workspaceId(), id, now + LEASE_MS);
    expect(theirs).toMatchObject({ eventId: mine?.eventId, attempts: 2 });
    if (mine === undefined || theirs === undefined) throw new Error("nothing was claimed");
    await settleDelivery(store, workspaceId(), mine, 500, now, 0);
    expect(await deliveriesOf(id)).toMatchObject([{ status: "waiting", attempts: 2, lastOutcome: null }]);
    await settleDelivery(store, workspaceId(), theirs, 200, now, 0);
    expect(await deliveriesOf(id)).toMatchObject([{ status: "delivered", attempts: 2, lastOutcome: "200" }]);
  });

  test("two processes share the work: nothing is sent twice", async () => {
    const receiver = await listen();
    const { id } = await create(receiver.url);
    for (let count = 0; count < 30; count += 1) await send(`/v1/webhooks/${id}/test`);
    dispatch();
    dispatch();
    await receiver.waitFor(30);
    await until(async () => (await deliveriesOf(id, "?status=delivered")).length === 30);
    expect(new Set(receiver.received.map((one) => one.headers["webhook-id"])).size).toBe(30);
    expect(receiver.received).toHaveLength(30);
  });
});

describe("webhooks", () => {
  const { database, server, workspaceId, send, listen, create, dispatch, deliveriesOf, outbox, pass } =
    useWebhooks("pglite");

  test("where no endpoint wants it, nothing is written", async () => {
    await server.chat({ handle: "nobody", text: "my name is Mike" });
    await create("http://127.0.0.1:9/hook", { events: ["customer.erased"] });
    await server.chat({ handle: "nobody", text: "my email is nobody@work.example" });
    await server.chat({ handle: "nobody", text: "no thanks, I'd rather not give my phone number" });
    expect(await outbox()).toEqual([]);
  });

  test("values come along where they are asked for, and are sealed until then", async () => {
    const receiver = await listen();
    await create(receiver.url, { withValues: true });
    await server.chat({ handle: "v1", text: "My name is Velma, my email is velma@work.example" });
    const dump = [...(await dumpOf(database(), workspaceId())).values()].flat().join("\n");
    expect(dump).toContain("field.collected");
    expect(leaksIn(dump, ["velma@work.example", receiver.url])).toEqual([]);
    dispatch();
    const received = await receiver.waitFor(3);
    expect(told(received, "customer.created")[0].data.values).toEqual({
      name: "Velma",
      email: "velma@work.example",
    });
    expect(
      told(received, "field.collected")
        .map(({ data }) => data.value)
        .toSorted(),
    ).toEqual(["Velma", "velma@work.example"]);
  });

  test("edits, tags, imports, moves, merges and their undoing are told", async () => {
    const receiver = await listen();
    const events = ["customer.created", "customer.updated", "customer.merged"];
    const { id } = await create(receiver.url, { events });
    const a = (await server.chat({ handle: "e1", text: "my name is Ann" })).customer?.id ?? "";
    const csv = "email,name\nann@merge.example,Ann\nbob@merge.example,Bob\n";
    const headers = { "content-type": "text/csv" };
    await server.fetch("/v1/customers/import", { method: "POST", body: csv, headers });
    const edit = { method: "PATCH", headers: { "if-match": "*" } };
    const fields = JSON.stringify({ fields: { name: "Anna" } });
    expect((await server.fetch(`/v1/customers/${a}`, { ...edit, body: fields })).status).toBe(200);
    await server.fetch(`/v1/customers/${a}/tags/vip`, { method: "PUT" });
    const moved = await server.chat({ handle: "e1", text: "my email is ann@merge.example" });
    const b = moved.customer?.id ?? "";
    const store = storeOf(database());
    const bob = (await server.fetch("/v1/customers?q=bob@merge.example")).body.customers[0].id;
    const request = { with: bob, choices: {}, dryRun: false };
    const { mergeId } = await mergeCustomers(store, workspaceId(), b, request, DEED);
    await unmergeCustomers(store, workspaceId(), b, mergeId ?? "", DEED);
    dispatch();
    await until(async () => (await deliveriesOf(id)).every(({ status }) => status === "delivered"));
    const { received } = receiver;
    expect(told(received, "customer.created").map(({ data }) => data.customerId)).toEqual(
      expect.arrayContaining([a, b, bob]),
    );
    const updates = told(received, "customer.updated").map(({ data }) => data);
    expect(updates).toContainEqual(expect.objectContaining({ customerId: a, changed: ["name"] }));
    expect(updates).toContainEqual(expect.objectContaining({ customerId: a, changed: ["tags"] }));
    expect(told(received, "customer.merged").map(({ data }) => data)).toContainEqual({
      customerId: b,
      absorbedId: bob,
      cause: "staff",
    });
    const again = told(received, "customer.created").filter(({ data }) => data.customerId === bob);
    expect(again.map(({ data }) => data.cause)).toEqual(expect.arrayContaining([undefined, "unmerged"]));
  });

  test("a failure is tried again with the same id and body, then it is a dead letter, which can be sent again", async () => {
    let status: number | null = 500;
    const receiver = await listen(() => status);
    const { id } = await create(receiver.url, { events: ["customer.erased"] });
    const { body } = await send(`/v1/webhooks/${id}/test`);
    dispatch(150);
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      if (attempt === 2) status = null; // no answer in time
      if (attempt === 3) status = 302; // no redirect is followed
      await receiver.waitFor(attempt);
      if (attempt < ATTEMPTS_MAX) {
        await until(async () => !isUnderWay(await deliveriesOf(id)));
        pass(10 * HOUR_MS);
      }
    }
    await until(async () => (await deliveriesOf(id, "?status=dead")).length === 1);
    expect(new Set(receiver.received.map((one) => one.headers["webhook-id"]))).toEqual(
      new Set([body.eventId]),
    );
    expect(new Set(receiver.received.map((one) => one.body)).size).toBe(1);
    expect(new Set(receiver.received.map((one) => one.headers["webhook-timestamp"])).size).toBeGreaterThan(1);
    const [dead] = await deliveriesOf(id, "?status=dead");
    expect(dead).toMatchObject({
      attempts: ATTEMPTS_MAX,
      type: "webhook.test",
      nextAttemptAt: null,
      lastOutcome: "302",
    });

    status = 200;
    const path = `/v1/webhooks/${id}/deliveries/${body.eventId}/redeliver`;
    expect((await send(path)).status).toBe(202);
    await until(async () => (await deliveriesOf(id, "?status=delivered")).length === 1);
    expect((await deliveriesOf(id))[0]).toMatchObject({ attempts: 1, lastOutcome: "200" });
    expect((await send(`/v1/webhooks/${id}/deliveries/${id}/redeliver`)).body.code).toBe(
      "delivery_not_found",
    );
  });

  test("410 ends it: the webhook is gone until somebody enables it", async () => {
    let status = 410;
    const receiver = await listen(() => status);
    const { id } = await create(receiver.url);
    await send(`/v1/webhooks/${id}/test`);
    dispatch();
    await until(async () => Webhook.parse((await server.fetch(`/v1/webhooks/${id}`)).body).status === "gone");
    expect(await deliveriesOf(id)).toMatchObject([{ status: "dead", lastOutcome: "410" }]);
    const count = (await outbox()).length;
    await server.chat({ handle: "gone", text: "my name is Gina" });
    expect(await outbox()).toHaveLength(count);
    status = 204;
    const enabled = await send(`/v1/webhooks/${id}`, { enabled: true }, "PATCH");
    expect(enabled.body).toMatchObject({ status: "enabled", events: ALL });
    await server.chat({ handle: "gone2", text: "my name is Gino" });
    await receiver.waitFor(3);
  });

  test("a new secret signs at once, and the one of before for a day longer", async () => {
    const receiver = await listen();
    const first = await create(receiver.url);
    const rotated = WebhookWithSecret.parse((await send(`/v1/webhooks/${first.id}/rotate`)).body);
    expect(rotated.secret).not.toBe(first.secret);
    await send(`/v1/webhooks/${first.id}/test`);
    dispatch();
    const [one] = await receiver.waitFor(1);
    for (const { secret } of [first, rotated]) {
      expect(new StandardWebhook(secret).verify(one?.body ?? "", one?.headers ?? {})).toBeDefined();
    }
    expect(JSON.stringify((await server.fetch("/v1/webhooks")).body)).not.toContain("whsec_");
  });

  test("an endpoint that does not answer keeps no other one waiting; what is told of one customer comes in order", async () => {
    const silent = await listen(() => null);
    const prompt = await listen();
    const events = ["customer.created", "customer.updated"];
    const slow = await create(silent.url, { events });
    await create(prompt.url, { events });
    dispatch(3_000);
    const id = (await server.chat({ handle: "p1", text: "my name is Paula" })).customer?.id;
    await server.chat({ handle: "p1", text: "my email is paula@work.example" });
    await prompt.waitFor(2);
    expect((await deliveriesOf(slow.id)).map(({ lastOutcome }) => lastOutcome)).toEqual([null, null]);
    expect(bodies(prompt.received).map(({ type, data }) => [type, data.customerId])).toEqual([
      ["customer.created", id],
      ["customer.updated", id],
    ]);
  });

  test("erasing leaves nothing of the person in the outbox, and is told", async () => {
    const receiver = await listen();
    const { id } = await create(receiver.url, { withValues: true });
    const said = await server.chat({ handle: "x1", text: "I'm Xenia, my email is xenia@canary.example" });
    const customerId = said.customer?.id ?? "";
    expect((await deliveriesOf(id)).length).toBeGreaterThanOrEqual(3);
    const erased = await send(`/v1/customers/${customerId}`, { confirm: customerId }, "DELETE");
    expect(Erasure.parse(erased.body).certificate.destroyed["webhook_events"]).toBeGreaterThanOrEqual(3);
    expect(await deliveriesOf(id)).toMatchObject([{ type: "customer.erased", status: "waiting" }]);
    dispatch();
    const received = await receiver.waitFor(1);
    expect(bodies(received)).toMatchObject([
      { type: "customer.erased", data: { customerId, cause: "request" } },
    ]);
    expect(leaksIn(JSON.stringify(received), ["xenia@canary.example"])).toEqual([]);
  });

  test("a transaction that is rolled back tells nothing", async () => {
    const { id } = await create("http://127.0.0.1:9/hook");
    const customer = (await server.chat({ handle: "r1", text: "my email is r1@work.example" })).customer?.id;
    await server.chat({ handle: "r2", text: "my email is r2@work.example" });
    const before = (await deliveriesOf(id)).length;
    const taken = {
      method: "PATCH",
      headers: { "if-match": "*" },
      body: JSON.stringify({ fields: { email: "r2@work.example" } }),
    };
    expect((await server.fetch(`/v1/customers/${customer}`, taken)).body.code).toBe("email_taken");
    expect(await deliveriesOf(id)).toHaveLength(before);
  });

  test("switched off, it is told nothing, and what waited can be sent again", async () => {
    const receiver = await listen();
    const { id } = await create(receiver.url);
    const { body } = await send(`/v1/webhooks/${id}/test`);
    expect((await send(`/v1/webhooks/${id}`, { enabled: false }, "PATCH")).body.status).toBe("disabled");
    expect(await deliveriesOf(id)).toMatchObject([{ status: "dead", lastOutcome: "disabled" }]);
    const count = (await outbox()).length;
    await server.chat({ handle: "off", text: "my name is Olga" });
    expect(await outbox()).toHaveLength(count);
    await send(`/v1/webhooks/${id}`, { enabled: true }, "PATCH");
    await send(`/v1/webhooks/${id}/deliveries/${body.eventId}/redeliver`);
    expect((await send(`/v1/webhooks/${id}/deliveries/${body.eventId}/redeliver`)).body.code).toBe(
      "delivery_waiting",
    );
    dispatch();
    await receiver.waitFor(1);
  });

  test("after a week events are removed", async () => {
    const { id } = await create("http://127.0.0.1:9/hook");
    await send(`/v1/webhooks/${id}/test`);
    await purgeEvents(database(), workspaceId(), Date.now() + KEPT_DAYS * DAY_MS - 60_000);
    expect(await deliveriesOf(id)).toHaveLength(1);
    await purgeEvents(database(), workspaceId(), Date.now() + KEPT_DAYS * DAY_MS + 60_000);
    expect(await deliveriesOf(id)).toEqual([]);
  });

  test("what is asked wrongly is refused with the reason", async () => {
    const refusals: readonly (readonly [object, string])[] = [
      [{ url: "http://169.254.169.254/", events: ALL }, "/url"],
      [{ url: "nowhere", events: ALL }, "/url"],
      [{ url: "https://crm.example/", events: [] }, "/events"],
      [{ url: "https://crm.example/", events: ["customer.sold"] }, "/events/0"],
      [{ url: "https://crm.example/", events: ALL, secret: "mine" }, "/secret"],
    ];
    for (const [body, pointer] of refusals) {
      const refused = await send("/v1/webhooks", body);
      expect(refused.status).toBe(400);
      expect(refused.body.errors).toMatchObject([{ pointer }]);
    }
    const unknown = "01890000-0000-7000-8000-000000000000";
    expect((await server.fetch(`/v1/webhooks/${unknown}`)).body.code).toBe("webhook_not_found");
    expect((await server.fetch("/v1/webhooks/nothing/deliveries")).body.code).toBe("webhook_not_found");
  });
});
