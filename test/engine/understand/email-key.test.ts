import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emailKey } from "../../../engine/understand/email-key.ts";
import { suggestDomain } from "../../../engine/understand/suggest-domain.ts";

describe("spellings of one address have one key", () => {
  test.each([
    ["Mike@Gmail.COM", "mike@gmail.com"],
    ["ｍｉｋｅ＠ｇｍａｉｌ．ｃｏｍ", "mike@gmail.com"],
    ["bob@b\u00fccher.example", "bob@xn--bcher-kva.example"],
    ["bob@bu\u0308cher.example", "bob@xn--bcher-kva.example"],
    ["bob@B\u00dcCHER.example", "bob@xn--bcher-kva.example"],
    ["bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example"],
    ["bob@\u4f8b\u3048\u3002jp", "bob@xn--r8jz45g.jp"],
    ["a.b+tag@x.example", "a.b+tag@x.example"],
  ])("%s", (address, key) => {
    expect(emailKey(address)).toBe(key);
  });
});

test.each([
  "", "@", "bob", "bob@", "@x.example", "bob@localhost", "bob@1.2.3.4", "bob@[1.2.3.4]", "a..b@x.example", ".a@x.example",
  "a b@x.example", '"a"@x.example', "josé@x.example", "\u212aelvin@x.example", "bob@x..example", "bob@-x.example",
  "\ud800@x.example", "bob@\ud800.example", `${"a".repeat(65)}@x.example`, `a@${"b.".repeat(130)}example`, "bob@new_type.example",
])("%j is no address", (address) => {
  expect(emailKey(address)).toBeNull();
}); // prettier-ignore

test("law: the key of any string is found without a throw, and a key is its own key", () => {
  const part = fc.stringMatching(/^[a-zA-Z0-9]{1,10}$/);
  const addresses = fc.tuple(part, part).map(([local, label]) => `${local}@${label}.example`);
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), addresses), (text) => {
      const key = emailKey(text);
      expect(key === null ? null : emailKey(key)).toBe(key);
    }),
  );
});

describe("domains", () => {
  test.each([
    ["gmial.com", "gmail.com"],
    ["gmai.com", "gmail.com"],
    ["gmaill.com", "gmail.com"],
    ["gmail.con", "gmail.com"],
    ["hotmial.com", "hotmail.com"],
    ["yaho.com", "yahoo.com"],
    ["outlok.com", "outlook.com"],
  ])("%s was probably meant for %s", (domain, meant) => {
    expect(suggestDomain(domain)).toBe(meant);
  });

  test.each([
    "gmail.com",
    "gmx.com",
    "mail.com",
    "ymail.com",
    "email.com",
    "hotmail.co.uk",
    "yahoo.ca",
    "yahoo.co.nz",
    "work.example",
  ])("%s stands as it is", (domain) => {
    expect(suggestDomain(domain)).toBeNull();
  });
});
