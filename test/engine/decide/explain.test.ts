import { expect, test } from "vitest";
import { explainTrace } from "../../../engine/decide/explain.ts";
import { play } from "./conversation.ts";
import { smallPack } from "./small-pack.ts";

function explained(...texts: readonly string[]): string {
  const played = play(
    smallPack(),
    texts.map((text) => ({ role: "customer", text })),
  ).at(-1);
  return played === undefined ? "" : explainTrace(played.turn.trace, played.text).join("\n");
}

test("a rejected number is explained with the word that decided", () => {
  expect(explained("my policy 88120045 is wrong")).toContain(
    'heard phone "88120045" [10, 18) by phone/digits, rejected: not_a_phone ("policy")',
  );
});

test("an unvalidated number is explained with the reason why it is", () => {
  expect(explained("my phone is 0412 345 67")).toContain(
    'heard phone "0412 345 67" [12, 23) by phone/spoken_of, noted unvalidated as 041234567: invalid_for_region',
  );
});

test("a number that is asked for once more is explained by the no", () => {
  expect(explained("my phone is 0412 345 67", "no")).toContain(
    "phone: asked, attempt 1, because the value given was said not to be right (asked)",
  );
});
