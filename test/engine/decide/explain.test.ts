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

test("a number that is offered back is explained as it was typed", () => {
  expect(explained("my phone is 0412 345 67")).toContain(
    'offered back: "0412 345 67": no numbering plan of AU has it',
  );
  expect(explained("my phone is +999 412 345 67")).toContain(
    'offered back: "+999 412 345 67": no numbering plan has it',
  );
});

test("an address that is offered back is explained by the one that was typed", () => {
  expect(explained("my email is bob@gmial.com")).toContain("offered back: bob@gmail.com for bob@gmial.com");
});

test("a number that needs a region is explained by the lack of one", () => {
  const [played] = play(smallPack(), [{ role: "customer", text: "my phone is 0412 345 67" }], {
    region: null,
  });
  const lines = played === undefined ? [] : explainTrace(played.turn.trace, played.text);
  expect(lines).toContain(
    'heard phone "0412 345 67" [12, 23) by phone/spoken_of, noted unvalidated as 041234567: no region is set to read it in (ambiguous)',
  );
  expect(lines).toContain('offered back: "0412 345 67": no region is set to read it in');
});

test("a number that is weaker than the known one is explained as not taken", () => {
  expect(explained("my phone is 0412 345 678", "my phone is 98765432")).toContain(
    "rejected: nobody asked for it, and the number that is known is a valid one (weaker_than_known)",
  );
});

test("a number that is asked for once more is explained by the no", () => {
  expect(explained("my phone is 0412 345 67", "no")).toContain(
    "phone: asked, attempt 1, because the value given was said not to be right (asked)",
  );
});
