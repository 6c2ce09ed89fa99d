import { describe, expect, test } from "vitest";
import { isFullerName, isSameName } from "../../../engine/understand/fuller-name.ts";

describe("a fuller form says all of the name, and more", () => {
  const fuller: readonly (readonly [fuller: string, name: string])[] = [
    ["Mike Smith", "Mike"],
    ["MIKE SMITH", "mike"],
    ["Smith, Mike", "Mike"],
    ["Ana María García López", "ana garcía"],
    ["Jean-Luc Picard", "Jean-Luc"],
    ["Мария Иванова", "мария"],
    ["田中太郎", "田中"],
    ["김민수", "민수"],
    ["สมชาย ใจดี", "สมชาย"],
    ["Mike O’Neil", "o'neil"],
    ["Hans GROSS", "groß"],
  ];
  test.each(fuller)("%s of %s", (one, other) => {
    expect(isFullerName(one, other)).toBe(true);
    expect(isFullerName(other, one)).toBe(false);
    expect(isSameName(one, other)).toBe(false);
  });

  const others: readonly (readonly [one: string, other: string])[] = [
    ["Mike Smith", "Bob"],
    ["Michael", "Mich"],
    ["Mike Smith", "Mike Jones"],
    ["Mike", "Mike"],
    ["Jean-Luc", "Jean"],
    ["Mike Smith", "Mike Mike"],
    ["田中太郎", "中太"],
  ];
  test.each(others)("not %s of %s", (one, other) => {
    expect(isFullerName(one, other)).toBe(false);
  });
});

test.each([
  ["Mike Smith", "mike  SMITH"],
  ["Smith, Mike", "Mike Smith"],
  ["José", "Jose\u0301"],
])("%s and %s are the same name", (one, other) => {
  expect(isSameName(one, other)).toBe(true);
});
