import { expect, test } from "vitest";
import { takeTurn } from "../../../engine/turn.ts";
import { INITIAL_STATE } from "../../../engine/decide/state.ts";
import { missedIn } from "../../../server/findings/missed.ts";
import { defaultPack } from "../../support/packs.ts";

const pack = await defaultPack();
const missed = (text: string) => {
  const circumstances = { now: 0, known: {}, coolingOff: {}, collecting: "on", region: "AU" } as const;
  const { trace } = takeTurn(pack, INITIAL_STATE, text, circumstances);
  return missedIn(trace.findings).map(({ field, reason, raw }) => [field, reason, raw]);
};

test.each([
  ["my colleague's address is eve@work.example", [["email", "someone_else", "eve@work.example"]]],
  ["I wrote to support@shop.example yesterday", [["email", "recipient", "support@shop.example"]]],
  ["my email is mike@gmail", [["email", "incomplete", "mike@gmail"]]],
  ["my order number is 9876543210", [["phone", "not_a_phone", "9876543210"]]],
])("%j is one to look at", (text, expected) => {
  expect(missed(text)).toEqual(expected);
});

test.each([
  ["my email is bob@work.example"], // captured
  ["sorry, it's bob@work.example, not bob@home.example"], // taken back by the customer
  ["my order number is 12345"], // nobody's phone has so few digits
  ["I'm looking for a table"], // words in the place of a name
  ["Hi"],
])("%j is none", (text) => {
  expect(missed(text)).toEqual([]);
});
