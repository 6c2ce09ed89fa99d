import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { writeEvent } from "../../../server/audit/events.ts";
import { leaveErased } from "../../../server/audit/leaves.ts";
import { sealLeaves } from "../../../server/audit/seal-leaves.ts";
import { verifyAudit, verifyIn } from "../../../server/audit/verify.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createChallenge } from "../../../server/identity/challenges.ts";
import { verifyCode } from "../../../server/identity/verify-code.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, openTestDatabase, useDatabase } from "../../support/test-databases.ts";
import { anyEdit, make, unlock } from "./edits.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
// AUDIT_EDITS=10000 for a thorough run.
const EDITS = Number(process.env["AUDIT_EDITS"] ?? 150);

/** A workspace with two conversations of many kinds of messages, an event, two seals and leaves that wait. */
async function populated(database: Database): Promise<string> {
  const pack = await defaultPack();
  const workspaceId = await createWorkspace(database, "audit", NOON);
  let now = NOON;
  const say = (text: string, body: object = {}) =>
    chat(
      storeOf(database),
      pack,
      workspaceId,
      ChatRequest.parse({ handle: "a", text, ...body }),
      (now += 1000),
    );
  await say("Can you email me your price list?", { messageId: "m1" });
  await say("mike@gmial");
  await say("I'm Mike and it's mike@work.example, phone 0412 345 678", { region: "AU" });
  const { conversationId } = await say("What is your phone number?", { role: "agent", messageId: "m2" });
  await inWorkspace(database, workspaceId, async (tx) => {
    const actor = { kind: "operator", id: "test" } as const;
    writeEvent(tx, { actor, action: "customer.viewed", subject: { kind: "customer", id: "x" }, at: now });
  });
  await prove(database, workspaceId, conversationId, now);
  await sealLeaves(database, workspaceId, now);
  await say("no, I'd rather not give my number");
  await say("my colleague's address is eve@work.example", { handle: "b", respond: false });
  await sealLeaves(database, workspaceId, now);
  await say("my name is Anna Lindqvist", { handle: "b" });
  await say("Sorry, it's mike@home.example");
  return workspaceId;
}

/** The person proves another address by a mailed code: a claim that is no part of a message. */
async function prove(database: Database, workspaceId: string, conversationId: string, now: number) {
  const store = storeOf(database);
  const asked = { conversationId, email: "mike@proved.example" };
  const { challengeId, mail } = await createChallenge(store, workspaceId, asked, now);
  const code = /\d{3} \d{3}/u.exec(mail?.text ?? "")?.[0] ?? "";
  const actor = { kind: "operator", id: "test" } as const;
  expect(await verifyCode(store, workspaceId, { challengeId, code }, actor, now)).toBe(true);
}

class Undo extends Error {}

const removed = (table: string) => `a row of ${table} that belongs to it was removed`;

