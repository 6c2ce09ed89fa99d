import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import type { TurnAnswer } from "../../../server/turn/answer.ts";
import type { Database } from "../../../server/database/database.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createMemory, type Remembered } from "../../../server/turn/remembered.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { asTwoProcesses, useDatabase } from "../../support/test-databases.ts";
import { storeOf } from "../../support/stores.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const MINUTE_MS = 60_000;

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});
const opened = useDatabase("postgres");

interface Said {
  readonly handle: "a" | "b";
  readonly text: string;
  readonly minutes: number;
  readonly how: "plain" | "new" | "first" | "late" | "again" | "agent";
  readonly process: 0 | 1;
}

const said: fc.Arbitrary<Said> = fc.record({
  handle: fc.constantFrom("a", "b"),
  text: fc.constantFrom(
    "Can you email me your price list?",
    "do you have parking?",
    "no thanks, I'd rather not",
    "my email is mike@work.example",
    "my email is mike@home.example",
    "My name is Mike",
    "my phone is 0412 345 67",
    "no",
    "I'd like to book an appointment",
  ),
  minutes: fc.constantFrom(0, 1, 40),
  how: fc.constantFrom("plain", "plain", "plain", "plain", "new", "first", "late", "again", "agent"),
  process: fc.constantFrom(0, 1),
});

/** What is answered to each message, with ids by the order in which they appear. `through` gives the database of each. */
async function answersTo(
  all: readonly Said[],
  through: (process: 0 | 1) => Database,
): Promise<readonly string[]> {
  const workspaceId = await createWorkspace(through(0), "memory", NOON);
  const first = new Map<string, string>();
  const answers: string[] = [];
  const seen: string[] = [];
  let now = NOON;
  for (const [index, { handle, text, minutes, how, process }] of all.entries()) {
    now += minutes * MINUTE_MS;
    const conversationId = first.get(handle);
    const request = ChatRequest.parse({
      handle,
      text: how === "again" ? "do you have parking?" : text,
      role: how === "agent" ? "agent" : "customer",
      ...(how === "new" ? { newConversation: true } : {}),
      ...(how === "first" && conversationId !== undefined ? { conversationId } : {}),
      ...(how === "late" ? { at: new Date(now - 25 * MINUTE_MS).toISOString() } : {}),
      messageId: how === "again" ? "again" : `m${index}`,
    });
    const response: TurnAnswer = await chat(storeOf(through(process)), pack, workspaceId, request, now);
    first.set(handle, conversationId ?? response.conversationId);
    answers.push(
      JSON.stringify(response).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/gu, (id) => {
        if (!seen.includes(id)) seen.push(id);
        return `#${seen.indexOf(id)}`;
      }),
    );
  }
  return [...answers, ...(await leftIn(through(0), workspaceId))];
}

/** What stands in the tables afterwards, as far as it is in the clear. */
async function leftIn(database: Database, workspaceId: string): Promise<readonly string[]> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const claims = await tx.raw(
      "select field, message_seq, turn, trust, unvalidated, denied from claims order by seq",
    );
    const customers = await tx.raw(`
      select fields, verified_fields, version, first_at, last_at, conversation_count,
        (select count(*) from customer_entries where customer_id = customers.id) as entries
      from customers join customer_activity on customer_id = id
      order by fields, version, first_at, last_at, conversation_count`);
    return [...claims, ...customers].map((row) => JSON.stringify(row));
  });
}

test("law: what a process remembers changes no answer and no row, with one process or with two", async () => {
  await asTwoProcesses(async (processes) => {
    await fc.assert(
      fc.asyncProperty(fc.array(said, { minLength: 1, maxLength: 14 }), async (all) => {
        // A copy is another database to whoever remembers by it: it reads every person anew.
        const anew = await answersTo(all, () => ({ ...processes[0] }));
        expect(await answersTo(all, () => processes[0])).toEqual(anew);
        expect(await answersTo(all, (process) => processes[process])).toEqual(anew);
      }),
      { numRuns: 40 },
    );
  });
});

test("two processes take the messages of one handle one after the other, and lose none", async () => {
  await asTwoProcesses(async (processes) => {
    const workspaceId = await createWorkspace(processes[0], "turns", NOON);
    const request = ChatRequest.parse({ handle: "a", text: "do you have parking?" });
    const say = (process: 0 | 1) => chat(storeOf(processes[process]), pack, workspaceId, request, NOON);
    await say(0);
    await say(1);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => say(index % 2 === 0 ? 0 : 1)));
    const turns = answers.map(({ turn }) => turn).toSorted((one, other) => one - other);
    expect(turns).toEqual(Array.from({ length: 30 }, (_, index) => index + 3));
  });
});

test.each(["do you have parking?", "my email is mike@work.example", "no thanks"])(
  "somebody new who says %j to two processes at once begins one conversation, and every message is a turn",
  async (text) => {
    await asTwoProcesses(async (processes) => {
      const workspaceId = await createWorkspace(processes[0], "new", NOON);
      const say = (process: 0 | 1, handle: string) =>
        chat(storeOf(processes[process]), pack, workspaceId, ChatRequest.parse({ handle, text }), NOON);
      for (const handle of ["a", "b", "c", "d", "e"]) {
        const answers = await Promise.all([0, 1, 0, 1].map((process) => say(process === 0 ? 0 : 1, handle)));
        expect(answers.map(({ turn }) => turn).toSorted()).toEqual([1, 2, 3, 4]);
        expect(new Set(answers.map(({ conversationId }) => conversationId)).size).toBe(1);
      }
    });
  },
);

test("a detail that is given again is a claim again, and costs no trip of its own", async () => {
  const database = opened();
  const workspaceId = await createWorkspace(database, "given again", NOON);
  const say = async (text: string, handle = "a") => {
    const before = database.statistics.trips;
    const request = ChatRequest.parse({ handle, text });
    await chat(storeOf(database), pack, workspaceId, request, NOON);
    return database.statistics.trips - before;
  };
  await say("Hi", "b"); // keeps the pack, and reads what is in force
  const first = await say("my email is mike@work.example");
  const again = await say("as I said: mike@work.example");
  const other = await say("my email is mike@home.example");
  const returned = await say("my email is mike@work.example");
  expect({ first, again, other, returned }).toEqual({ first: 3, again: 1, other: 2, returned: 2 });
  const claims = (await leftIn(database, workspaceId)).filter((row) => row.includes('"field":"email"'));
  expect(claims).toHaveLength(4);
});

test("a message that comes again finds its answer, although the person is remembered", async () => {
  const database = opened();
  const workspaceId = await createWorkspace(database, "again", NOON);
  const say = (messageId: string, text = "do you have parking?") =>
    chat(storeOf(database), pack, workspaceId, ChatRequest.parse({ handle: "a", text, messageId }), NOON);
  const answers = [await say("m1"), await say("m2"), await say("m3")];
  expect([await say("m1"), await say("m2"), await say("m3")]).toEqual(answers);
  await expect(say("m2", "Hi")).rejects.toMatchObject({ code: "message_id_reused" });
  expect((await say("m4")).turn).toBe(4);
});

test("who was silent longest is forgotten first", () => {
  const memory = createMemory(2);
  // Only that it is there matters here.
  const somebody = {} as unknown as Remembered;
  memory.remember("a", somebody);
  memory.remember("b", somebody);
  memory.remember("a", somebody);
  memory.remember("c", somebody);
  expect(["a", "b", "c"].map((person) => memory.recall(person) !== undefined)).toEqual([true, false, true]);
});
