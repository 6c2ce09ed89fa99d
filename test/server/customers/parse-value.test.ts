import { describe, expect, test } from "vitest";
import type { Field } from "../../../engine/rules/pack.ts";
import { parseValue } from "../../../server/customers/parse-value.ts";

const fieldOf = (extractor: Field["extractor"]): Field => ({
  field: "f",
  title: "F",
  extractor,
  required: false,
  ask: ["?"],
  invalid: ["?"],
  why: "",
  thanks: [""],
  corrected: [""],
});

describe("what staff types is read as strictly as what a customer says", () => {
  const good: readonly [Field["extractor"]["kind"], string, string | null, string][] = [
    ["email", " Bob@Work.Example ", null, "bob@work.example"],
    ["email", "eve@b\u00fccher.example", null, "eve@xn--bcher-kva.example"],
    ["phone", "+61 412 345 678", null, "+61412345678"],
    ["phone", "0412 345 678", "AU", "+61412345678"],
    ["phone", "+49 (30) 901820", "AU", "+4930901820"],
    ["name", "  Ottilie\u200b  Brandt ", null, "Ottilie Brandt"],
    ["name", "田中", null, "田中"],
    ["name", "Zoe\u0308", null, "Zo\u00eb"],
  ];
  test.each(good)("%s %j (region %s) is %j", (kind, typed, region, value) => {
    if (kind === "pattern") throw new Error("patterns have a test of their own");
    expect(parseValue(fieldOf({ kind }), typed, region)).toEqual({ value });
  });

  const bad: readonly [Field["extractor"]["kind"], string, string | null, RegExp][] = [
    ["email", "bob@", null, /email address/u],
    ["email", "bob@work.example, eve@work.example", null, /email address/u],
    ["phone", "0412 345 678", null, /country code/u],
    ["phone", "12345", "AU", /national number of AU/u],
    ["phone", "call +61 412 345 678 after six", "AU", /phone number/u],
    ["name", "bob@work.example", null, /must be a name/u],
    ["name", "<b>Bob</b>", null, /must be a name/u],
    ["name", "42", null, /letter/u],
    ["name", "x".repeat(101), null, /at most 100/u],
    ["name", " \u200b ", null, /empty: null takes the value back/u],
  ];
  test.each(bad)("%s %j (region %s) is refused, and told why", (kind, typed, region, why) => {
    if (kind === "pattern") throw new Error("patterns have a test of their own");
    expect(parseValue(fieldOf({ kind }), typed, region)).toEqual({ fault: expect.stringMatching(why) });
  });

  test("a field of the workspace's own takes what its pattern takes", () => {
    const field = fieldOf({ kind: "pattern", pattern: "(?i)order #?([0-9]{6})|[0-9]{6}" });
    expect(parseValue(field, "order #123456", null)).toEqual({ value: "123456" });
    expect(parseValue(field, "654321", null)).toEqual({ value: "654321" });
    expect(parseValue(field, "soon", null)).toEqual({ fault: expect.stringContaining("pattern") });
  });
});
