import { expect, test } from "vitest";
import { makeSpeller } from "../../../engine/rules/misspellings.ts";
import { intentFile, packWith } from "./small-pack.ts";

const meant = makeSpeller([
  "cancel",
  "order",
  "orders",
  "address",
  "delivery",
  "refund",
  "speak",
  "menu",
  "locate",
]);

test.each([
  ["cancle", ["cancel"]], // two letters swapped
  ["adress", ["address"]], // one missing
  ["reffund", ["refund"]], // one too many
  ["delivary", ["delivery"]], // one wrong, in a long word
  ["steak", []], // one wrong, in a short word, is another word
  ["located", []], // a letter more at the end is another form
  ["menuu", []], // too short to tell
  ["banana", []],
  ["sorder", []], // the first letter is right
  ["lender", []],
  ["", []],
  ["__proto__", []],
])("%j was meant for %j", (typed, words) => {
  expect(meant(typed)).toEqual(words);
});

test("a mistyped word counts as the word of the trigger that it was meant for, where it stands", () => {
  const pack = packWith(intentFile("it", { triggers: ["cancel my newsletter"] }));
  const text = "pls cancle my newsleter";
  expect(pack.matcher.match(text).intents).toMatchObject([{ start: 4, end: text.length }]);
});

test("a mistyped word before a question mark is read like any other", () => {
  const pack = packWith(intentFile("it", { triggers: ["my newsletter"] }));
  expect(pack.matcher.match("where is my newsleter?").intents).toHaveLength(1);
});

test("a word that English has is taken as typed", () => {
  const pack = packWith(intentFile("it", { triggers: ["quiet room"] }));
  expect(pack.matcher.match("quite room").intents).toEqual([]);
});
