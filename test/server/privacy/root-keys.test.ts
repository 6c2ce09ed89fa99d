import fc from "fast-check";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import type { KeyContext } from "../../../server/privacy/key-provider.ts";
import { givenKeyProvider, newRootKey, parseRootKey } from "../../../server/privacy/root-keys.ts";
import type { RootKeys } from "../../../server/privacy/root-keys.ts";

const context: KeyContext = { workspaceId: v7(), kind: "data", version: 1 };
const key = Buffer.alloc(32, 9);
const provider = (...roots: RootKeys) => givenKeyProvider(roots, "ROOT_KEY");

test("the first root key wraps and every one opens what it wrapped", async () => {
  const [old, next] = [newRootKey().root, newRootKey().root];
  const before = await provider(old).wrap(key, context);
  const after = await provider(next, old).wrap(key, context);
  expect(await provider(next, old).unwrap(before, context)).toEqual(key);
  expect(await provider(next).unwrap(after, context)).toEqual(key);
});

test("another root key is refused by name, with neither key", async () => {
  const [mine, theirs] = [newRootKey(), newRootKey()];
  const wrapped = await provider(mine.root).wrap(key, context);
  const refusal = await provider(theirs.root)
    .unwrap(wrapped, context)
    .catch((error: unknown) => error);
  expect(refusal).toMatchObject({
    code: "keys_unavailable",
    message: expect.stringContaining(
      "The root key in ROOT_KEY does not open workspace keys of this database",
    ),
  });
  expect(String(refusal)).toContain(mine.root.id);
  for (const secret of [mine.text, theirs.text]) expect(String(refusal)).not.toContain(secret);
});

test("what was wrapped for one workspace, kind and version opens for no other", async () => {
  const roots = provider(newRootKey().root);
  const wrapped = await roots.wrap(key, context);
  for (const other of [{ workspaceId: v7() }, { kind: "index" as const }, { version: 2 }]) {
    await expect(roots.unwrap(wrapped, { ...context, ...other })).rejects.toMatchObject({
      code: "keys_unavailable",
    });
  }
});

test("a root key is read from its only spelling, and nothing else is one", () => {
  const { root, text } = newRootKey();
  expect(parseRootKey(text)?.id).toBe(root.id);
  for (const wrong of [
    "",
    "x",
    text.slice(1),
    `${text} `,
    text.replace("=", ""),
    `${text}=`,
    "A".repeat(44),
  ]) {
    expect(parseRootKey(wrong)).toBeNull();
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const isKey = parseRootKey(Buffer.from(bytes).toString("base64")) !== null;
      expect(isKey).toBe(bytes.length === 32);
    }),
  );
});
