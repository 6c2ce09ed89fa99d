import { existsSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { createClone } from "../../support/test-databases.ts";
import { collect, enrich, freshFolder, startEnrich } from "./run-enrich.ts";
import type { Settings } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 180_000 }); // several whole processes a test, on a machine that may be busy

const START_MS_MAX = 30_000;
const newKey = (fill: number) => Buffer.alloc(32, fill).toString("base64");

/** Starts the server, waits until it listens, stops it, and returns what it printed; for a refusal, what that said. */
async function serveOnce(home: string, settings: Settings = {}) {
  const child = startEnrich(home, ["serve"], { PORT: "0", ...settings });
  const printed = collect(child);
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  await vi.waitFor(
    () => {
      if (!printed().stdout.includes("listens on") && child.exitCode === null) throw new Error("not yet");
    },
    { timeout: START_MS_MAX, interval: 50 },
  );
  child.kill("SIGTERM");
  return { code: await ended, ...printed() };
}

describe("enrich serve with the embedded database", () => {
  test("makes the root key beside the data folder, says once what its loss means, and does not start without it", async () => {
    const home = freshFolder();
    const file = join(home, "data.root.key");
    const first = await serveOnce(home);
    expect(first.code).toBe(0);
    expect(first.stdout).toContain(`A root key was made: ${file}`);
    expect(first.stdout).toContain("nobody can read the data again");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [secret = ""] = /\S+=$/mu.exec(readFileSync(file, "utf8")) ?? [];
    expect(first.stdout + first.stderr).not.toContain(secret);

    const second = await serveOnce(home);
    expect([second.code, second.stdout.includes("was made")]).toEqual([0, false]);

    renameSync(file, `${file}.moved`);
    const without = await serveOnce(home);
    expect([without.code, without.stdout]).toEqual([2, ""]);
    expect(without.stderr).toContain(`There is no root key file ${file}`);
    expect(existsSync(file)).toBe(false);

    const wrong = await serveOnce(home, { ROOT_KEY: newKey(1) });
    expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toContain("The root key in ROOT_KEY does not open workspace keys of this database");

    const back = await serveOnce(home, { ROOT_KEY: secret });
    expect([back.code, back.stdout.includes("root key in ROOT_KEY")]).toEqual([0, true]);
  });

  test("rotates root, workspace and index key while the server is stopped, and starts again", async () => {
    const home = freshFolder();
    expect((await enrich(home, ["keys", "status"])).stdout).toContain("has no keys yet");
    expect((await enrich(home, ["keys", "rotate", "root"])).code).toBe(1);
    expect(existsSync(join(home, "data.root.key"))).toBe(false);

    await serveOnce(home);
    const root = await enrich(home, ["keys", "rotate", "root"]);
    expect([root.code, root.stdout]).toEqual([
      0,
      expect.stringContaining("2 keys are wrapped by the newest root key"),
    ]);
    expect(readFileSync(join(home, "data.root.key"), "utf8").match(/=$/gmu)).toHaveLength(2);
    const workspace = await enrich(home, ["keys", "rotate", "workspace"]);
    expect([workspace.code, workspace.stdout]).toEqual([0, expect.stringContaining("is version 2 now")]);
    const index = await enrich(home, ["keys", "rotate", "index"]);
    expect([index.code, index.stdout]).toEqual([
      0,
      expect.stringContaining("index key is version 2 now; 0 rows"),
    ]);
    const status = await enrich(home, ["keys", "status"]);
    for (const kind of ["data {2}", "index "]) {
      expect(status.stdout).toMatch(
        new RegExp(`${kind}version 2: in use since .*\n {2}${kind}version 1: retired `, "u"),
      );
    }
    expect((await serveOnce(home)).code).toBe(0);
  });
});

test("on a server in production a root key is never made where nobody said", async () => {
  const clone = await createClone();
  const [home, settings] = [freshFolder(), { DATABASE_URL: clone.url, NODE_ENV: "production" }];
  const refused = await serveOnce(home, settings);
  expect([refused.code, refused.stdout]).toEqual([2, ""]);
  expect(refused.stderr).toContain("say where the root key is kept");

  const said = await serveOnce(home, { ...settings, ROOT_KEY_FILE: "my.key" });
  expect([said.code, existsSync(join(home, "my.key"))]).toEqual([0, true]);
  const rotated = await enrich(home, ["keys", "rotate", "workspace", "--alone"], {
    settings: { ...settings, ROOT_KEY_FILE: "my.key" },
  });
  expect([rotated.code, rotated.stderr]).toEqual([0, ""]);
  await clone.drop();
});
