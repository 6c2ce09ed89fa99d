import { describe, expect, test } from "vitest";
import { hear, heardOf } from "./hear.ts";

describe("numbers are taken as E.164", () => {
  test.each([
    ["0412 345 678", { region: "AU" }, "+61412345678"],
    ["0412-345-678, thanks", { region: "AU", asked: "phone" }, "+61412345678"],
    ["call me on +61 412 345 678", {}, "+61412345678"],
    ["(415) 555-2671 ext 12", { region: "US" }, "+14155552671"],
    ["+44 (0)161 496 0000", {}, "+441614960000"],
    ["0044 (0)161 496 0000", {}, "+441614960000"],
    ["00 44 161 496 0000", { region: "US" }, "+441614960000"],
    ["971 50 123 4567", { region: "US", asked: "phone" }, "+971501234567"],
    ["０４１２ ３４５ ６７８", { region: "AU" }, "+61412345678"],
    ["٠٤١٢٣٤٥٦٧٨", { region: "AU" }, "+61412345678"],
    ["我的电话是0412345678", { region: "AU" }, "+61412345678"],
    ["5pm 0412 345 678", { region: "AU" }, "+61412345678"],
    ["0412345678 is my number", { region: "AU" }, "+61412345678"],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("phone", text, heard)).toEqual([expected]);
  });
});

describe("other digits are no phone", () => {
  test.each([
    ["my order 123456789 is late", {}, ["not_a_phone: 123456789"]],
    ["ref 4155552671", {}, ["not_a_phone: 4155552671"]],
    ["order #4155552671", {}, ["not_a_phone: 4155552671"]],
    ["policy number 415 555 2671", { asked: "phone" }, ["not_a_phone: 4155552671"]],
    ["card 4111 1111 1111 1111", { asked: "phone" }, ["not_a_phone: 4111111111111111"]],
    ["4111 1111 1111 1111", { asked: "phone" }, ["not_a_phone: 4111111111111111"]],
    ["on 12/05/2024 at 10:30", { asked: "phone" }, []],
    ["a table for 2 at 8", { asked: "phone" }, []],
    ["item A41555526714", {}, []],
    ["https://shop.example/4155552671", {}, []],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("phone", text, { region: "US", ...heard })).toEqual(expected);
  });
});

describe("a number that cannot be taken says why", () => {
  test.each([
    ["0412", { region: "AU", asked: "phone" }, ["incomplete: 0412"]],
    ["1234567890", { region: "US", asked: "phone" }, ["invalid_for_region: 1234567890"]],
    ["my number is 0412 345 678", { asked: "phone" }, ["ambiguous: 0412345678"]],
    ["call my wife on 0412 345 678", { region: "AU" }, ["someone_else: +61412345678"]],
    ["not 0412 345 678, it's 0413 345 678", { region: "AU" }, ["negated: +61412345678", "+61413345678"]],
    [
      "0412 345 678, sorry, I mean 0413 345 678",
      { region: "AU" },
      ["superseded: +61412345678", "+61413345678"],
    ],
  ])("%s", (text, heard, expected) => {
    expect(heardOf("phone", text, heard)).toEqual(expected);
  });
});

test("a number is echoed as typed, and an unknown region takes international numbers only", () => {
  const [finding] = hear("it's +61 412-345-678!", { region: "ZZ" });
  expect(finding).toMatchObject({
    raw: "+61 412-345-678",
    value: "+61412345678",
    extractor: "phone/international",
  });
});
