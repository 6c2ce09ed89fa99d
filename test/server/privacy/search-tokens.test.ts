import fc from "fast-check";
import { v7 } from "uuid";
import { describe, expect, test } from "vitest";
import { matchesSearch, parseQuery } from "../../../server/privacy/search-query.ts";
import type { Searchable } from "../../../server/privacy/search-query.ts";
import { isExact, queryTokens, searchTokens } from "../../../server/privacy/search-tokens.ts";
import { keyringOf } from "./keyring-of.ts";

const keyring = keyringOf(v7());
const NOBODY: Searchable = { name: null, emails: [], phone: null };
const mike: Searchable = {
  name: "Mike O’Connor-Łoś",
  emails: ["m.oconnor@mail.example.com"],
  phone: "+61412345678",
};

/** What the index would answer: every part of the query is among the customer's tokens. */
function isCandidate(query: string, customer: Searchable, stored = keyring, asked = keyring): boolean {
  const tokens = new Set(searchTokens(stored, customer));
  return queryTokens(asked, query).every((part) => part.some((token) => tokens.has(token)));
}

describe("a search finds", () => {
  const lena: Searchable = { name: "Ελένη Straße", emails: ["lena+shop@example.org"], phone: "041234567" };
  const tanaka: Searchable = { name: "田中 太郎", emails: ["123456789@qq.example"], phone: null };
  const divya: Searchable = { name: "दिव्या शर्मा", emails: [], phone: "+39061234567" };

  test.each([
    ["", NOBODY],
    ["mik", mike],
    ["MIKE", mike],
    ["  oconnor   mike ", mike],
    ["o'connor", mike],
    ["O´Connor", mike],
    ["connor", mike],
    ["los", mike],
    ["łoś", mike],
    ["m.oconnor", mike],
    ["m.oconnor@", mike],
    ["m.oconnor@ma", mike],
    ["M.OConnor@mail.example.com", mike],
    ["m.oconnor@mail.example.co", mike],
    ["+61 412 345 678", mike],
    ["0412 345 678", mike],
    ["0061412345678", mike],
    ["(0412) 345-678", mike],
    ["678", mike],
    ["mike 345 678", mike],
    ["ελενη", lena],
    ["STRASSE", lena],
    ["straße", lena],
    ["shop", lena],
    ["lena+shop@example.org", lena],
    ["041 234 567", lena],
    ["太", tanaka],
    ["12345", tanaka],
    ["123456789@q", tanaka],
    ["दिव्या", divya],
    ["06 123 4567", divya],
  ])("%j", (query, customer) => {
    expect(matchesSearch(query, customer)).toBe(true);
    expect(isCandidate(query, customer)).toBe(true);
  });

  test.each([
    ["ike", mike],
    ["mike smith", mike],
    ["oconnor@", mike],
    ["m.oconnor@mail.example.com.au", mike],
    ["412 345", mike],
    ["78", mike],
    ["मिका", divya],
    ["देव", divya],
    ["mike", NOBODY],
  ])("%j, but not this one", (query, customer) => {
    expect(matchesSearch(query, customer)).toBe(false);
  });
});

describe("the tokens", () => {
  test("are 32-bit numbers in order, each once, and do not change from one release to the next", () => {
    const tokens = searchTokens(keyring, { name: "Mia Mia", emails: ["mia@a.example"], phone: "+6112" });
    expect(tokens).toEqual([...new Set(tokens)].toSorted((a, b) => a - b));
    expect(tokens.every((token) => token === (token | 0))).toBe(true);
    expect(tokens).toMatchInlineSnapshot(`
      [
        -1978073590,
        -817668501,
        -723238678,
        -279811090,
        1042548925,
        1714570019,
        1847418262,
      ]
    `);
  });

  test("are few enough for a row: dozens for a usual customer, bounded for an endless name", () => {
    expect(searchTokens(keyring, mike).length).toBeLessThan(60);
    const endless = { ...NOBODY, name: "abcdefghijklmnop'q ".repeat(10_000) };
    expect(searchTokens(keyring, endless).length).toBeLessThan(800);
  });

  test("are found under either key while the index key is being replaced", () => {
    const [before, after] = [keyringOf(v7(), [1]), keyringOf(v7(), [2])];
    const during = keyringOf(v7(), [2, 1]);
    for (const stored of [before, after]) expect(isCandidate("mike 678", mike, stored, during)).toBe(true);
    expect(isCandidate("mike", mike, after, before)).toBe(false);
  });
});

