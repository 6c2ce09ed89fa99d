import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pino } from "pino";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { CustomersQuery } from "../../../server/customers/contract.ts";
import { listCustomers } from "../../../server/customers/list.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { erase } from "../../../server/erasure/erase.ts";
import { listErasures } from "../../../server/erasure/queries.ts";
import { RetentionPreview } from "../../../server/retention/contract.ts";
import { sweepHourly } from "../../../server/retention/hourly.ts";
import { previewRetention, putRetention } from "../../../server/retention/queries.ts";
import { SWEEPER, sweepRetention } from "../../../server/retention/sweep.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { dumpOf } from "../../support/canaries.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer } from "../http/start-server.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const DAY_MS = 86_400_000;

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

describe.each(DATABASE_KINDS)("retention on %s", (kind) => {
  let database: Database;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  async function begin() {
    const workspaceId = await createWorkspace(database, "retention", NOON);
    const say = (handle: string, text: string, day: number) =>
      chat(storeOf(database), pack, workspaceId, ChatRequest.parse({ handle, text }), NOON + day * DAY_MS);
    const set = (days: number | null) => putRetention(database, workspaceId, { days }, SWEEPER, NOON);
    const sweepOn = (day: number, isStopped = () => false) =>
      sweepRetention(storeOf(database), workspaceId, {
        actor: SWEEPER,
        clock: () => NOON + day * DAY_MS,
        isStopped,
      });
    const emails = async () =>
      (
        await listCustomers(storeOf(database), workspaceId, CustomersQuery.parse({ limit: "50" }))
      ).customers.map(({ email }) => email);
    return { workspaceId, say, set, sweepOn, emails };
  }

  test("who has been silent for longer is erased with a certificate; who came back is kept", async () => {
    const { workspaceId, say, set, sweepOn, emails } = await begin();
    const old = await say("old", "my email is old@work.example", 0);
    await say("back", "my email is back@work.example", 0);
    await say("back", "do you have parking?", 31);
    await say("new", "my email is new@work.example", 10);
    const stranger = await say("stranger", "do you have parking?", 0);
    const recent = await say("recent", "do you have parking?", 30);

    expect(await sweepOn(40)).toEqual({ customers: 0, conversations: 0 }); // nothing is set
    await set(30);
    const preview = await previewRetention(database, workspaceId, null, NOON + 31 * DAY_MS);
    expect(RetentionPreview.parse(preview)).toEqual({
      days: 30,
      silentSince: new Date(NOON + DAY_MS).toISOString(),
      customers: { count: 1, ids: [old.customer?.id] },
      conversations: { count: 1, ids: [stranger.conversationId] },
    });
    expect(await sweepOn(31)).toEqual({ customers: 1, conversations: 1 });
    expect(await emails()).toEqual(["back@work.example", "new@work.example"]);
    expect(await sweepOn(31)).toEqual({ customers: 0, conversations: 0 });

    const { erasures } = await listErasures(database, workspaceId, CustomersQuery.parse({ limit: "10" }));
    expect(erasures.map(({ subject, cause, by }) => ({ subject, cause, by })).toReversed()).toEqual([
      { subject: { kind: "customer", id: old.customer?.id }, cause: "retention", by: SWEEPER },
      { subject: { kind: "conversation", id: stranger.conversationId }, cause: "retention", by: SWEEPER },
    ]);
    const left = [...((await dumpOf(database, workspaceId)).get("conversations") ?? [])].join("\n");
    expect([left.includes(stranger.conversationId), left.includes(recent.conversationId)]).toEqual([
      false,
      true,
    ]);
    // Exactly as many days are not more.
    expect(await sweepOn(40)).toEqual({ customers: 0, conversations: 0 });
    expect(await sweepOn(61.5)).toEqual({ customers: 2, conversations: 1 });
    expect(await emails()).toEqual([]);
  });

  test("a sweep that is stopped is gone on with, and two at once erase nobody twice", async () => {
    const { workspaceId, say, set, sweepOn, emails } = await begin();
    for (let n = 0; n < 12; n += 1) await say(`${n}`, `my email is c${n}@work.example`, 0);
    await set(1);
    let asked = 0;
    expect(await sweepOn(9, () => ++asked > 3)).toEqual({ customers: 3, conversations: 0 });
    const [one, other] = await Promise.all([sweepOn(9), sweepOn(9)]);
    expect(one.customers + other.customers).toBe(9);
    expect(await emails()).toEqual([]);
    expect((await listErasures(database, workspaceId, { limit: 50 })).erasures).toHaveLength(12);
  });

  test("whoever writes after being found due is left alone", async () => {
    const { workspaceId, say, emails } = await begin();
    const { customer } = await say("a", "my email is a@work.example", 0);
    const { conversationId } = await say("b", "do you have parking?", 0);
    await say("a", "do you have parking?", 31);
    await say("b", "my email is b@work.example", 0); // as silent as before, but somebody's now
    const occasion = {
      cause: "retention",
      actor: SWEEPER,
      now: NOON + 31 * DAY_MS,
      silentSince: NOON + DAY_MS,
    } as const;
    const asked = [
      { kind: "customer", id: customer?.id ?? "" },
      { kind: "conversation", id: conversationId },
    ] as const;
    for (const subject of asked) {
      const target =
        subject.kind === "customer"
          ? { customerId: subject.id, conversationIds: [] }
          : { customerId: null, conversationIds: [subject.id] };
      expect(await erase(storeOf(database), workspaceId, target, { ...occasion, subject })).toBeNull();
    }
    expect((await emails()).toSorted()).toEqual(["a@work.example", "b@work.example"]);
  });

  test("a server sweeps every workspace by itself, whatever fails in one of them, and stops", async () => {
    const broken = await createWorkspace(database, "Broken", NOON - 1); // the first in their order
    const [one, two] = [await begin(), await begin()];
    for (const { say, set } of [one, two]) {
      await say("a", "my email is a@work.example", 0); // NOON is years ago
      await set(30);
    }
    const failing: Database = {
      ...database,
      async session() {
        const session = await database.session();
        const run: typeof session.run = async (queries) => {
          if (queries.some(({ text }) => text.includes(broken))) throw new Error("broken");
          return session.run(queries);
        };
        return { ...session, run };
      },
    };
    const store = { ...storeOf(database), database: failing };
    const sweeping = sweepHourly(store, pino({ level: "silent" }), { firstMs: 1, intervalMs: 5 });
    await expect.poll(one.emails).toEqual([]);
    await expect.poll(two.emails).toEqual([]);
    await one.say("b", "my email is b@work.example", 0);
    await expect.poll(one.emails).toEqual([]);
    await sweeping.stop();
    await one.say("c", "my email is c@work.example", 0);
    expect(await one.emails()).toEqual(["c@work.example"]);
  });

  test("it is read, set and tried over HTTP, and what is no number of days is refused", async () => {
    const server = await startServer(database, pack);
    const put = (days: unknown) =>
      server.fetch("/v1/retention", { method: "PUT", body: JSON.stringify({ days }) });
    expect((await server.fetch("/v1/retention")).body).toEqual({ days: null });
    expect((await server.fetch("/v1/retention/preview")).body).toMatchObject({
      days: null,
      silentSince: null,
    });
    expect((await put(365)).body).toEqual({ days: 365 });
    expect((await server.fetch("/v1/retention")).body).toEqual({ days: 365 });
    for (const days of [0, -1, 1.5, 36_501, "30", undefined]) {
      expect((await put(days)).body.errors).toMatchObject([{ pointer: "/days" }]);
    }
    expect((await server.fetch("/v1/retention/preview?days=0")).body.errors).toMatchObject([
      { pointer: "?days" },
    ]);
    const tried = await server.fetch("/v1/retention/preview?days=7");
    expect(RetentionPreview.parse(tried.body)).toMatchObject({ days: 7, customers: { count: 0, ids: [] } });
    expect((await put(null)).body).toEqual({ days: null });
    const events = await inWorkspace(database, server.workspaceId, (tx) =>
      tx.raw("select action, details from audit_events where action = 'retention.changed' order by at, id"),
    );
    expect(events).toEqual([
      { action: "retention.changed", details: { days: 365 } },
      { action: "retention.changed", details: { days: null } },
    ]);
    await server.close();
  });
});
