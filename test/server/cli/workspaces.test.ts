import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { enrich, freshFolder } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 180_000 }); // whole processes, on a machine that may be busy

test("commands work in a workspace that is named, or in all of them", async () => {
  const home = freshFolder();
  const run = async (...args: readonly string[]) => enrich(home, args);
  expect((await run("workspace", "create", "Shop")).stdout).toMatch(/^[0-9a-f-]{36}\n$/u);
  const key = await run("key", "create", "--workspace", "Shop", "--scope", "chat", "--expires", "90d");
  expect(key.stdout).toMatch(/^ce_[\w-]{43}\.[\w-]{43}\n$/u);
  const { keys } = JSON.parse((await run("key", "list", "--workspace", "Shop", "--json")).stdout);
  expect(keys).toMatchObject([{ scopes: ["chat"], state: "live", lastUsedAt: null }]);
  const days = (Date.parse(keys[0].expiresAt) - Date.parse(keys[0].createdAt)) / 86_400_000;
  expect(Math.round(days)).toBe(90);
  expect((await run("key", "list", "--workspace", "Nowhere")).stderr).toContain("no such workspace");

  await enrich(home, ["chat", "--workspace", "Shop", "--handle", "a"], { input: "my name is Mike\n" });
  expect((await run("customers", "list")).stdout).toContain("No customers");
  const replayed = await run("replay", "--all");
  expect([replayed.code, replayed.stdout.includes("turns run again: 1;")]).toEqual([0, true]);
  const file = join(home, "data.root.key");
  const before = readFileSync(file, "utf8");
  const rotated = await run("keys", "rotate", "root");
  expect([rotated.code, rotated.stdout]).toEqual([0, expect.stringContaining("4 keys are wrapped")]);
  expect(readFileSync(file, "utf8").split("\n").length).toBe(before.split("\n").length + 1);
  expect((await run("keys", "rotate", "workspace")).stdout.match(/version 2/gu)?.length).toBe(2);
  const verified = await run("audit", "verify");
  expect([verified.code, verified.stdout.match(/All is as it was written/gu)?.length]).toEqual([0, 2]);
});