describe.each(DATABASE_KINDS)("the audit on %s", (kind) => {
  const opened = useDatabase(kind);

  test("what nobody touched is as it was written", async () => {
    const workspaceId = await populated(opened());
    const verified = await verifyAudit(opened(), workspaceId);
    expect(verified).toMatchObject({ seals: 2, steps: 8, events: 5, waiting: 2, erased: 0, faults: [] });
    expect((await verifyAudit(opened(), workspaceId, { from: 2 })).faults).toEqual([]);
  });

  test("law: every edit of a covered row is found, whichever it is", async () => {
    const database = await openTestDatabase(kind);
    try {
      const workspaceId = await populated(database);
      const columns = await unlock(database);
      let made = 0;
      const found = fc.asyncProperty(anyEdit, async (edit) => {
        const attempt = inWorkspace(database, workspaceId, async (tx) => {
          const sql = await make(tx, columns, edit);
          if (sql !== null) {
            made += 1;
            const { faults } = await verifyIn(tx);
            if (faults.length === 0) throw new Error(`not found: ${sql}`);
          }
          throw new Undo();
        });
        await expect(attempt).rejects.toThrow(Undo);
      });
      await fc.assert(found, { numRuns: EDITS });
      expect(made).toBeGreaterThan(EDITS / 2);
      expect((await verifyAudit(database, workspaceId)).faults).toEqual([]);
    } finally {
      await database.close();
    }
  });

  test("the row that was changed, put in or removed is named, and no other", async () => {
    const database = opened();
    const workspaceId = await populated(database);
    const [first] = await inWorkspace(database, workspaceId, (tx) =>
      tx.raw<{ id: string }>("select id from conversations order by id limit 1"),
    );
    const changed = "it was changed";
    const edits = [
      ["messages", "seq = 1", "set role = 'bot'", "message 1", changed],
      ["messages", "seq = 2", "set text = ''", "message 2", changed],
      ["turns", "turn = 2", "set engine_version = ''", "turn 2", changed],
      ["claims", "field = 'name'", "set rule = 'x'", "message 5, claim ID", changed],
      ["claims", "field = 'name'", null, "message 5", removed("claims")],
      ["claims", "field = 'name'", "set message_seq = 3", "message 3, claim ID", "it was put in"],
      ["turns", "turn = 1", null, "message 1", removed("turns")],
    ] as const;
    for (const [table, which, set, where, what] of edits) {
      const attempt = inWorkspace(database, workspaceId, async (tx) => {
        const place = `from ${table} where conversation_id = '${first?.id}' and ${which}`;
        const [row] = await tx.raw<{ id: string }>(
          `select coalesce(to_json(${table}) ->> 'id', '') as id ${place}`,
        );
        await tx.raw(
          set === null ? `delete ${place}` : `update ${table} ${set} ${place.replace(/^from \w+/u, "")}`,
        );
        const { faults } = await verifyIn(tx);
        const found = {
          table,
          row: `conversation ${first?.id}, ${where.replace("ID", row?.id ?? "")}`,
          what,
        };
        expect(faults).toContainEqual(found);
        // Where a row was removed or put in, their number says so besides.
        expect(new Set(faults.map((fault) => fault.table))).toEqual(new Set([table]));
        throw new Undo();
      });
      await expect(attempt).rejects.toThrow(Undo);
    }
  });

  test("a leaf that waits and says something else of its rows is named", async () => {
    const database = opened();
    const workspaceId = await populated(database);
    const attempt = inWorkspace(database, workspaceId, async (tx) => {
      await tx.raw("update audit_leaves set leaf = regexp_replace(leaf, ' m[0-9a-f]{3}', ' m000')");
      const { faults } = await verifyIn(tx);
      expect(new Set(faults.map(({ table, what }) => `${table}: ${what}`))).toEqual(
        new Set(["audit_leaves: the leaf was changed: its rows are as they were written"]),
      );
      throw new Undo();
    });
    await expect(attempt).rejects.toThrow(Undo);
  });

  test("an erased conversation leaves the rest valid, and one that was just removed is named", async () => {
    const database = opened();
    const workspaceId = await populated(database);
    const remove = (tell: boolean) =>
      inWorkspace(database, workspaceId, async (tx) => {
        const [first] = await tx.raw<{ id: string }>("select id from conversations order by id limit 1");
        const id = first?.id ?? "";
        for (const table of ["identity_challenges", "findings", "claims", "refusals", "turns", "messages"])
          await tx.raw(`delete from ${table} where conversation_id = :id`, { id });
        await tx.raw("delete from conversations where id = :id", { id });
        if (tell) leaveErased(tx, [id]);
        return id;
      });
    await remove(true);
    expect(await verifyAudit(database, workspaceId)).toMatchObject({ erased: 1, faults: [] });
    const removed = await remove(false);
    const { faults } = await verifyAudit(database, workspaceId);
    expect(faults.map(({ row, what }) => `${row}: ${what}`)).toContain(
      `conversation ${removed}, message 1: it was removed`,
    );
  });

  test("seals that were made anew are held to the roots that were kept", async () => {
    const database = opened();
    const workspaceId = await populated(database);
    const roots = new Map([
      [2, "0".repeat(64)],
      [7, "0".repeat(64)],
    ]);
    const { faults } = await verifyAudit(database, workspaceId, { roots });
    expect(faults.map(({ row }) => row)).toEqual(["seal 2", "seal 7"]);
  });

  test("two servers that seal at once make one chain, and no leaf is lost", async () => {
    const database = opened();
    const workspaceId = await populated(database);
    await Promise.all([1, 2, 3].map(() => sealLeaves(database, workspaceId, NOON)));
    expect(await verifyAudit(database, workspaceId)).toMatchObject({ seals: 3, waiting: 0, faults: [] });
    expect(await sealLeaves(database, workspaceId, NOON)).toBeNull();
  });
});
