import { join } from "node:path";
import { expect, test } from "vitest";
import { openDatabase } from "../../../server/database/connect.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { FIRST_WORKSPACE_ID } from "../../../server/workspaces/workspaces.ts";
import { enrich, freshFolder } from "./run-enrich.ts";

const SLOW = { timeout: 240_000 }; // it starts the program six times

test("what was chatted verifies and replays, and a changed row is named with exit code 1", SLOW, async () => {
  const folder = freshFolder();
  const input = "Can you email me your price list?\nmy email is mike@work.example\n";
  expect((await enrich(folder, ["chat"], { input })).code).toBe(0);

  const verified = await enrich(folder, ["audit", "verify"]);
  expect(verified.stdout).toMatch(/seals: 0; messages: 2; events: [0-9]+; erased conversations: 0/u);
  expect(verified.stdout).toContain("All is as it was written.");
  expect(verified.code).toBe(0);
  const replayed = await enrich(folder, ["replay", "--all"]);
  expect(replayed.stdout).toContain("turns run again: 2; conversations: 1 the same, 0 different, 0 erased");
  expect(replayed.code).toBe(0);

  const database = await openDatabase({ dataDir: join(folder, "data") });
  await inWorkspace(database, FIRST_WORKSPACE_ID, (tx) =>
    tx.raw("update claims set span_start = span_start + 1"),
  );
  await database.close();
  const faulty = await enrich(folder, ["audit", "verify"]);
  expect(faulty.stderr).toMatch(
    /claims: conversation [0-9a-f-]{36}, message 3, claim [0-9a-f-]{36}: it was changed/u,
  );
  expect(faulty.code).toBe(1);
  const different = await enrich(folder, ["replay", "--all"]);
  expect(different.stderr).toMatch(/different: message 3: claims/u);
  expect(different.code).toBe(1);
});

test.each([
  [["audit", "verify", "--from", "x"], 2, "--from is the number of a seal, from 1"],
  [["replay"], 2, "Name a file, or --all, or --conversation with an id: one of them."],
  [["replay", "--conversation", "1"], 2, "--conversation is the id of a conversation, a UUID."],
])("%j is refused in words", async (args, code, words) => {
  const result = await enrich(freshFolder(), args);
  expect([result.code, result.stderr.trim()]).toEqual([code, words]);
});
