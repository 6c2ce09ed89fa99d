import { expect, test } from "vitest";
import { intentFile, packWith } from "./small-pack.ts";

const pack = packWith(
  intentFile("refund", { triggers: ["(want|need) (my|a) refund"], except: ["refund policy"] }),
  intentFile("menu", { triggers: ["send me the menu", "menu please"], priority: 200 }),
);
const near = (text: string) => pack.matcher.nearMisses(text).map(({ rule, at, lack }) => [rule, at, lack]);

test("a trigger whose words are all said in another order is named as such", () => {
  expect(near("a refund is what I need")).toEqual([["refund", "en/refund.yaml:5", { kind: "order" }]]);
});

test("a trigger of which one word is missing is named, with the words that would do", () => {
  expect(near("my refund")).toEqual([
    ["refund", "en/refund.yaml:5", { kind: "words", words: ["want", "need"] }],
  ]);
});

test("a rule is named once, with its nearest trigger, and not when that one matched", () => {
  expect(near("send me a menu")).toEqual([["menu", "en/menu.yaml:5", { kind: "words", words: ["the"] }]]);
  expect(near("menu please")).toEqual([]);
});

test("a trigger that is said in another place, or with a word that it rules out, is named as such", () => {
  const own = packWith(
    intentFile("gift", { triggers: [{ whole: "gift card" }] }),
    intentFile("card", { triggers: ["buy !(a|the) card"], priority: 200 }),
  );
  const lacks = (text: string) => own.matcher.nearMisses(text).map(({ rule, lack }) => [rule, lack.kind]);
  expect(lacks("a gift card today")).toContainEqual(["gift", "place"]);
  expect(lacks("buy a card")).toContainEqual(["card", "exclusion"]);
});

test("a trigger that an exception silenced is reported with the exception", () => {
  const { intents, cancelled } = pack.matcher.match("I want a refund policy");
  expect(intents).toEqual([]);
  expect(cancelled).toMatchObject([
    { rule: "refund", at: "en/refund.yaml:5", by: { trigger: "refund policy", at: "en/refund.yaml:6" } },
  ]);
});
