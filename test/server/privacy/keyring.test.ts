import fc from "fast-check";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { newDataKey, openDataKey, rewrapDataKey } from "../../../server/privacy/keyring.ts";
import { seal, unsealText } from "../../../server/privacy/seal.ts";
import { keyringOf } from "./keyring-of.ts";

const keyring = keyringOf(v7());
const place = { workspaceId: keyring.workspaceId, table: "notes", column: "text", row: v7() };

test("a new data key comes back from its row, and is another one each time", () => {
  const [subject, other] = [v7(), v7()];
  const { key, row } = newDataKey(keyring, subject);
  expect(row).toMatchObject({ key_version: 1 });
  expect(openDataKey(keyring, subject, row).secret.equals(key.secret)).toBe(true);
  expect(newDataKey(keyring, other).key.secret.equals(key.secret)).toBe(false);
});

test("a data key opens neither as another subject's nor in another workspace", () => {
  const subject = v7();
  const { row } = newDataKey(keyring, subject);
  const refusal = expect.objectContaining({ code: "sealed_value_unreadable" });
  expect(() => openDataKey(keyring, v7(), row)).toThrow(refusal);
  expect(() => openDataKey(keyringOf(v7()), subject, row)).toThrow(refusal);
});

test("a version that this process has not heard of is said to be one, and not taken for damage", () => {
  const { row } = newDataKey(keyring, v7());
  const later = { ...row, key_version: 2 };
  expect(() => openDataKey(keyring, v7(), later)).toThrow(expect.objectContaining({ code: "keys_outdated" }));
});

test("what a data key sealed opens after its row was wrapped anew, however often", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 4 }), (text, times) => {
      const subject = v7();
      const made = newDataKey(keyring, subject);
      const sealed = seal(made.key, place, text);
      let row = made.row;
      for (let n = 0; n < times; n += 1) row = rewrapDataKey(keyring, subject, row);
      expect(row.key_wrapped).not.toEqual(made.row.key_wrapped);
      expect(unsealText(openDataKey(keyring, subject, row), place, sealed)).toBe(text);
    }),
  );
});
