import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { verifyAudit } from "../../../server/audit/verify.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { FindingsQuery } from "../../../server/findings/contract.ts";
import { listFindings, markFinding } from "../../../server/findings/queries.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { storeOf } from "../../support/stores.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const COLLEAGUE = "my colleague's address is eve@work.example";

describe.each(DATABASE_KINDS)("the ledger of findings on %s", (kind) => {
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
  const list = async (query = "") => (await server.fetch(`/v1/findings${query}`)).body;
  const mark = (id: string, body: unknown) =>
    server.fetch(`/v1/findings/${id}`, { method: "PATCH", body: JSON.stringify(body) });

  test("what was not captured is listed with its text, and worked through", async () => {
    const { conversationId } = await server.chat({ handle: "a", text: COLLEAGUE });
    await server.chat({ handle: "a", text: "my email is bob@work.example" });
    const { findings, nextCursor } = await list();
    expect(nextCursor).toBeNull();
    expect(findings).toEqual([
      {
        id: expect.any(String),
        conversationId,
        messageSeq: 1,
        turn: 1,
        field: "email",
        reason: "someone_else",
        extractor: expect.stringMatching(/^email\//u),
        raw: "eve@work.example",
        span: { start: 26, end: 42 },
        text: COLLEAGUE,
        at: expect.any(String),
        status: "open",
      },
    ]);
    const done = await mark(findings[0].id, { status: "done" });
    expect([done.status, done.body]).toEqual([200, { ...findings[0], status: "done" }]);
    expect((await mark(findings[0].id, { status: "done" })).status).toBe(200);
    expect((await list()).findings).toEqual([]);
    expect((await list("?status=done")).findings).toHaveLength(1);
    await mark(findings[0].id, { status: "open" });
    expect((await list()).findings).toEqual(findings);
  });

  test("pages go through all of them once, latest first, and filters narrow them down", async () => {
    for (let day = 1; day <= 5; day += 1) {
      const at = `2025-06-0${day}T10:00:00Z`;
      await server.chat({ handle: `p${day}`, text: day % 2 ? COLLEAGUE : "my email is mike@gmail", at });
    }
    const past = "?from=2025-06-01T00:00:00Z&to=2025-06-05T10:00:00Z";
    const days: string[] = [];
    for (let cursor = ""; ;) {
      const page = await list(`${past}&limit=2${cursor && `&cursor=${cursor}`}`);
      days.push(...page.findings.map(({ at }: { at: string }) => at.slice(8, 10)));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(days).toEqual(["04", "03", "02", "01"]);
    expect((await list(`${past}&reason=incomplete`)).findings).toHaveLength(2);
    expect((await list(`${past}&field=phone`)).findings).toEqual([]);
    expect((await list(`${past}&field=email&reason=someone_else`)).findings).toHaveLength(2);
  });

  test("what is not valid is refused with the parameter's name", async () => {
    for (const [query, pointer] of [
      ["?reason=rude", "?reason"],
      ["?from=yesterday", "?from"],
      ["?limit=0", "?limit"],
      ["?cursor=abc", "?cursor"],
      ["?color=red", "?color"],
    ]) {
      const { status, body } = await server.fetch(`/v1/findings${query}`);
      expect([status, body.errors[0].pointer]).toEqual([400, pointer]);
    }
    const unknown = await mark("00000000-0000-7000-8000-00000000abcd", { status: "done" });
    expect([unknown.status, unknown.body.code]).toEqual([404, "finding_not_found"]);
    expect((await mark("x", { status: "done" })).status).toBe(404);
    expect((await mark("00000000-0000-7000-8000-00000000abcd", { status: "later" })).status).toBe(400);
    expect((await server.fetch("/v1/findings", { method: "POST", body: "{}" })).status).toBe(405);
  });

  test("marking is audited once, with who did it, and the audit verifies", async () => {
    const store = storeOf(database);
    const workspaceId = await createWorkspace(database, "marked", NOON);
    const message = ChatRequest.parse({ handle: "a", text: COLLEAGUE });
    await chat(store, await defaultPack(), workspaceId, message, NOON);
    const { findings } = await listFindings(store, workspaceId, FindingsQuery.parse({}));
    const id = findings[0]?.id ?? "";
    const actor = { kind: "operator", id: "terminal" } as const;
    for (const status of ["done", "done"] as const) {
      await markFinding(store, workspaceId, id, { status, actor, now: NOON });
    }
    const events = await inWorkspace(database, workspaceId, (tx) =>
      tx.raw(
        `select actor_id, action, subject_id, cast(details as text) as details from audit_events
         where subject_kind = 'finding'`,
      ),
    );
    const details = '{"status":"done"}';
    expect(events).toEqual([{ actor_id: "terminal", action: "finding.marked", subject_id: id, details }]);
    expect(await verifyAudit(database, workspaceId)).toMatchObject({ steps: 1, faults: [] });
  });
});
