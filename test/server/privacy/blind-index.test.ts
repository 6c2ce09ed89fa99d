import { v7 } from "uuid";
import { expect, test } from "vitest";
import { blindIndex, blindIndexes } from "../../../server/privacy/blind-index.ts";
import { keyringOf } from "./keyring-of.ts";

const keyring = keyringOf(v7());

test("equal values have equal indexes of 32 bytes, and others have others", () => {
  const index = blindIndex(keyring, "email", "mike@example.com");
  expect(index).toHaveLength(32);
  expect(blindIndex(keyring, "email", "mike@example.com")).toEqual(index);
  expect(blindIndex(keyring, "email", "mike@example.org")).not.toEqual(index);
});

test("an index does not change from one release to the next, or nothing stored would be found", () => {
  expect(blindIndex(keyring, "email", "mike@example.com").toString("hex")).toMatchInlineSnapshot(
    `"e2e523a49a69599b719f16a1e451c9f4fb54bc5d470b2ab5ec789c1d187ea2a0"`,
  );
});

test("one value has nothing in common across purposes and keys", () => {
  const purposes = ["email", "phone", "handle", "message_key", "search"] as const;
  const all = [1, 2].flatMap((version) =>
    purposes.map((purpose) => blindIndex(keyringOf(v7(), [version]), purpose, "x").toString("hex")),
  );
  expect(new Set(all).size).toBe(10);
});

test("while the index key is being replaced, both are looked up and the one for writing comes first", () => {
  const [before, during] = [keyringOf(v7(), [1]), keyringOf(v7(), [2, 1])];
  expect(blindIndexes(before, "phone", "+61412345678")).toEqual([
    blindIndex(before, "phone", "+61412345678"),
  ]);
  expect(blindIndexes(during, "phone", "+61412345678")).toEqual([
    blindIndex(during, "phone", "+61412345678"),
    blindIndex(before, "phone", "+61412345678"),
  ]);
});
