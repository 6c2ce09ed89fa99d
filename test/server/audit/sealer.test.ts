import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Writable } from "node:stream";
import { expect, test, vi } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { takeTouched } from "../../../server/database/in-workspace.ts";
import { startSealer } from "../../../server/audit/sealer.ts";
import { verifyAudit } from "../../../server/audit/verify.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { createLog } from "../../../server/log.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createWorkspace } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { useDatabase } from "../../support/test-databases.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const opened = useDatabase("pglite");

test("what waits is sealed by itself, the rest when it closes, and the roots are in the log and in the file", async () => {
  const database = opened();
  const workspaceId = await createWorkspace(database, "sealer", NOON);
  const pack = await defaultPack();
  const say = (text: string) =>
    chat(storeOf(database), pack, workspaceId, ChatRequest.parse({ handle: "a", text }), NOON);
  const rootsFile = join(mkdtempSync(join(tmpdir(), "enrich-roots-")), "roots");
  let logged = "";
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      logged += line.toString();
      done();
    },
  });
  const options = { rootsFile, everyMs: 20, clock: () => NOON };
  await say("my name is Mike Canary");
  const sealer = startSealer(database, createLog("info", destination), options);
  await vi.waitFor(async () => expect((await verifyAudit(database, workspaceId)).seals).toBe(1), 10_000);
  await Promise.all([say("Hi"), sealer.close()]);
  await startSealer(database, createLog("info", destination), options).close();

  const verified = await verifyAudit(database, workspaceId);
  expect(verified).toMatchObject({ steps: 2, waiting: 0, faults: [] });
  const lines = readFileSync(rootsFile, "utf8").trim().split("\n");
  expect(lines).toHaveLength(verified.seals);
  expect(lines.at(-1)).toBe(`${workspaceId} ${verified.last?.number} ${verified.last?.root}`);
  expect(logged).toContain(verified.last?.root ?? "no root");
  expect(logged).not.toContain("Canary");
});

test("every workspace is sealed, those where others left something too, whatever fails in one of them", async () => {
  const database = opened();
  const pack = await defaultPack();
  const made: string[] = [];
  for (let index = 0; index < 30; index += 1) {
    made.push(await createWorkspace(database, `W${index}`, NOON, { kind: "operator", id: "test" }));
  }
  const [broken = "", ...others] = made;
  takeTouched(database); // as a process that has just started
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
  const sealer = startSealer(failing, createLog("silent"), { everyMs: 10, clock: () => NOON });
  const [busy = ""] = others;
  await chat(store, pack, busy, ChatRequest.parse({ handle: "a", text: "Hi" }), NOON);
  for (const workspaceId of others) {
    const verified = async () => verifyAudit(database, workspaceId);
    await vi.waitFor(async () => expect(await verified()).toMatchObject({ waiting: 0, events: 1 }), 10_000);
  }
  await sealer.close();
  expect(await verifyAudit(database, broken)).toMatchObject({ seals: 0, waiting: 1 });
});
