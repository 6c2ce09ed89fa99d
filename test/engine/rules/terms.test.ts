import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readTerms } from "../../../engine/rules/terms.ts";

/** The words of each sentence, as triggers may call them: `is?` may be left unread, `a/b` is either. */
function read(text: string): string[] {
  return readTerms(text).map(({ terms }) =>
    terms.map(({ forms, silent }) => forms.join("/") + (silent ? "?" : "")).join(" "),
  );
}

const READINGS: readonly (readonly [text: string, sentences: readonly string[]])[] = [
  ["", []],
  ["Hello, World!", ["hello world"]],
  ["One. Two! Three? four\nfive", ["one", "two", "three/?", "four", "five"]],
  ["Mr. Fox, no. 5, J. Doe. Then", ["mr fox no 5 j doe", "then"]],
  ["hello!can you,please", ["hello", "can you please"]],
  ["I don't, I won’t, cant", ["i do not i will not can not"]],
  ["it's", ["its/it's/it is/has?"]],
  ["I'd", ["i'd/i would?"]],
  ["Tom's cats' toys", ["tom's/tom is? cats toys"]],
  ["e-mail, follow-up, re-book", ["email follow up rebook"]],
  ["A.S.A.P. p.m. 8.30 1,000 12:30 555-1234", ["asap pm 8.30 1,000 12:30 555-1234"]],
  ["bob@x.example or www.x.example/a?b or shop.example", ["bob@x.example or www.x.example/a?b or shop.example"]],
  ["order #44121 for $20", ["order 44121 for 20"]],
  ["Café NOËL", ["cafe noel"]],
  ["this & that @ noon", ["this &/and that @/at noon"]],
  ["and/or", ["and or"]],
  ["你好。再见", ["你好", "再见"]],
  ["?", ["?"]],
  ["👍", ["👍"]],
  ["fine 👍 thanks", ["fine thanks"]],
  ["thanks ❤️", ["thanks"]],
  ["I don´t, don`t", ["i do not do not"]],
  ["out-of-stock, over-the-counter", ["out of stock over the counter"]],
]; // prettier-ignore

test.each(READINGS)("%j is read as %j", (text, sentences) => {
  expect(read(text)).toEqual(sentences);
});

function opening(text: string): string[] {
  return readTerms(text).flatMap(({ terms }) =>
    terms.filter(({ opens }) => opens).map(({ start, end }) => text.slice(start, end)),
  );
}

test("a clause begins at a sentence's beginning and behind commas, dashes, colons and brackets", () => {
  expect(opening("one two, three - four: five (six) seven “eight nine” ten. eleven")).toEqual(
    "one three four five six seven eight ten eleven".split(" "),
  );
});

describe("laws", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.string({ unit: "grapheme", maxLength: 60 }),
    fc
      .array(fc.constantFrom(..."a I'm don't 's '' .. - -- a.b @ x@y. ? ! , ; : ( ) $5 # 5-6 é ß 👍 你 \n \ud800 e-".split(" "), " "), { maxLength: 20 })
      .map((parts) => parts.join("")),
  ); // prettier-ignore

  test("any string is read, into words that lie in it, in order, each with a form", () => {
    fc.assert(
      fc.property(text, (text) => {
        let last = 0;
        for (const { start, end, forms } of readTerms(text).flatMap(({ terms }) => terms)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          expect(forms.length).toBeGreaterThan(0);
          last = start;
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
