import * as fc from "fast-check";
import { expect, test } from "vitest";
import { foldWidth } from "../../../engine/understand/fold-width.ts";
import { read, wordAt } from "../../../engine/understand/reading.ts";

const words = (text: string) => read(text).words.map(({ lower, sentence }) => `${lower}/${sentence}`);

test.each([
  ["Hi, it's Mike.", ["hi/0", "it's/0", "mike/0"]],
  ["It’s me. Jean-Luc!", ["it's/0", "me/0", "jean-luc/1"]],
  ["Ask Dr. J. Okoro. Thanks", ["ask/0", "dr/0", "j/0", "okoro/0", "thanks/1"]],
  ["mike@gmail.com? yes", ["mike/0", "gmail/0", "com/0", "yes/1"]],
  ["こんにちは。山田です", ["こんにちは/0", "山田です/1"]],
  ["at 12.30\nok", ["at/0", "12/0", "30/0", "ok/1"]],
  ["", []],
])("%j is read word by word", (text, expected) => {
  expect(words(text)).toEqual(expected);
});

test("a sentence knows whether it asks", () => {
  expect(read("Is it you? Yes. Really؟").sentences.map(({ question }) => question)).toEqual([
    true,
    false,
    true,
  ]);
});

test("laws: gaps and words make up the text, and widths fold unit for unit", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const reading = read(text);
      const joined =
        reading.words.map(({ gap, start, end }) => gap + text.slice(start, end)).join("") + reading.tail;
      expect(joined).toBe(text);
      expect(foldWidth(text)).toHaveLength(text.length);
      for (const [index, { start }] of reading.words.entries()) expect(wordAt(reading, start)).toBe(index);
    }),
  );
});
