import { beforeAll, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import type { TurnAnswer } from "../../../server/turn/answer.ts";
import { getConversation } from "../../../server/conversations/queries.ts";
import { getCustomer } from "../../../server/customers/queries.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { SILENCE_MS, chat } from "../../../server/turn/chat.ts";
import { AHEAD_MS_MAX } from "../../../server/turn/time-said.ts";
import { WAITING_MAX } from "../../../server/turn/turn-queue.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { asTwoProcesses, DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";
import { sealColumn } from "../../../server/privacy/sealed-columns.ts";
import { openerOf } from "../../support/opened-rows.ts";
import { storeOf } from "../../support/stores.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const DAY_MS = 24 * 60 * 60 * 1000;
const PRICE_LIST = "Can you email me your price list?";

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

describe.each(DATABASE_KINDS)("a chat on %s", (kind) => {
  const opened = useDatabase(kind);

  /** A workspace of its own. `say` states what differs from a customer's message of the handle "a" at noon. */
  async function begin() {
    const database = opened();
    const workspaceId = await createWorkspace(database, "chat", NOON);
    const say = (
      body: { readonly text: string } & Readonly<Record<string, unknown>>,
      now = NOON,
    ): Promise<TurnAnswer> =>
      chat(storeOf(database), pack, workspaceId, ChatRequest.parse({ handle: "a", ...body }), now);
    const messages = async (id: string) =>
      (await getConversation(storeOf(database), workspaceId, id, { after: 0, limit: 500 })).messages;
    return { database, workspaceId, say, messages };
  }

  test("a redelivered message gets the stored answer byte for byte, and makes no second turn", async () => {
    const { say, messages } = await begin();
    const request = { text: PRICE_LIST, messageId: "m1" };
    const first = await say(request);
    await say({ text: "bob@work.example" });
    const again = await say(request, NOON + DAY_MS);
    expect(JSON.stringify(again)).toBe(JSON.stringify(first));
    const traced = await say({ ...request, trace: true });
    expect(traced.trace?.reasons).toEqual(first.reasons);
    expect((await messages(first.conversationId)).map(({ turn }) => turn)).toEqual([1, null, 2, null]);
  });

  test("a state that another version stored is named as such, and a new conversation goes round it", async () => {
    const { database, workspaceId, say } = await begin();
    const { conversationId } = await say({ text: "Hi" });
    const { keyOf } = await openerOf(database, workspaceId);
    const key = keyOf(conversationId);
    const state = sealColumn(workspaceId, key, "conversations.state", conversationId, '{"version": 2}');
    await inWorkspace(database, workspaceId, (tx) =>
      tx.raw(
        `with other_process as (update handles set revision = revision + 1 where workspace_id = :workspaceId)
         update conversations set state = :state where workspace_id = :workspaceId`,
        { workspaceId, state },
      ),
    );
    const unreadable = { code: "conversation_unreadable", status: 500 };
    await expect(say({ text: "Hi" })).rejects.toMatchObject(unreadable);
    const view = getConversation(storeOf(database), workspaceId, conversationId, { after: 0, limit: 1 });
    await expect(view).rejects.toMatchObject(unreadable);
    expect((await say({ text: "Hi", newConversation: true })).turn).toBe(1);
  });

  test("a redelivered message of an agent gets the stored answer too", async () => {
    const { say } = await begin();
    const request = { text: "What is your email?", messageId: "m1", role: "agent" };
    const first = await say(request);
    await say({ text: "My name is Mike" });
    expect(JSON.stringify(await say(request))).toBe(JSON.stringify(first));
  });

  test("parallel duplicates give exactly one turn and one answer", async () => {
    const { say, messages } = await begin();
    const request = { text: "Hi, it's Mike here", messageId: "m1" };
    const answers = await Promise.all(Array.from({ length: 12 }, () => say(request)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(
      (await messages(answers[0]?.conversationId ?? "")).filter(({ role }) => role === "customer"),
    ).toHaveLength(1);
  });

  test("a messageId that comes again with another text or role is refused; another handle may use it", async () => {
    const { say } = await begin();
    await say({ text: "Hi", messageId: "m1" });
    await expect(say({ text: "Hello", messageId: "m1" })).rejects.toMatchObject({
      code: "message_id_reused",
    });
    await expect(say({ text: "Hi", messageId: "m1", role: "agent" })).rejects.toMatchObject({
      code: "message_id_reused",
    });
    expect((await say({ text: "Hello", messageId: "m1", handle: "b" })).turn).toBe(1);
  });

  test("a conversation is found by its own handle, platform and workspace only", async () => {
    const { say } = await begin();
    const { conversationId } = await say({ text: "Hi" });
    const other = await begin();
    const notFound = { code: "conversation_not_found" };
    await expect(say({ text: "Hi", conversationId, handle: "b" })).rejects.toMatchObject(notFound);
    await expect(say({ text: "Hi", conversationId, platform: "line" })).rejects.toMatchObject(notFound);
    await expect(other.say({ text: "Hi", conversationId })).rejects.toMatchObject(notFound);
    expect((await say({ text: "Hi", conversationId })).turn).toBe(2);
  });

  test("a conversation goes on until the silence, or until a new one is wanted", async () => {
    const { say } = await begin();
    const first = await say({ text: "Hi" });
    const still = await say({ text: "Hi" }, NOON + SILENCE_MS);
    expect(still.conversationId).toBe(first.conversationId);
    const later = await say({ text: "Hi" }, NOON + 2 * SILENCE_MS + 1);
    expect(later.conversationId).not.toBe(first.conversationId);
    const wanted = await say({ text: "Hi", newConversation: true }, NOON + 2 * SILENCE_MS + 2);
    expect(wanted.conversationId).not.toBe(later.conversationId);
    const back = await say({ text: "Hi", conversationId: first.conversationId }, NOON + DAY_MS);
    expect(back.turn).toBe(3);
  });

  test("the caller's time of a message is what counts as now", async () => {
    const { say, messages } = await begin();
    const first = await say({ text: "Hi", at: "2025-06-01T08:00:00+02:00" });
    expect((await messages(first.conversationId))[0]?.at).toBe("2025-06-01T06:00:00.000Z");
    const silent = await say({ text: "Hi", at: "2025-06-01T09:00:00Z" });
    expect(silent.conversationId).not.toBe(first.conversationId);
  });

  test("a time ahead of the server's clock is refused, but for what clocks differ by", async () => {
    const { say } = await begin();
    const ahead = (ms: number) => say({ text: "Hi", at: new Date(NOON + ms).toISOString() });
    for (const ms of [AHEAD_MS_MAX + 1, DAY_MS, 73 * 365 * DAY_MS]) {
      await expect(ahead(ms)).rejects.toMatchObject({
        code: "invalid_request",
        faults: [{ pointer: "/at", detail: expect.stringContaining("5 minutes") }],
      });
    }
    const first = await ahead(AHEAD_MS_MAX);
    const silent = await say({ text: "Hi" }, NOON + AHEAD_MS_MAX + SILENCE_MS + 1);
    expect(silent.conversationId).not.toBe(first.conversationId);
  });

  test("a message that comes late counts where it was said: in its conversation, whose dates it moves", async () => {
    const { database, workspaceId, say } = await begin();
    const first = await say({ text: "my email is bob@work.example" });
    const late = await say({ text: "Hi", at: new Date(NOON - SILENCE_MS).toISOString() });
    expect(late).toMatchObject({ conversationId: first.conversationId, turn: 2 });
    const after = await say({ text: "Hi" }, NOON + SILENCE_MS);
    expect(after.conversationId).toBe(first.conversationId);
    expect(await getCustomer(storeOf(database), workspaceId, first.customer?.id ?? "")).toMatchObject({
      conversationCount: 1,
      firstAt: new Date(NOON - SILENCE_MS).toISOString(),
      lastAt: new Date(NOON + SILENCE_MS).toISOString(),
    });
  });

  test("imported messages make conversations of their own beside the open one, which goes on", async () => {
    const { database, workspaceId, say } = await begin();
    const open = await say({ text: "my email is bob@work.example" });
    const imported = (daysAgo: number, minutes: number) =>
      say({ text: "Hi", at: new Date(NOON - daysAgo * DAY_MS + minutes * 60_000).toISOString() });
    const old = [await imported(9, 0), await imported(9, 10), await imported(8, 0), await imported(9, 5)];
    const [a, b, c, d] = old.map(({ conversationId }) => conversationId);
    expect([b, d]).toEqual([a, a]);
    expect(new Set([open.conversationId, a, c]).size).toBe(3);
    expect((await say({ text: "Hi" }, NOON + 60_000)).conversationId).toBe(open.conversationId);
    const { conversations, ...customer } = await getCustomer(
      storeOf(database),
      workspaceId,
      open.customer?.id ?? "",
    );
    expect(customer).toMatchObject({
      conversationCount: 3,
      firstAt: new Date(NOON - 9 * DAY_MS).toISOString(),
      lastAt: new Date(NOON + 60_000).toISOString(),
    });
    expect(conversations.map(({ id, turn }) => [id, turn])).toEqual([
      [a, 3],
      [c, 1],
      [open.conversationId, 2],
    ]);
  });

  test("parallel messages of a handle take turns in the order in which they came", async () => {
    const { say, messages } = await begin();
    const texts = Array.from({ length: 20 }, (_, index) => `message ${index}`);
    const answers = await Promise.all(texts.map((text) => say({ text })));
    expect(answers.map(({ turn }) => turn)).toEqual(texts.map((_, index) => index + 1));
    const stored = await messages(answers[0]?.conversationId ?? "");
    expect(stored.filter(({ role }) => role === "customer").map(({ text }) => text)).toEqual(texts);
    expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, index) => index + 1));
  });

  test("a flood from one handle is refused before it takes connections, and others are served", async () => {
    const { say } = await begin();
    const flood = Promise.allSettled(Array.from({ length: WAITING_MAX + 5 }, () => say({ text: "Hi" })));
    const other = await say({ text: "Hi", handle: "b" });
    expect(other.turn).toBe(1);
    const refused = (await flood).filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(4);
    expect(refused[0]).toMatchObject({ reason: { code: "too_many_waiting" } });
  });

  test("what an agent says is recorded and answered with silence; what it asked for is then heard", async () => {
    const { say, messages } = await begin();
    const asked = await say({ text: "Could you give me your phone number?", role: "agent" });
    expect(asked).toMatchObject({ replies: [], findings: [], turn: 0, customer: null });
    const given = await say({ text: "0412 345 678", region: "AU" });
    expect(given.customer?.known).toEqual({ phone: "+61412345678" });
    expect((await messages(asked.conversationId)).map(({ role }) => role)).toEqual([
      "agent",
      "customer",
      "bot",
    ]);
  });

  test("beside another bot nothing is said, and the question comes with its wording", async () => {
    const { say, messages } = await begin();
    const answer = await say({ text: PRICE_LIST, respond: false });
    expect(answer.replies).toEqual([]);
    expect(answer.request).toMatchObject({
      field: "email",
      attempt: 1,
      wording: expect.stringContaining("?"),
    });
    expect((await messages(answer.conversationId)).map(({ role }) => role)).toEqual(["customer"]);
    const spoken = await say({ text: PRICE_LIST, handle: "b" });
    expect(spoken.request).toEqual({ field: "email", rule: answer.request?.rule, attempt: 1 });
  });

  test("a refusal cools off across the person's conversations, and then the field may be asked for again", async () => {
    const { say } = await begin();
    await say({ text: PRICE_LIST });
    const refused = await say({ text: "no thanks, I'd rather not" });
    expect(refused.reasons["email"]).toBe("refused");
    const soon = await say({ text: PRICE_LIST }, NOON + DAY_MS);
    expect(soon.conversationId).not.toBe(refused.conversationId);
    expect(soon.reasons["email"]).toBe("cooling_off");
    const somebody = await say({ text: PRICE_LIST, handle: "b" }, NOON + DAY_MS);
    expect(somebody.reasons["email"]).toBe("asked");
    const later = await say({ text: PRICE_LIST }, NOON + (pack.limits.coolOffDays + 1) * DAY_MS);
    expect(later.reasons["email"]).toBe("asked");
  });

  test("what the handle gave is known in its next conversation, and what its profile holds from others is not", async () => {
    const { say } = await begin();
    await say({ text: "My name is Anna, my email is anna@work.example", handle: "b" });
    await say({ text: "my email is anna@work.example" });
    const next = await say({ text: "Hi", newConversation: true });
    expect(next.customer?.known).toEqual({ email: "anna@work.example" });
    expect(next.customer?.missing).toEqual(expect.arrayContaining(["name", "phone"]));
  });

  test("a turn without a link makes two database trips, and one where the process remembers the person", async () => {
    const { database, workspaceId, say } = await begin();
    const tripsOf = async (through: Database) => {
      const before = through.statistics.trips;
      await chat(
        storeOf(through),
        pack,
        workspaceId,
        ChatRequest.parse({ handle: "a", text: PRICE_LIST }),
        NOON,
      );
      return through.statistics.trips - before;
    };
    await say({ text: "my email is bob@work.example" });
    expect(await tripsOf(database)).toBe(1);
    const other = { ...database };
    // The first turn in a workspace also loads its keys and keeps the rule pack.
    await chat(storeOf(other), pack, workspaceId, ChatRequest.parse({ handle: "b", text: "Hi" }), NOON);
    expect(await tripsOf(other)).toBe(2);
  });

  test("a message whose turn fails leaves nothing behind", async () => {
    const { database, workspaceId, say } = await begin();
    const failing: RulePack = {
      ...pack,
      matcher: {
        match() {
          throw new Error("a rule pack that breaks");
        },
        nearMisses: () => [],
      },
    };
    const request = ChatRequest.parse({ handle: "a", text: "Hi", messageId: "m1" });
    await expect(chat(storeOf(database), failing, workspaceId, request, NOON)).rejects.toThrow(
      "a rule pack that breaks",
    );
    expect((await say({ text: "Hi", messageId: "m1" })).turn).toBe(1);
  });
});

test("parallel duplicates through two processes give exactly one turn, and the same bytes to all", async () => {
  await asTwoProcesses(async (processes) => {
    const workspaceId = await createWorkspace(processes[0], "rush", NOON);
    for (let round = 0; round < 5; round += 1) {
      const message = { handle: `rush ${round}`, text: PRICE_LIST, messageId: "m1" };
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, index) =>
          chat(
            storeOf(processes[index % 2 === 0 ? 0 : 1]),
            pack,
            workspaceId,
            ChatRequest.parse(message),
            NOON,
          ),
        ),
      );
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      const page = { after: 0, limit: 500 };
      const id = answers[0]?.conversationId ?? "";
      const { turn, messages } = await getConversation(storeOf(processes[0]), workspaceId, id, page);
      expect([turn, messages.map(({ role }) => role)]).toEqual([1, ["customer", "bot"]]);
    }
  });
});
