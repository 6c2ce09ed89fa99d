/** The product's main job as its users would try it: conversations over real HTTP, on each of the databases. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TurnAnswer } from "../../../server/turn/answer.ts";
import type { CustomerDetail } from "../../../server/customers/contract.ts";
import type { Database } from "../../../server/database/database.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { DIALOGUES } from "./dialogues.ts";
import type { Line } from "./dialogues.ts";
import { startServer } from "./start-server.ts";
import type { TestServer } from "./start-server.ts";

describe.each(DATABASE_KINDS)("on %s", (kind) => {
  let database: Database;
  let server: TestServer;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    server = await startServer(database, await defaultPack());
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  test.each(DIALOGUES.map((dialogue) => [dialogue.title, dialogue] as const))(
    "%s",
    async (title, { region, lines }) => {
      const seen: Line[] = [];
      for (const [index, { says, ...expected }] of lines.entries()) {
        const answer = await server.chat({ handle: title, text: says, ...(region && { region }) });
        expect(answer.turn).toBe(index + 1);
        expect(questionsIn(answer)).toBeLessThanOrEqual(1);
        expect(Object.keys(answer.reasons).toSorted()).toEqual(["email", "name", "phone"]);
        seen.push({ says, ...observed(answer, expected) });
      }
      expect(seen).toEqual(lines);
    },
  );

  test("a correction replaces the value, and its provenance shows both", async () => {
    const person = { handle: "corrects" };
    await server.chat({ ...person, text: "my email is bob@home.example" });
    const corrected = await server.chat({
      ...person,
      text: "sorry, it's bob@work.example, not bob@home.example",
    });
    expect(corrected.customer?.known).toEqual({ email: "bob@work.example" });
    const customer = await customerOf(corrected);
    expect(customer.email).toBe("bob@work.example");
    expect(customer.provenance.map(({ field, value, raw }) => [field, value, raw])).toEqual([
      ["email", "bob@home.example", "bob@home.example"],
      ["email", "bob@work.example", "bob@work.example"],
    ]);
  });

  test("the same email on two platforms is one customer; another email is another", async () => {
    const web = await server.chat({
      handle: "v1",
      platform: "web_widget",
      text: "my email is Ann@Work.example",
    });
    const line = await server.chat({ handle: "U2", platform: "line", text: "it's ann@work.example" });
    const other = await server.chat({
      handle: "v1b",
      platform: "web_widget",
      text: "my email is ann@other.example",
    });
    expect(line.customer?.id).toBe(web.customer?.id);
    expect(other.customer?.id).not.toBe(web.customer?.id);
    const customer = await customerOf(line);
    expect(customer.conversations.map(({ platform, handle }) => [platform, handle])).toEqual([
      ["web_widget", "v1"],
      ["line", "U2"],
    ]);
    expect([customer.conversationCount, customer.platforms]).toEqual([2, ["line", "web_widget"]]);
  });

  test("every turn can be read again with its reasons in words", async () => {
    const { conversationId } = await server.chat({
      handle: "why",
      text: "Can you email me your price list?",
    });
    const { body: turn } = await server.fetch(`/v1/conversations/${conversationId}/turns/1`);
    expect(turn.reasons).toMatchObject({ email: "asked", name: "no_trigger", phone: "no_trigger" });
    expect(turn.explanation.join("\n")).toMatch(/email: asked/u);
    expect(turn.explanation.join("\n")).toMatch(/phone: not asked/u);
    const { body: conversation } = await server.fetch(`/v1/conversations/${conversationId}`);
    expect(conversation.messages.map((message: { role: string }) => message.role)).toEqual([
      "customer",
      "bot",
    ]);
  });

  test("a redelivered message gets the answer of its turn", async () => {
    const message = { handle: "twice", text: "Can you email me your price list?", messageId: "m1" };
    const first = await server.chat(message);
    const [again, parallel] = await Promise.all([server.chat(message), server.chat(message)]);
    expect([again, parallel]).toEqual([first, first]);
    const reused = await server.fetch("/v1/chat", {
      method: "POST",
      body: JSON.stringify({ ...message, text: "Something else" }),
    });
    expect([reused.status, reused.body.code]).toEqual([409, "message_id_reused"]);
  });

  test("beside another bot, nothing is said but the wording of what to ask is given", async () => {
    const message = { handle: "sidecar", text: "Can you email me your price list?", respond: false };
    const answer = await server.chat(message);
    expect(answer.replies).toEqual([]);
    expect(answer.request).toMatchObject({ field: "email", rule: "receive_info", attempt: 1 });
    expect(answer.request?.wording).toMatch(/\?/u);
    const heard = await server.chat({ handle: "sidecar", text: "Which email may I use?", role: "bot" });
    expect([heard.replies, heard.turn]).toEqual([[], 1]);
  });

  test("customers are listed page by page", async () => {
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? "" : `&cursor=${cursor}`;
      const { body } = await server.fetch(`/v1/customers?limit=2${query}`);
      expect(body.customers.length).toBeLessThanOrEqual(2);
      seen.push(...body.customers.map((customer: { id: string }) => customer.id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    const all = await server.fetch("/v1/customers");
    expect(seen).toEqual(all.body.customers.map((customer: { id: string }) => customer.id));
    expect(new Set(seen).size).toBe(seen.length);
  });

  async function customerOf(answer: TurnAnswer): Promise<CustomerDetail> {
    return (await server.fetch(`/v1/customers/${answer.customer?.id}`)).body;
  }
});

/** What came of a message, as far as the table looks at it. */
function observed(answer: TurnAnswer, expected: Omit<Line, "says">): Omit<Line, "says"> {
  const asked = Object.entries(answer.reasons).find(([, reason]) => reason === "asked")?.[0] ?? null;
  const reasons = Object.keys(expected.reasons ?? {}).map((field) => [field, answer.reasons[field]]);
  return {
    ...("asks" in expected && { asks: asked }),
    ...("offers" in expected && { offers: answer.confirm?.suggestion ?? "nothing" }),
    ...("known" in expected && { known: answer.customer?.known ?? {} }),
    ...("reasons" in expected && { reasons: Object.fromEntries(reasons) }),
    ...("attempt" in expected && { attempt: answer.request?.attempt ?? 0 }),
  };
}

function questionsIn(answer: TurnAnswer): number {
  return answer.replies.join(" ").split("?").length - 1;
}
