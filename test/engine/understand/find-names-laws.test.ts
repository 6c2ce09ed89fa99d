import fc from "fast-check";
import { expect, test } from "vitest";
import { findNames } from "../../../engine/understand/find-names.ts";
import { read } from "../../../engine/understand/reading.ts";
import { isListed, wordKind } from "../../../engine/understand/vocabulary.ts";
import { hear, takenOf } from "./hear.ts";

const letters = (alphabet: string, minLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength: minLength + 3 });

/** Words that no list has, shaped like names: "dorun", "wesilka". */
const unheardOf = fc
  .array(fc.tuple(letters("bdgklmnrstvz", 1), letters("aeiou", 1)), { minLength: 2, maxLength: 3 })
  .map((parts) => parts.map(([consonant, vowel]) => consonant.charAt(0) + vowel.charAt(0)).join("") + "k")
  .filter((word) => !isListed(word) && wordKind(word) === "unknown");

const asTitle = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

test("law: a name nobody has heard of is heard behind every sure cue, in any case, and as an answer", () => {
  const styles = [(text: string) => text, asTitle, (text: string) => text.toUpperCase()];
  fc.assert(
    fc.property(unheardOf, unheardOf, fc.constantFrom(...styles), (first, last, style) => {
      fc.pre(first !== last);
      const name = `${asTitle(first)} ${asTitle(last)}`;
      const typed = `${style(first)} ${style(last)}`;
      for (const text of [
        `my name is ${typed}`,
        `${typed} here`,
        `it is under ${typed}`,
        `i'm ${typed}`,
        `${typed} is my name`,
      ])
        expect([text, takenOf("name", text)]).toEqual([text, name]);
      for (const text of [typed, `sure, ${typed}`, `${typed}. see you on Friday`, `${typed} and i need help`])
        expect([text, takenOf("name", text, { asked: "name" })]).toEqual([text, name]);
    }),
  );
});

test("law: where the name was asked for and a few words hold none, something says why", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (text) => {
      const heard = hear(text, { asked: "name" }).filter(({ field }) => field === "name");
      const { length } = read(text).words;
      expect(heard.length > 0 || length === 0 || length > 3).toBe(true);
    }),
  );
});

const PARTS = [
  "my name is ", "under ", "for for ", "table for Aa Bb ", "xx here ", "name ", "Lena Okoro ", "van ", "a b ", "T.", "- A", "not lisa, ",
  "私は", "im, ", "rajan 4", "the Aa Party ", "my name's ", "it's me, ", "a\n", "first name ", "last name a ", "ชื่อ", "M",
]; // prettier-ignore

test.each(PARTS)("a long message of %j takes time in proportion", (part) => {
  const about = { asked: true, previous: part.repeat(500), region: null, signals: new Set<never>() };
  const timeOf = (chars: number) => {
    const reading = read(part.repeat(Math.ceil(chars / part.length)));
    const start = performance.now();
    findNames(reading, about);
    return performance.now() - start;
  };
  timeOf(4_000);
  expect(timeOf(40_000)).toBeLessThan(500); // quadratic work takes far longer
});
