import { createDecipheriv, createSecretKey } from "node:crypto";
import fc from "fast-check";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { seal, SEAL_BYTES, unseal, unsealText } from "../../../server/privacy/seal.ts";
import type { DataKey, Place } from "../../../server/privacy/seal.ts";

const key: DataKey = { version: 1, secret: createSecretKey(Buffer.alloc(32, 7)) };
const place: Place = { workspaceId: v7(), table: "messages", column: "text", row: v7() };
const UNREADABLE = { code: "sealed_value_unreadable" };

describe("sealing", () => {
  test("a text comes back as it was, and takes 29 bytes more", () => {
    const sealed = seal(key, place, "Grüße, Mike 😀");
    expect(sealed).toHaveLength(Buffer.byteLength("Grüße, Mike 😀") + SEAL_BYTES);
    expect(SEAL_BYTES).toBe(29);
    expect(sealed.includes("Mike")).toBe(false);
    expect(unsealText(key, place, sealed)).toBe("Grüße, Mike 😀");
  });

  test("the layout is a format byte, the IV, the ciphertext and the tag, and another program reads it", () => {
    const sealed = seal(key, { workspaceId: "w", table: "t", column: "c", row: "r" }, "hello");
    expect(sealed[0]).toBe(1);
    const other = createDecipheriv("aes-256-gcm", key.secret, sealed.subarray(1, 13), { authTagLength: 16 });
    other.setAAD(Buffer.from("1:w|1:t|1:c|1:r|1"));
    other.setAuthTag(sealed.subarray(-16));
    expect(other.update(sealed.subarray(13, -16)).toString() + other.final("utf8")).toBe("hello");
  });

  test("what does not open is refused with its place, and nothing of the content", () => {
    const sealed = seal(key, place, "secret@example.com");
    sealed[20] = (sealed[20] ?? 0) ^ 1;
    const refusal = catching(() => unseal(key, place, sealed));
    expect(refusal).toMatchObject({ ...UNREADABLE, status: 500 });
    expect(String(refusal)).toContain(`messages.text of row ${place.row}`);
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain("secret");
  });

  test("a key that is logged or serialised shows nothing", () => {
    expect(JSON.stringify(key)).toBe('{"version":1,"secret":{}}');
  });
});

describe("the laws of sealing", () => {
  const bytes = fc.uint8Array({ maxLength: 300 });

  test("any bytes and any text open as they were sealed", () => {
    fc.assert(
      fc.property(bytes, fc.string({ unit: "grapheme" }), (plaintext, text) => {
        expect(unseal(key, place, seal(key, place, plaintext))).toEqual(Buffer.from(plaintext));
        expect(unsealText(key, place, seal(key, place, text))).toBe(text);
      }),
    );
  });

  test("sealing the same twice gives nothing in common", () => {
    fc.assert(
      fc.property(bytes, (plaintext) => {
        const [a, b] = [seal(key, place, plaintext), seal(key, place, plaintext)];
        expect(a.subarray(1, 13)).not.toEqual(b.subarray(1, 13));
        expect(a).not.toEqual(b);
      }),
    );
  });

  test("no changed bit and no cut opens", () => {
    fc.assert(
      fc.property(bytes, fc.nat(), fc.nat(7), fc.nat(), (plaintext, at, bit, length) => {
        const sealed = seal(key, place, plaintext);
        const changed = Buffer.from(sealed);
        const index = at % sealed.length;
        changed[index] = (changed[index] ?? 0) ^ (1 << bit);
        expect(catching(() => unseal(key, place, changed))).toMatchObject(UNREADABLE);
        expect(catching(() => unseal(key, place, sealed.subarray(0, length % sealed.length)))).toMatchObject(
          UNREADABLE,
        );
      }),
    );
  });

  test("nothing opens at another place or under another version, however the parts are cut", () => {
    const part = fc.string({ unit: fc.constantFrom("a", "1", ":", "|"), maxLength: 4 });
    const places = fc.record({ workspaceId: part, table: part, column: part, row: part });
    fc.assert(
      fc.property(places, places, fc.nat(3), fc.nat(3), (here, there, v, w) => {
        fc.pre(JSON.stringify([here, v]) !== JSON.stringify([there, w]));
        const sealed = seal({ ...key, version: v }, here, "x");
        expect(catching(() => unseal({ ...key, version: w }, there, sealed))).toMatchObject(UNREADABLE);
      }),
    );
  });
});

function catching(work: () => unknown): unknown {
  try {
    return { returned: work() };
  } catch (error) {
    return error;
  }
}
