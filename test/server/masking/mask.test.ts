import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createMask } from "../../../server/masking/mask.ts";
import { maskEmail, maskPhone } from "../../../server/masking/mask-value.ts";
import { defaultPack } from "../../support/packs.ts";

const pack = await defaultPack();
const mask = createMask({ current: () => pack, close() {} });

test("a value keeps of itself what tells it from others, and no more", () => {
  expect(maskEmail("mike@gmail.com")).toBe("m•••@g•••.com");
  expect(maskEmail("mike.smith@mail.shop.co.uk")).toBe("m•••@m•••.uk");
  expect(maskEmail("mike@gmail")).toBe("m•••@g•••");
  expect(maskEmail(maskEmail("mike@gmail.com"))).toBe("m•••@g•••.com");
  expect(maskPhone("+61412345678")).toBe("•••• 678");
  expect(maskPhone("55512")).toBe("••••");
});

describe("in a text", () => {
  test.each([
    ["my email is mike@gmail.com, thanks", "my email is m•••@g•••.com, thanks"],
    ["it's mike at gmail dot com", "it's m•••@g•••.com"],
    ["mike (at) joes-shop (dot) example", "m•••@j•••.example"],
    ["call me on +61 412 345 678 please", "call me on •••• 678 please"],
    ["call 0412-345-678", "call •••• 678"],
    ["my number is oh four one two three four five six seven eight", "my number is •••• 678"],
    ["０４１２３４５６７８", "•••• 678"],
    ["04\u200b12 345\u00a0678", "•••• 678"],
    ["the order is 12345678", "the order is •••• 678"],
    ["mike＠gmail.com", "m•••@g•••.com"],
    ["I am Mike, and at 12:30 I ate 2 apples", "I am Mike, and at 12:30 I ate 2 apples"],
    ["", ""],
  ])("%j is %j", (text, masked) => {
    expect(mask({ text })).toEqual({ text: masked });
  });
});

test("fields that hold an address or a number are masked wherever they stand", () => {
  const id = "0199c0de-1234-7000-8000-123456789012";
  expect(
    mask({
      id,
      at: "2025-06-01T10:00:00.000Z",
      nextCursor: "MTIzNDU2Nzg5MDEy",
      name: "Mike",
      phone: "55512",
      details: { billing: "books@shop.example", order: "A1234567", size: "L" },
      fields: { email: { survivor: { value: "a@b.example" }, result: "c@d.example", from: "survivor" } },
      choices: { email: "survivor", phone: "other" },
      conflicts: { phone: ["55514"], name: ["Mick"] },
      provenance: [{ field: "phone", value: "55515", raw: "on 55515", rule: "asks7", conversationId: id }],
      note: "My phone is 55515.",
      filter: { firstFrom: "2020-01-01" },
      query: "q=mike%40gmail.com&tag=vip",
    }),
  ).toEqual({
    id,
    at: "2025-06-01T10:00:00.000Z",
    nextCursor: "MTIzNDU2Nzg5MDEy",
    name: "Mike",
    phone: "••••",
    details: { billing: "b•••@s•••.example", order: "A•••• 567", size: "L" },
    fields: {
      email: { survivor: { value: "a•••@b•••.example" }, result: "c•••@d•••.example", from: "survivor" },
    },
    choices: { email: "survivor", phone: "other" },
    conflicts: { phone: ["••••"], name: ["Mick"] },
    provenance: [{ field: "phone", value: "••••", raw: "••••", rule: "asks7", conversationId: id }],
    note: "My phone is ••••.",
    filter: { firstFrom: "2020-01-01" },
    query: new URLSearchParams({ q: "m•••@g•••.com", tag: "vip" }).toString(),
  });
});

const digit = fc.integer({ min: 0, max: 9 }).map(String);
const grouped = fc
  .array(fc.tuple(digit, fc.constantFrom("", "", "", " ", "-", ".", "/", " (", ") ", "\u200b", "\u00a0")), {
    minLength: 7,
    maxLength: 15,
  })
  .map((parts) => parts.flat().join("").replace(/\D+$/u, ""));
const around = fc.string({ unit: "grapheme", maxLength: 20 }).map((text) => text.replaceAll(/\p{Nd}/gu, ""));

test("law: of a number however grouped, in whatever text, at most its last three digits are left", () => {
  fc.assert(
    fc.property(around, grouped, around, (before, number, after) => {
      const masked = JSON.stringify(mask({ text: `${before} ${number} ${after}` }));
      const digits = number.replaceAll(/\D/gu, "");
      const left = masked.replaceAll(/[^\p{Nd}]/gu, "");
      for (let at = 0; at + 6 <= digits.length; at += 1) expect(left).not.toContain(digits.slice(at, at + 6));
    }),
    { numRuns: 300 },
  );
});

test("law: of an address, in whatever text, neither part is left", () => {
  const part = fc.stringMatching(/^[qxz]{2}[a-z]{3,8}$/u); // no word that stands around it
  fc.assert(
    fc.property(
      around,
      part,
      part,
      fc.constantFrom("@", " at ", " @ ", "＠"),
      around,
      (before, local, domain, at, after) => {
        const text = `${before} ${local}${at}${domain}${at === " at " ? " dot " : "."}example ${after}`;
        const masked = JSON.stringify(mask({ text }));
        expect(masked).not.toContain(local);
        expect(masked).not.toContain(domain);
      },
    ),
    { numRuns: 300 },
  );
});
