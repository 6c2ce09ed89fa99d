/** What people say is in no table, no file of the database, no write-ahead log and not in the server's own log. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import createKnex from "knex";
import { beforeAll, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { openDatabase } from "../../../server/database/connect.ts";
import type { Database } from "../../../server/database/database.ts";
import { migrate } from "../../../server/database/migrate.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { dumpOf, leaksIn } from "../../support/canaries.ts";
import { defaultPack } from "../../support/packs.ts";
import { startPostgres } from "../../support/postgres-server.ts";
import { startServer } from "../http/start-server.ts";

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

// Sealed nowhere: it shows that the search finds what is there to find.
const CONTROL = "Control Canary Incorporated";

const CANARIES = [
  "Quillfeather",
  "Xanthippe",
  "xanthippe.q@canary-mail.example",
  "canary-mail",
  "+61491570156",
  "491 570 156",
  "accordion",
  "canary-handle-77",
  "canary-message-7",
  "marmalade",
];

/** Says all of it, in and out of order: heard, refused, rejected, malformed, and in requests that fail. */
async function converse(database: Database): Promise<string> {
  await createWorkspace(database, CONTROL, Date.now());
  const server = await startServer(database, pack);
  const person = { handle: "canary-handle-77", platform: "web_widget" };
  const say = (text: string, more: object = {}) => server.chat({ ...person, text, ...more });
  await say("Hi, my name is Xanthippe Quillfeather, the accordion is broken", {
    messageId: "canary-message-7",
  });
  await say("Hi, my name is Xanthippe Quillfeather, the accordion is broken", {
    messageId: "canary-message-7",
  });
  const { conversationId, customer } = await say("my email is xanthippe.q@canary-mail.example");
  await say("my number is +61 491 570 156, or 0491 570 156", { trace: true });
  await say("I wrote to marmalade@canary-mail.example about the accordion", { role: "agent" });
  const posts = [
    { ...person, text: "other accordion", messageId: "canary-message-7" },
    { ...person, text: "marmalade", platform: "canary-handle-77" },
    { ...person, text: "marmalade\0" },
  ];
  for (const body of posts) {
    const refused = await server.fetch("/v1/chat", { method: "POST", body: JSON.stringify(body) });
    expect(refused.status).toBeGreaterThanOrEqual(400);
  }
  await server.fetch("/v1/chat", { method: "POST", body: '{"text": "accordion marmalade' });
  await server.fetch("/v1/customers?marmalade=canary-handle-77");
  await server.fetch("/v1/xanthippe.q@canary-mail.example");
  await server.fetch(`/v1/conversations/${conversationId}`);
  const read = await server.fetch(`/v1/customers/${customer?.id}`);
  expect(read.body).toMatchObject({ name: "Xanthippe Quillfeather", phone: "+61491570156" });
  const [, workspaceId = ""] = /"workspaceId":"([0-9a-f-]{36})"/u.exec(server.log()) ?? [];
  const dump = [...(await dumpOf(database, workspaceId)).values()].flat();
  expect(dump.length).toBeGreaterThan(15);
  expect(leaksIn(dump.join("\n"), CANARIES)).toEqual([]);
  await server.close();
  return server.log();
}

/** Which of the needles stand in the files under a folder, and how many bytes were read. */
function search(folder: string, needles: readonly string[]): { found: readonly string[]; bytes: number } {
  const found = new Set<string>();
  let bytes = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const content = readFileSync(join(entry.parentPath, entry.name));
    bytes += content.length;
    for (const needle of leaksIn(content, needles))
      found.add(`${needle} in ${entry.parentPath}/${entry.name}`);
  }
  return { found: [...found], bytes };
}

test("the search finds what is plain, in hexadecimal or in base64, and nothing else", () => {
  const text = "before xanthippe.q@canary-mail.example after";
  const shapes = [
    text,
    text.toUpperCase(),
    Buffer.from(text).toString("hex"),
    Buffer.from(text).toString("base64"),
  ];
  for (const shift of ["", "x", "xx"]) shapes.push(Buffer.from(shift + text).toString("base64"));
  for (const shape of shapes) expect(leaksIn(shape, CANARIES)).toContain("xanthippe.q@canary-mail.example");
  expect(leaksIn("nothing of the kind", CANARIES)).toEqual([]);
});

test("on PostgreSQL: tables, data files, write-ahead log and the server's log hold nothing of what was said", async () => {
  const postgres = await startPostgres();
  try {
    const admin = createKnex({ client: "pg", connection: postgres.url, pool: { min: 0, max: 1 } });
    const database = await openDatabase({ databaseUrl: postgres.url });
    await migrate(database);
    const log = await converse(database);
    expect(log).toContain("answered");
    expect(leaksIn(log, CANARIES)).toEqual([]);
    await database.close();
    await admin.raw("checkpoint"); // what stands in memory goes to the data files
    const { rows } = await admin.raw("select current_setting('data_directory') as folder");
    await admin.destroy();
    const folder: string = rows[0].folder;
    const wal = search(join(folder, "pg_wal"), CANARIES);
    expect(wal.found).toEqual([]);
    expect(wal.bytes).toBeGreaterThan(1_000_000);
    expect(search(join(folder, "pg_wal"), [CONTROL]).found).not.toEqual([]);
    expect(search(join(folder, "base"), CANARIES).found).toEqual([]);
    expect(search(join(folder, "base"), [CONTROL]).found).not.toEqual([]);
  } finally {
    await postgres.stop();
  }
});

test("on the embedded database: nor do its files, its write-ahead log among them, or the server's log", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "enrich-canaries-"));
  try {
    const database = await openDatabase({ dataDir });
    await migrate(database);
    const log = await converse(database);
    expect(leaksIn(log, CANARIES)).toEqual([]);
    await database.close();
    expect(search(dataDir, CANARIES).found).toEqual([]);
    expect(search(dataDir, [CONTROL]).found.some((place) => place.includes("pg_wal"))).toBe(true);
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});
