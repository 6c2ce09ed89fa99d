import { format } from "prettier";
import { expect, test } from "vitest";
import { ruleFileJsonSchema } from "../../../engine/rules/json-schema.ts";

// To write it anew after a change to engine/rules/schema.ts: npm test -- test/engine/rules/json-schema.test.ts -u
test("rules/schema.json is the JSON Schema of the rule files as the code has them", async () => {
  const text = await format(JSON.stringify(ruleFileJsonSchema()), { parser: "json", printWidth: 110 });
  await expect(text).toMatchFileSnapshot("../../../rules/schema.json");
});
