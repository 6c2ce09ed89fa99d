import { expect, test } from "vitest";
import { advisoryKey } from "../../../server/database/advisory-key.ts";
import { bindingValues, compileStatement } from "../../../server/database/statement.ts";

test("names become numbered parameters, a name used twice the same one", () => {
  const { text, names } = compileStatement("select * from t where a = :a and (b = :bEe or c = :a)");
  expect(text).toBe("select * from t where a = $1 and (b = $2 or c = $1)");
  expect(names).toEqual(["a", "bEe"]);
});

test.each([
  ["a cast", "select :text::text, x::uuid", "select $1::text, x::uuid"],
  ["a string", "select 'it''s :a', :b", "select 'it''s :a', $1"],
  ["a quoted name", 'select ":a" from t where b = :b', 'select ":a" from t where b = $1'],
  ["a comment", "select :b -- not :a\n, /* nor :a */ 1", "select $1 -- not :a\n, /* nor :a */ 1"],
  ["a slice", "select x[1:2], :b", "select x[1:2], $1"],
])("%s is no name", (_what, sql, text) => {
  expect(compileStatement(sql).text).toBe(text);
});

test("a name without a value and a value without a name are mistakes", () => {
  const statement = compileStatement("select :a");
  expect(bindingValues(statement, { a: null })).toEqual([null]);
  expect(() => bindingValues(statement, {})).toThrow("the binding :a has no value");
  expect(() => bindingValues(statement, { a: 1, b: 2 })).toThrow("no binding :b");
  expect(() => bindingValues(compileStatement("select :toString"), {})).toThrow("has no value");
});

test("an advisory key is 64 bits that tell apart how its parts are cut", () => {
  expect(advisoryKey("a", "bc")).not.toBe(advisoryKey("ab", "c"));
  expect(advisoryKey("a")).toBe(advisoryKey("a"));
  expect(BigInt.asIntN(64, advisoryKey("a", "é"))).toBe(advisoryKey("a", "é"));
});
