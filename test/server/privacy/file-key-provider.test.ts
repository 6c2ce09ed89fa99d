import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { fileKeyProvider } from "../../../server/privacy/file-key-provider.ts";
import type { KeyContext } from "../../../server/privacy/key-provider.ts";

const context: KeyContext = { workspaceId: v7(), kind: "data", version: 1 };
const key = Buffer.alloc(32, 9);
const freshPath = () => join(mkdtempSync(join(tmpdir(), "enrich-root-")), "root.key");
const refused = (words: string) => ({ code: "keys_unavailable", message: expect.stringContaining(words) });

describe("the root key file", () => {
  test("is made for the first key that is wrapped, for its owner alone, and said to be new once", async () => {
    const path = freshPath();
    const made: string[] = [];
    const wrapped = await fileKeyProvider(path, (file) => made.push(file)).wrap(key, context);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const again = fileKeyProvider(path, (file) => made.push(file));
    expect(await again.unwrap(wrapped, context)).toEqual(key);
    await again.wrap(key, context);
    expect(made).toEqual([path]);
    expect(readdirSync(join(path, ".."))).toEqual(["root.key"]);
  });

  test("is one file, however many start at once", async () => {
    const path = freshPath();
    const made: string[] = [];
    const all = Array.from({ length: 10 }, () => fileKeyProvider(path, (file) => made.push(file)));
    const wrapped = await Promise.all(all.map((provider) => provider.wrap(key, context)));
    expect(made).toHaveLength(1);
    for (const one of wrapped) expect(await fileKeyProvider(path).unwrap(one, context)).toEqual(key);
  });

  test("is not made to open something: another root key could not", async () => {
    const wrapped = await fileKeyProvider(freshPath()).wrap(key, context);
    const path = freshPath();
    await expect(fileKeyProvider(path).unwrap(wrapped, context)).rejects.toMatchObject(
      refused("There is no root key file"),
    );
    expect(existsSync(path)).toBe(false);
  });

  test.skipIf(process.platform === "win32")("is refused when others can read it", async () => {
    const path = freshPath();
    const wrapped = await fileKeyProvider(path).wrap(key, context);
    for (const mode of [0o640, 0o604, 0o620]) {
      chmodSync(path, mode);
      await expect(fileKeyProvider(path).unwrap(wrapped, context)).rejects.toMatchObject(
        refused(`chmod 600 ${path}`),
      );
      await expect(fileKeyProvider(path).wrap(key, context)).rejects.toMatchObject(refused("chmod 600"));
    }
  });

  test.each([
    ["is empty", () => ""],
    ["lost its end", (text: string) => text.trimEnd().slice(0, -3)],
    ["lost its ids", (text: string) => text.replace(/^[0-9a-f]{16} /mu, "")],
    ["is something else", () => "PORT=3000\n"],
    ["has a stranger's line", (text: string) => `${text}hello\n`],
    ["is endless", (text: string) => text + "#\n".repeat(40_000)],
  ])("is refused, and left as it is, when it %s", async (_how, broken) => {
    const path = freshPath();
    await fileKeyProvider(path).wrap(key, context);
    const contents = broken(readFileSync(path, "utf8"));
    writeFileSync(path, contents);
    await expect(fileKeyProvider(path).wrap(key, context)).rejects.toMatchObject(refused("is damaged"));
    await expect(fileKeyProvider(path).renew?.()).rejects.toMatchObject(refused("is damaged"));
    expect(readFileSync(path, "utf8")).toBe(contents);
  });

  test("that cannot be made is refused with its path", async () => {
    const path = join(freshPath(), "nowhere", "root.key");
    await expect(fileKeyProvider(path).wrap(key, context)).rejects.toMatchObject(refused(path));
  });
});

describe("a new root key", () => {
  test("wraps from then on, beside the others, and a process that began before gets to know it", async () => {
    const path = freshPath();
    const [running, rotating] = [fileKeyProvider(path), fileKeyProvider(path)];
    const before = await running.wrap(key, context);
    await rotating.renew?.();
    const after = await rotating.wrap(key, context);
    expect(after.subarray(0, 8)).not.toEqual(before.subarray(0, 8));
    for (const wrapped of [before, after]) {
      expect(await running.unwrap(wrapped, context)).toEqual(key);
      expect(await fileKeyProvider(path).unwrap(wrapped, context)).toEqual(key);
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, ".."))).toEqual(["root.key"]);
  });

  test("is made by one process at a time, so that none is lost", async () => {
    const path = freshPath();
    await fileKeyProvider(path).wrap(key, context);
    const results = await Promise.allSettled([1, 2, 3, 4].map(() => fileKeyProvider(path).renew?.()));
    const made = results.filter(({ status }) => status === "fulfilled").length;
    expect(made).toBeGreaterThan(0);
    const keys = readFileSync(path, "utf8").match(/^[0-9a-f]{16} /gmu);
    expect(keys).toHaveLength(1 + made);
  });

  test("says what to do after an interrupted one", async () => {
    const path = freshPath();
    await fileKeyProvider(path).wrap(key, context);
    writeFileSync(`${path}.rotating`, "");
    await expect(fileKeyProvider(path).renew?.()).rejects.toMatchObject(refused(`delete ${path}.rotating`));
  });
});
