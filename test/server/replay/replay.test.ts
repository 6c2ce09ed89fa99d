import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { RuleFile } from "../../../engine/rules/pack.ts";
import { leaveErased } from "../../../server/audit/leaves.ts";
import { sealLeaves } from "../../../server/audit/seal-leaves.ts";
import { verifyAudit } from "../../../server/audit/verify.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createChallenge } from "../../../server/identity/challenges.ts";
import { verifyCode } from "../../../server/identity/verify-code.ts";
import { sealColumn, turnRow } from "../../../server/privacy/sealed-columns.ts";
import { countConversations, replayAll, replayOne, type Replay } from "../../../server/replay/replay-all.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { conversation } from "../../engine/decide/conversation.ts";
import { openerOf } from "../../support/opened-rows.ts";
import { defaultRuleFiles, packOf } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const STEP_MS = 7 * 60 * 1000;

let files: readonly RuleFile[];
beforeAll(async () => {
  files = await defaultRuleFiles();
});

/** The default rules with another reply here and there: another pack. */
const changed = () => files.map(({ path, text }) => ({ path, text: `${text}\n# another version\n` }));

describe.each(DATABASE_KINDS)("replay on %s", (kind) => {
  const opened = useDatabase(kind);

  async function begin() {
    const store = storeOf(opened());
    const workspaceId = await createWorkspace(opened(), "replay", NOON);
    let now = NOON;
    const say = (text: string, body: object = {}, pack = packOf(files)) =>
      chat(store, pack, workspaceId, ChatRequest.parse({ handle: "a", text, ...body }), (now += STEP_MS));
    const all = async () => {
      const replays: Replay[] = [];
      for await (const replay of replayAll(store, workspaceId)) replays.push(replay);
      return replays;
    };
    return { store, workspaceId, say, all };
  }

  test("law: any conversation replays to the same bytes, and its audit verifies", async () => {
    const { workspaceId, say, all } = await begin();
    const pack = packOf(files);
    const message = fc.record({
      handle: fc.constantFrom("a", "b", "c"),
      respond: fc.boolean(),
      newConversation: fc.boolean(),
    });
    let messages = 0;
    await fc.assert(
      fc.asyncProperty(conversation, fc.array(message, { minLength: 1 }), async (lines, how) => {
        for (const [index, { role, text }] of lines.entries()) {
          const elsewhere = role === "elsewhere";
          const { newConversation = false, ...body } = how[index % how.length] ?? {};
          const asked = { ...body, newConversation: elsewhere || (newConversation && index === 0) };
          const said = elsewhere ? `my email is ${text}` : text;
          const request = { ...asked, role: role === "agent" ? role : "customer" };
          // What no one can send: blank texts, NUL, halves of characters.
          if (!ChatRequest.safeParse({ handle: "a", text: said }).success) continue;
          await say(said, request, pack);
          messages += 1;
        }
      }),
      { numRuns: kind === "pglite" ? 15 : 40 },
    );
    const replays = await all();
    expect(replays.filter(({ outcome }) => outcome !== "same")).toEqual([]);
    expect(replays.length).toBeGreaterThan(3);
    expect(messages).toBeGreaterThan(50);
    expect((await verifyAudit(opened(), workspaceId)).faults).toEqual([]);
  });

  test("what an address was proved by is no word of the engine's, and replays all the same", async () => {
    const { store, workspaceId, say, all } = await begin();
    const request = ChatRequest.parse({ handle: "b", text: "Can you email me your price list?" });
    const identity = "mike@work.example";
    await chat(store, packOf(files), workspaceId, request, NOON, { identity });
    const { conversationId } = await say("Can you email me your price list?");
    const asked = { conversationId, email: "mike@proved.example" };
    const { challengeId, mail } = await createChallenge(store, workspaceId, asked, NOON);
    const code = /\d{3} \d{3}/u.exec(mail?.text ?? "")?.[0] ?? "";
    const actor = { kind: "operator", id: "test" } as const;
    expect(await verifyCode(store, workspaceId, { challengeId, code }, actor, NOON)).toBe(true);
    await say("I'd like to book an appointment");
    await say("my name is Mike");
    expect((await all()).map(({ outcome }) => outcome)).toEqual(["same", "same"]);
    expect((await verifyAudit(opened(), workspaceId)).faults).toEqual([]);
  });

  test("each turn is run with the pack that was in force, also when another is by now", async () => {
    const { store, workspaceId, say, all } = await begin();
    await say("Can you email me your price list?");
    const { conversationId } = await say("mike@work.example", {}, packOf(changed()));
    await say("What is your phone number?", { role: "agent" });
    await say("0412 345 678", { region: "AU" }, packOf(changed()));
    const [replay] = await all();
    expect(replay).toEqual({ conversationId, outcome: "same", turns: 3, differences: [] });
    expect(await replayOne(store, workspaceId, conversationId)).toEqual(replay);
    expect(await countConversations(store, workspaceId)).toBe(1);
    await inWorkspace(opened(), workspaceId, (tx) =>
      tx.raw("delete from rule_packs where hash = :hash", { hash: packOf(files).hash }),
    );
    const [without] = await all();
    expect(without).toMatchObject({ outcome: "different" });
    expect(JSON.stringify(without)).toContain("was not kept");
  });

  test("a trace, a reply and a claim that are not what the turn makes are named", async () => {
    const { workspaceId, say, all } = await begin();
    const { conversationId } = await say("my email is mike@work.example");
    const { keyOf, open } = await openerOf(opened(), workspaceId);
    const key = keyOf(conversationId);
    await inWorkspace(opened(), workspaceId, async (tx) => {
      const [turn] = await tx.raw<{ trace: Uint8Array }>("select trace from turns");
      const row = turnRow(conversationId, 1);
      const trace = JSON.parse(open(conversationId, "turns.trace", row, turn?.trace ?? new Uint8Array()));
      const forged = JSON.stringify({ ...trace, move: "fall_back" });
      await tx.raw("update turns set trace = :forged", {
        forged: sealColumn(workspaceId, key, "turns.trace", row, forged),
      });
      const [reply] = await tx.raw<{ id: string }>("select id from messages where role = 'bot'");
      const id = reply?.id ?? "";
      const text = sealColumn(workspaceId, key, "messages.text", id, "We never asked.");
      await tx.raw("update messages set text = :text where id = :id", { text, id });
      await tx.raw("update claims set span_end = span_end - 1");
    });
    const [replay] = await all();
    expect(replay).toMatchObject({
      outcome: "different",
      differences: [expect.stringMatching(/^message 1: trace \(move\), reply,.* claims$/u)],
    });
  });

  test("what was taken back and refused is compared as well", async () => {
    const { workspaceId, say, all } = await begin();
    await say("my number is 0412 345 67", { region: "AU" });
    await say("no", { region: "AU" });
    await say("no thanks, I'd rather not give my phone number");
    expect(await all()).toMatchObject([{ outcome: "same", turns: 3 }]);
    const rows = await inWorkspace(opened(), workspaceId, async (tx) => [
      ...(await tx.raw("update claims set denied = not denied returning denied")),
      ...(await tx.raw("update refusals set at = at + interval '1 second' returning field")),
    ]);
    expect(rows).toEqual([{ denied: false }, { field: "phone" }]);
    const differences = ["which claims were taken back", "refusals"];
    expect(await all()).toMatchObject([{ outcome: "different", differences }]);
  });

  test("erased conversations say so: without their key, and without their rows", async () => {
    const { store, workspaceId, say, all } = await begin();
    const first = await say("Hi there");
    const second = await say("Hi there", { handle: "b" });
    const third = await say("Hi there", { handle: "c" });
    await inWorkspace(opened(), workspaceId, async (tx) => {
      await tx.raw("delete from data_keys where subject_id = :id", { id: first.conversationId });
      const id = second.conversationId;
      for (const table of ["turns", "messages"])
        await tx.raw(`delete from ${table} where conversation_id = :id`, { id });
      await tx.raw("delete from conversations where id = :id", { id });
      leaveErased(tx, [id]);
    });
    await sealLeaves(opened(), workspaceId, NOON);
    const outcomes = new Map((await all()).map(({ conversationId, outcome }) => [conversationId, outcome]));
    expect(outcomes.get(first.conversationId)).toBe("erased");
    expect(outcomes.get(second.conversationId)).toBe("erased");
    expect(outcomes.get(third.conversationId)).toBe("same");
    expect(await replayOne(store, workspaceId, second.conversationId)).toMatchObject({ outcome: "erased" });
    expect(await replayOne(store, workspaceId, workspaceId)).toBeNull();
  });
});
