import * as fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { understand } from "../../../engine/understand/understand.ts";
import type { Context } from "../../../engine/understand/understanding.ts";
import { defaultPack } from "../../support/packs.ts";

const SCRIPTS = (
  "Latin Greek Cyrillic Armenian Hebrew Arabic Syriac Thaana Nko Samaritan Mandaic Devanagari Bengali Gurmukhi Gujarati Oriya Tamil " +
  "Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Cherokee Canadian_Aboriginal Ogham Runic Tagalog " +
  "Hanunoo Buhid Tagbanwa Khmer Mongolian Limbu Tai_Le New_Tai_Lue Buginese Tai_Tham Balinese Sundanese Batak Lepcha Ol_Chiki Glagolitic " +
  "Coptic Tifinagh Hiragana Katakana Bopomofo Han Yi Lisu Vai Bamum Syloti_Nagri Phags_Pa Saurashtra Kayah_Li Rejang Javanese Cham " +
  "Tai_Viet Meetei_Mayek Linear_B Gothic Old_Italic Deseret Osage Adlam Chakma Brahmi Cuneiform Common Inherited"
).split(" ");
const LETTERS_PER_SCRIPT = 40;

/** Some characters of every script, and pictures: found by going through all code points once. */
function lettersOfEveryScript(): readonly (readonly string[])[] {
  const tests = SCRIPTS.map((script) => new RegExp(`\\p{Script=${script}}`, "u"));
  const letters = SCRIPTS.map((): string[] => []);
  let last = 0;
  for (let code = 0; code < 0x1f700; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const letter = String.fromCodePoint(code);
    // Neighbours are mostly of one script, so the last one is tried first.
    const script = tests[last]?.test(letter) ? last : tests.findIndex((one) => one.test(letter));
    if (script < 0) continue;
    last = script;
    const known = letters[script] ?? [];
    if (known.length < LETTERS_PER_SCRIPT) known.push(letter);
  }
  return letters;
}

const letters = lettersOfEveryScript();
const word = fc
  .constantFrom(...letters)
  .chain((script) => fc.string({ unit: fc.constantFrom(...script), minLength: 1, maxLength: 8 }));
const cue = fc.constantFrom(
  ..."my name is|i'm|this is|here|under|@|at|dot|.com|my number is|+|00|call me|0412 345 678|٠١٢٣٤٥٦٧٨٩|०१२३४५६|,|.|?|\n|\ud800|no thanks|sorry".split("|"),
); // prettier-ignore
const text = fc
  .array(fc.tuple(fc.oneof(word, word, cue), fc.constantFrom(" ", " ", "", "\u200b")), { maxLength: 12 })
  .map((parts) => parts.flat().join(""));
const context: fc.Arbitrary<Context> = fc.record({
  requested: fc.subarray(["name", "email", "phone"]),
  previous: fc.option(text),
  region: fc.constantFrom(null, "US", "AU", "IN", "TH", "XX"),
});

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

test("every script has letters to try", () => {
  expect(SCRIPTS.filter((_, at) => (letters[at] ?? []).length === 0)).toEqual([]);
});

test("law: text of every script is understood, every time alike, into spans that slice to their text and do not overlap", () => {
  fc.assert(
    fc.property(text, context, (text, around) => {
      const understood = understand(pack, text, around);
      expect(JSON.stringify(understand(pack, text, around))).toBe(JSON.stringify(understood));
      let end = 0;
      for (const { span, raw, status } of understood.findings) {
        expect(text.slice(span.start, span.end)).toBe(raw);
        if (status === "rejected") continue;
        expect(span.start).toBeGreaterThanOrEqual(end);
        end = span.end;
      }
      for (const { span } of [...understood.intents, ...understood.signals]) {
        expect(span.start).toBeLessThan(span.end);
        expect(span.end).toBeLessThanOrEqual(text.length);
      }
    }),
    { numRuns: 3_000 },
  );
});
