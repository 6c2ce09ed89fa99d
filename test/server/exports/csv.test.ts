import { parse } from "csv-parse/sync";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { csvLines, defuse } from "../../../server/exports/csv.ts";

test.each([
  ["=1+1", "'=1+1"],
  ["+61412345678", "'+61412345678"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", "'\r=1"],
  ["＝1", "'＝1"],
  ["'=1", "''=1"],
  ["Mike", "Mike"],
  ["O'Hara", "O'Hara"],
  ["'tis", "'tis"],
  ["mike@work.example", "mike@work.example"],
  ["", ""],
])("%j is written as %j", (text, cell) => {
  expect(defuse(text)).toBe(cell);
});

test("rows end in CRLF, and what holds a comma, a quote or a line break stands in quotes", () => {
  expect(csvLines([["a", 'say "hi"', "x,y", "two\nlines", "old\rmac", null, 3]])).toBe(
    'a,"say ""hi""","x,y","two\nlines","old\rmac",,3\r\n',
  );
});

/** As docs/csv.md tells readers to: an apostrophe before what would be a formula is not part of the value. */
const restored = (cell: string) => (/^'+[=+\-@\t\r\n＝＋－＠]/u.test(cell) ? cell.slice(1) : cell);

const cell = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("'", "=", "+", "-", "@", "\t", "\r", "\n", '"', ",", "a", "＝", " ") }),
);

test("law: a reader of CSV gets every text back, and no cell is a formula", () => {
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1 }), (rows) => {
      const read: string[][] = parse(csvLines(rows), { record_delimiter: "\r\n", relax_column_count: false });
      expect(read.map((row) => row.map(restored))).toEqual(rows);
      expect(read.flat().filter((text) => /^[=+\-@\t\r]/u.test(text))).toEqual([]);
    }),
  );
});
