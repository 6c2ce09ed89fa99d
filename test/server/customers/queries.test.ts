import { beforeAll, describe, expect, test } from "vitest";
import { parseState } from "../../../engine/decide/state.ts";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { ChatRequest, ConversationView } from "../../../server/conversations/contract.ts";
import { getConversation, getTurn } from "../../../server/conversations/queries.ts";
import { CustomerDetail, CustomerPage } from "../../../server/customers/contract.ts";
import { CLAIMS_SHOWN_MAX } from "../../../server/customers/provenance.ts";
import { listCustomers } from "../../../server/customers/list.ts";
import { CONVERSATIONS_SHOWN_MAX, getCustomer } from "../../../server/customers/queries.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";
import { sealSaid } from "../../../server/customers/sealed.ts";
import { newDataKey } from "../../../server/privacy/keyring.ts";
import { sealColumn } from "../../../server/privacy/sealed-columns.ts";
import { openerOf } from "../../support/opened-rows.ts";
import { v7 } from "uuid";
import { storeOf } from "../../support/stores.ts";

const NOON = Date.UTC(2025, 5, 1, 12);

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

describe.each(DATABASE_KINDS)("what can be read on %s", (kind) => {
  const opened = useDatabase(kind);

  async function begin() {
    const database = opened();
    const workspaceId = await createWorkspace(database, "queries", NOON);
    const say = (handle: string, text: string, body: object = {}, now = NOON) =>
      chat(storeOf(database), pack, workspaceId, ChatRequest.parse({ handle, text, ...body }), now);
    return { database, workspaceId, say };
  }

  test("customers come the latest interaction first, page after page, each exactly once", async () => {
    const { database, workspaceId, say } = await begin();
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) {
      // Two at a time of the same instant.
      const at = NOON + Math.floor(index / 2) * 1000;
      const { customer } = await say(`${index}`, `my email is c${index}@work.example`, {}, at);
      ids.push(customer?.id ?? "");
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await listCustomers(storeOf(database), workspaceId, {
        limit: 2,
        ...(cursor && { cursor }),
      });
      expect(CustomerPage.parse(page)).toEqual(page);
      seen.push(...page.customers.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(ids.toReversed());
  });

  test.each(["x", "e30", Buffer.from("1 2").toString("base64url")])(
    "%s is no cursor, and said to be none",
    async (cursor) => {
      const { database, workspaceId } = await begin();
      await expect(listCustomers(storeOf(database), workspaceId, { limit: 2, cursor })).rejects.toMatchObject(
        {
          code: "invalid_request",
          faults: [{ pointer: "?cursor" }],
        },
      );
    },
  );

  test("a number that could not be validated is stored with its mark, and asked back", async () => {
    const { database, workspaceId, say } = await begin();
    const { customer, confirm, findings } = await say("a", "my number is 0412 345 67");
    expect(customer).toMatchObject({ known: { phone: "041234567" }, unvalidated: ["phone"] });
    expect(confirm).toMatchObject({ field: "phone", stated: "041234567", suggestion: null });
    expect(findings).toMatchObject([{ field: "phone", status: "unvalidated", value: "041234567" }]);
    const detail = await getCustomer(storeOf(database), workspaceId, customer?.id ?? "");
    expect(CustomerDetail.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({ phone: "041234567", unvalidated: ["phone"] });
    expect(detail.provenance).toMatchObject([{ field: "phone", raw: "0412 345 67", unvalidated: true }]);
    const { customers } = await listCustomers(storeOf(database), workspaceId, { limit: 2 });
    expect(customers).toMatchObject([{ phone: "041234567", unvalidated: ["phone"] }]);
    // A message that gives nothing is taken from what is remembered, one of another conversation from what is stored.
    expect((await say("a", "do you have parking?")).customer?.unvalidated).toEqual(["phone"]);
    expect((await say("a", "Hi", { newConversation: true })).customer?.unvalidated).toEqual(["phone"]);
    expect((await say("a", "my number is +61 412 345 678")).customer?.unvalidated).toEqual([]);
    expect(await getCustomer(storeOf(database), workspaceId, customer?.id ?? "")).toMatchObject({
      unvalidated: [],
    });
  });

  test.each(["no", "I don't want to give you my number", "not quite, one digit missing", "8"])(
    "after %s the number is nobody's: kept in the provenance as denied, and missing again",
    async (answer) => {
      const { database, workspaceId, say } = await begin();
      await say("a", "my name is Mike");
      await say("a", "my number is 0412 345 67");
      const { customer } = await say("a", answer);
      const nothing = { known: { name: "Mike" }, unvalidated: [], missing: ["email", "phone"] };
      expect(customer).toMatchObject(nothing);
      expect((await say("a", "do you have parking?")).customer).toMatchObject(nothing);
      expect((await say("a", "Hi", { newConversation: true })).customer).toMatchObject(nothing);
      const detail = await getCustomer(storeOf(database), workspaceId, customer?.id ?? "");
      expect(CustomerDetail.parse(detail)).toEqual(detail);
      expect(detail).toMatchObject({ name: "Mike", phone: null, unvalidated: [], conflicts: {} });
      expect(detail.provenance).toMatchObject([
        { field: "name", standing: "current" },
        { field: "phone", value: "041234567", unvalidated: true, standing: "denied" },
      ]);
    },
  );

  test("a number that is denied and given again stands", async () => {
    const { database, workspaceId, say } = await begin();
    await say("a", "my number is 0412 345 67");
    await say("a", "no");
    const { customer } = await say("a", "0412 345 67");
    expect(customer).toMatchObject({ known: { phone: "041234567" }, unvalidated: ["phone"] });
    const detail = await getCustomer(storeOf(database), workspaceId, customer?.id ?? "");
    expect(detail.phone).toBe("041234567");
    expect(detail.provenance.map(({ standing }) => standing)).toEqual(["denied", "current"]);
  });

  test("the refusal of a number that was asked back cools off in later conversations", async () => {
    const { say } = await begin();
    await say("a", "my number is 0412 345 67");
    await say("a", "I don't want to give you my number");
    const { reasons } = await say("a", "I'd like to book an appointment", { newConversation: true });
    expect(reasons["phone"]).toBe("cooling_off");
  });

  test("whoever keeps its own bot is told to ask again", async () => {
    const { say } = await begin();
    await say("a", "my number is 0412 345 67", { respond: false });
    const answer = await say("a", "not quite, one digit missing", { respond: false });
    expect(answer).toMatchObject({ replies: [], confirm: null, request: { field: "phone", attempt: 1 } });
    expect(answer.request?.wording).toContain("whole phone number");
  });

  test("a corrected email shows both claims with their provenance, and which one stands", async () => {
    const { database, workspaceId, say } = await begin();
    const first = await say("a", "my email is bob@home.example", { platform: "line" });
    const text = "sorry, it's bob@work.example, not bob@home.example";
    const { customer } = await say("a", text, { platform: "line" }, NOON + 1000);
    const detail = await getCustomer(storeOf(database), workspaceId, customer?.id ?? "");
    expect(CustomerDetail.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({ email: "bob@work.example", platforms: ["line"], conversationCount: 1 });
    const emails = detail.provenance.filter(({ field }) => field === "email");
    expect(emails).toMatchObject([
      { value: "bob@home.example", standing: "superseded", messageSeq: 1, trust: "claimed" },
      {
        value: "bob@work.example",
        raw: "bob@work.example",
        standing: "current",
        conversationId: first.conversationId,
        messageSeq: 3,
        packHash: pack.hash,
        at: new Date(NOON + 1000).toISOString(),
      },
    ]);
    const span = emails[1]?.span ?? { start: 0, end: 0 };
    expect(text.slice(span.start, span.end)).toBe("bob@work.example");
  });

  test("values that contradict across handles are shown as conflicts", async () => {
    const { database, workspaceId, say } = await begin();
    await say("a", "My name is Mike, my email is bob@work.example");
    const { customer } = await say("b", "My name is Anna, my email is bob@work.example");
    const detail = await getCustomer(storeOf(database), workspaceId, customer?.id ?? "");
    expect(detail).toMatchObject({ name: "Mike", conflicts: { name: ["Anna"] }, conversationCount: 2 });
    expect(detail.provenance.filter(({ field }) => field === "name").map(({ standing }) => standing)).toEqual(
      ["current", "conflicting"],
    );
  });

  test("a conversation is read in pages of messages, in their order", async () => {
    const { database, workspaceId, say } = await begin();
    const { conversationId } = await say("a", "Can you email me your price list?", { messageId: "m1" });
    await say("a", "bob@work.example");
    const page = await getConversation(storeOf(database), workspaceId, conversationId, {
      after: 0,
      limit: 3,
    });
    expect(page.messages.map(({ seq, role }) => `${seq} ${role}`)).toEqual([
      "1 customer",
      "2 bot",
      "3 customer",
    ]);
    expect(page).toMatchObject({ messageCount: 4, nextAfter: 3, turn: 2, handle: "a", request: null });
    expect(page.messages[0]).toMatchObject({ messageId: "m1", turn: 1 });
    const rest = await getConversation(storeOf(database), workspaceId, conversationId, {
      after: 3,
      limit: 3,
    });
    expect(rest.messages.map(({ seq }) => seq)).toEqual([4]);
    expect(rest.nextAfter).toBeNull();
    expect(ConversationView.parse(page)).toEqual(page);
  });

  test("a conversation shows the state that the next turn starts from", async () => {
    const { database, workspaceId, say } = await begin();
    const { conversationId, trace } = await say("a", "Can you email me your price list?", { trace: true });
    const { state, mode } = await getConversation(storeOf(database), workspaceId, conversationId, {
      after: 0,
      limit: 1,
    });
    expect(state).toEqual(trace?.after);
    expect(parseState(state)).toEqual(state);
    expect([mode, state.dialogue.mode, state.turn]).toEqual(["requesting", "requesting", 1]);
  });

  test("a customer of very many conversations and claims is shown in part, and the answer says so", async () => {
    const { database, workspaceId, say } = await begin();
    const { customer, conversationId } = await say("a", "My name is Mike, my email is bob@work.example");
    const id = customer?.id ?? "";
    expect(await getCustomer(storeOf(database), workspaceId, id)).toMatchObject({
      conversationsTruncated: false,
      provenanceTruncated: false,
    });
    const keyring = await storeOf(database).keyrings.of(workspaceId);
    const { keyOf } = await openerOf(database, workspaceId);
    const handles = Array.from({ length: CONVERSATIONS_SHOWN_MAX }, (_, n) => {
      const copy = v7();
      const { key, row } = newDataKey(keyring, copy);
      const handle = sealColumn(workspaceId, key, "conversations.handle", copy, "a").toString("hex");
      return { n: n + 1, id: copy, handle, wrapped: Buffer.from(row.key_wrapped).toString("hex") };
    });
    const phones = Array.from({ length: CLAIMS_SHOWN_MAX }, (_, n) => {
      const copy = v7();
      const said = { value: `+${n + 1}`, raw: `+${n + 1}` };
      return {
        n: n + 1,
        id: copy,
        said: sealSaid(workspaceId, keyOf(conversationId), copy, said).toString("hex"),
      };
    });
    await inWorkspace(database, workspaceId, async (tx) => {
      const conversations = CONVERSATIONS_SHOWN_MAX;
      const own = { id, conversationId };
      await tx.raw(
        `insert into conversations (workspace_id, id, handle_id, platform, handle, customer_id, link_trust, linked_at,
           link_seq, started_at, last_at, state)
         select workspace_id, copy.id, handle_id, platform, decode(copy.handle, 'hex'), customer_id, link_trust, linked_at,
           link_seq, started_at + n * interval '1 day', last_at + n * interval '1 day', state
         from conversations, json_to_recordset(cast(:copies as json)) as copy (n integer, id uuid, handle text)
         where conversations.id = :conversationId and customer_id = :id`,
        { ...own, copies: JSON.stringify(handles) },
      );
      await tx.raw(
        `insert into data_keys (workspace_id, subject_id, workspace_key_version, wrapped)
         select :workspaceId, id, 1, decode(wrapped, 'hex')
         from json_to_recordset(cast(:copies as json)) as copy (id uuid, wrapped text)`,
        { workspaceId, copies: JSON.stringify(handles) },
      );
      await tx.raw(
        `insert into claims (workspace_id, id, conversation_id, handle_id, message_seq, turn, field, said,
           span_start, span_end, extractor, unvalidated, pack_hash, trust, at)
         select workspace_id, copy.id, conversation_id, handle_id, message_seq, turn, 'phone', decode(copy.said, 'hex'),
           span_start, span_end, extractor, unvalidated, pack_hash, trust, at
         from claims, json_to_recordset(cast(:copies as json)) as copy (n integer, id uuid, said text)
         where field = 'name' order by n`,
        { copies: JSON.stringify(phones) },
      );
      await tx.raw(
        "update customer_activity set conversation_count = conversation_count + :conversations where customer_id = :id",
        {
          id,
          conversations,
        },
      );
    });
    const detail = await getCustomer(storeOf(database), workspaceId, id);
    expect(detail).toMatchObject({ conversationsTruncated: true, provenanceTruncated: true });
    expect(CustomerDetail.parse(detail)).toEqual(detail);
    expect(detail.conversations).toHaveLength(CONVERSATIONS_SHOWN_MAX);
    expect(detail.conversations.some((conversation) => conversation.id === conversationId)).toBe(false);
    expect(detail.conversations.at(-1)?.lastAt).toBe(
      new Date(NOON + CONVERSATIONS_SHOWN_MAX * 86_400_000).toISOString(),
    );
    expect(detail.provenance).toHaveLength(CLAIMS_SHOWN_MAX);
    const current = detail.provenance.filter(({ standing }) => standing === "current");
    expect(current.map(({ field, value }) => [field, value])).toEqual([
      ["name", "Mike"],
      ["email", "bob@work.example"],
      ["phone", `+${CLAIMS_SHOWN_MAX}`],
    ]);
  });

  test("a turn is read with its trace and with its reasons in words", async () => {
    const { database, workspaceId, say } = await begin();
    const text = "Can you email me your price list?";
    const answer = await say("a", text, { trace: true });
    const turn = await getTurn(storeOf(database), workspaceId, answer.conversationId, 1);
    expect(turn).toMatchObject({ turn: 1, text, replies: answer.replies, reasons: answer.reasons });
    expect(JSON.stringify(turn.trace)).toBe(JSON.stringify(answer.trace));
    expect(turn.explanation.join("\n")).toContain("email: asked");
  });

  test("what is not there, or another workspace's, is not found", async () => {
    const { database, workspaceId, say } = await begin();
    const { conversationId, customer } = await say("a", "my email is bob@work.example");
    const other = await createWorkspace(database, "other", NOON);
    const page = { after: 0, limit: 3 };
    await expect(getConversation(storeOf(database), other, conversationId, page)).rejects.toMatchObject({
      code: "conversation_not_found",
    });
    await expect(getTurn(storeOf(database), other, conversationId, 1)).rejects.toMatchObject({
      code: "conversation_not_found",
    });
    await expect(getTurn(storeOf(database), workspaceId, conversationId, 2)).rejects.toMatchObject({
      code: "turn_not_found",
    });
    await expect(getCustomer(storeOf(database), other, customer?.id ?? "")).rejects.toMatchObject({
      code: "customer_not_found",
    });
  });
});
