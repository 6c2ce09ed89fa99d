import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findDetails } from "../../../engine/understand/find-details.ts";
import { context, field, FIELDS, hear } from "./hear.ts";

const PATTERN_FIELDS = [...FIELDS, field("policy", { kind: "pattern", pattern: "\\b(?:POL-)(\\d{6})\\b" })];

describe("several details in one message each find their field", () => {
  test("name, email and phone", () => {
    const found = hear("Hi, Lena Okoro here, lena@work.example or 0412 345 678", { region: "AU" });
    expect(found.map(({ field: key, value, status }) => [key, value, status])).toEqual([
      ["name", "Lena Okoro", "accepted"],
      ["email", "lena@work.example", "accepted"],
      ["phone", "+61412345678", "accepted"],
    ]);
  });

  test("a field of the pack's own takes its first group", () => {
    expect(hear("it is POL-123456 thanks", { fields: PATTERN_FIELDS })).toEqual([
      {
        field: "policy",
        value: "123456",
        raw: "123456",
        span: { start: 10, end: 16 },
        extractor: "pattern/match",
        status: "accepted",
      },
    ]);
  });

  test("a pattern that does not compile finds nothing", () => {
    expect(hear("abc", { fields: [field("odd", { kind: "pattern", pattern: "(" })] })).toEqual([]);
  });

  test("of two fields of one kind, the one that was asked for is filled", () => {
    const fields = [...FIELDS, field("work_email", { kind: "email" })];
    const accepted = hear("bob@work.example", { asked: "work_email", fields }).filter(
      ({ status }) => status === "accepted",
    );
    expect(accepted.map(({ field: key }) => key)).toEqual(["work_email"]);
  });
});

const SNIPPETS = [
  "my name is ", "I'm ", "Lena", " okoro", "mike", "@", "gmail.com", " at gmail dot com", "bob@work.example", "0412 345 678", "+61", "(", ")",
  " and ", ". ", ", ", "?", "\n", "sorry, ", "not ", "under ", "١٢٣", "山田", "order ", "POL-123456", "\ud83d", "é", "ｍ＠", "first name ", "last name ",
]; // prettier-ignore

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.string({ unit: "grapheme", maxLength: 100 }),
  fc
    .array(fc.oneof(fc.constantFrom(...SNIPPETS), fc.string({ unit: "binary", maxLength: 3 })), {
      maxLength: 25,
    })
    .map((parts) => parts.join("")),
);
const contexts = fc.record({
  requested: fc.subarray(["name", "email", "phone", "policy"]),
  previous: fc.option(texts),
  region: fc.constantFrom(null, "AU", "US", "TH", "ZZ", ""),
});
const signals = fc
  .subarray(["refusal", "correction", "question"] as const)
  .map((list) => ({ signals: list.map((intent) => ({ intent })) }));

test("laws: any text is heard without a throw, spans slice to raw, accepted ones are apart and one a field, in order", () => {
  fc.assert(
    fc.property(texts, contexts, signals, (text, around, heard) => {
      const found = findDetails(text, around, PATTERN_FIELDS, heard);
      const accepted = found.filter(({ status }) => status !== "rejected");
      for (const { span, raw, value } of found) {
        expect(text.slice(span.start, span.end)).toBe(raw);
        expect(raw).not.toBe("");
        expect(typeof value).toBe("string");
      }
      for (const [index, { span }] of found.entries())
        expect(span.start).toBeGreaterThanOrEqual(found[index - 1]?.span.start ?? 0);
      for (const [index, { span }] of accepted.entries())
        expect(span.start).toBeGreaterThanOrEqual(accepted[index - 1]?.span.end ?? 0);
      expect(new Set(accepted.map(({ field: key }) => key)).size).toBe(accepted.length);
      expect(findDetails(text, around, PATTERN_FIELDS, heard)).toEqual(found);
    }),
    { numRuns: 1_000 },
  );
});

test.each([
  "@",
  "a@",
  "a.",
  "1 ",
  "1,",
  "(1",
  "++",
  "w.w@w.",
  "I'm ",
  "my name is ",
  "here ",
  " at a dot ",
  "+1 ",
  "0412 345 678 ",
  "one two ",
  "phone ",
  "Lena ",
  "a",
  "1",
])("a long message of %j takes time in proportion", (part) => {
  const text = part.repeat(Math.ceil(40_000 / part.length));
  const start = performance.now();
  findDetails(text, context({ asked: "email", region: "US" }), PATTERN_FIELDS, { signals: [] });
  expect(performance.now() - start).toBeLessThan(2_000); // quadratic work takes far longer
});
