import { expect, test } from "vitest";
import { manyRules } from "../../bench/understanding/many-rules.ts";
import { testExamples } from "../../engine/rules/test-examples.ts";
import { defaultRuleFiles, packOf } from "../support/packs.ts";

test("a pack of 500 rules is made of the default one: valid, its examples hold, and it is the same every time", async () => {
  const files = await defaultRuleFiles();
  const many = manyRules(files, 500);
  expect(many.filter(({ text }) => /^(?:intent|signal):/m.test(text))).toHaveLength(500);
  expect(manyRules(files, 500)).toEqual(many);
  expect(testExamples(packOf(many)).filter(({ path }) => path.startsWith("en/many/"))).toEqual([]);
});
