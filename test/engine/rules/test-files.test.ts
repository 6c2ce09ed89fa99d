import * as fc from "fast-check";
import { expect, test } from "vitest";
import { isTestFile } from "../../../engine/rules/test-files.ts";
import { defaultRuleFiles } from "../../support/packs.ts";

test.each([
  ["examples_of: book\n", true],
  ["transcripts:\n  - title: a", true],
  ["\ufeff# a comment\r\n\r\n---\r\n  # another\r\ntranscripts:\r\n", true],
  ["", false],
  ["# examples_of: book", false],
  ["intent: book\ntranscripts: []", false],
  ["  examples_of: book", false],
  ["examples_of_book: 1", false],
  ["matches: [a]\nexamples_of: book", false],
])("%j holds tests only: %s", (text, expected) => {
  expect(isTestFile(text)).toBe(expected);
});

test("the shipped files of tests are known as such, and no other is", async () => {
  for (const { path, text } of await defaultRuleFiles())
    expect([path, isTestFile(text)]).toEqual([
      path,
      /\.(?:examples|held-back|transcripts)\.yaml$/.test(path),
    ]);
});

test("any text is one or is not, and never an exception", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(isTestFile(text)).toBeTypeOf("boolean");
    }),
  );
});