describe("the laws of search", () => {
  const word = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."abéßİǅo'’´-.٣한が́ि") }),
    fc.string({ unit: "grapheme", maxLength: 15 }),
  );
  const local = fc.string({ unit: fc.constantFrom(..."abc019.+'-_"), minLength: 1, maxLength: 16 });
  const domain = fc.string({ unit: fc.constantFrom(..."abc019.-"), minLength: 1, maxLength: 12 });
  const customers: fc.Arbitrary<Searchable> = fc.record({
    name: fc.option(fc.array(word, { maxLength: 4 }).map((words) => words.join(" "))),
    emails: fc.array(
      fc.oneof(
        fc.tuple(local, domain).map((parts) => parts.join("@")),
        fc.string({ unit: "binary" }),
      ),
      { maxLength: 2 },
    ),
    phone: fc.option(
      fc.tuple(fc.constantFrom("+", ""), fc.stringMatching(/^[0-9]{0,15}$/u)).map((parts) => parts.join("")),
    ),
  });
  // Mostly pieces of the customer, so that many queries match.
  const queriesOf = (customer: Searchable) => {
    const whole = [customer.name, ...customer.emails, customer.phone].filter((text) => text !== null);
    const starts = whole.flatMap((text) => [...text.split(" "), text, text.slice(-5)]);
    const piece = fc
      .tuple(fc.constantFrom("x", ...starts), fc.nat(20), fc.boolean())
      .map(([text, length, isAll]) => (isAll ? text : text.slice(0, length)));
    return fc.oneof(
      fc
        .array(fc.oneof({ weight: 9, arbitrary: piece }, word), { maxLength: 10 })
        .map((all) => all.join(" ")),
      fc.string({ unit: "binary" }),
    );
  };
  const cases = customers.chain((customer) => fc.tuple(fc.constant(customer), queriesOf(customer)));

  test("whoever is accepted has a token of every part of the query", () => {
    let accepted = 0;
    fc.assert(
      fc.property(cases, ([customer, query]) => {
        if (!matchesSearch(query, customer)) return;
        if (query.trim() !== "") accepted += 1;
        expect(isCandidate(query, customer)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });

  test("how accents are encoded and blanks around make no difference", () => {
    fc.assert(
      fc.property(cases, ([customer, query]) => {
        const found = matchesSearch(query, customer);
        for (const form of ["NFC", "NFD"] as const) {
          expect(matchesSearch(`  ${query.normalize(form)}\t`, customer)).toBe(found);
        }
      }),
    );
  });
});

test("a term is exact only when whoever has its tokens meets it", () => {
  const people: readonly Searchable[] = [
    mike,
    { name: "Maximilianusa", emails: ["678@mail.example"], phone: "+390678" },
    { name: "12345678", emails: ["m.oconnor@main.example"], phone: "+6112345678" },
  ];
  const queries = [
    "mike",
    "maximilianusb",
    "m.oconnor@",
    "m.oconnor@mai",
    "678",
    "0678",
    "0412345678",
    "345678",
    "99345678",
  ];
  const exact = queries.filter((query) => parseQuery(query).every(isExact));
  expect(exact).toEqual(["mike", "m.oconnor@", "678", "345678", "99345678"]);
  for (const query of exact) {
    for (const person of people) expect(isCandidate(query, person)).toBe(matchesSearch(query, person));
  }
});
