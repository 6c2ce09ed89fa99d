import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { CustomerPage, CustomerSummary, CustomersQuery } from "../../../server/customers/contract.ts";
import { enterCustomers } from "../../../server/customers/entries.ts";
import { listCustomers, type Limits } from "../../../server/customers/list.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { matchesSearch } from "../../../server/privacy/search-query.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { generate } from "../../../bench/customers/generate.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const CUSTOMERS = 60;
const NOON = Date.UTC(2025, 5, 1, 12);
const FIELDS = ["name", "email", "phone"] as const;

interface Known extends CustomerSummary {
  readonly tags: readonly string[];
  readonly verified: readonly string[];
}

type Filter = Omit<CustomersQuery, "cursor" | "limit">;

const searchable = ({ name, email, phone }: Known) => ({
  name,
  emails: email === null ? [] : [email],
  phone,
});

/** What the filter means, said plainly. */
function meets(customer: Known, filter: Filter): boolean {
  const { q = "", platform, tag = [], has = [], lacks = [], trust } = filter;
  const { firstFrom, lastTo, minConversations, maxConversations } = filter;
  const valueOf = (field: string) => FIELDS.some((one) => one === field && customer[one] !== null);
  return (
    (q === "" || (/[\p{L}\p{N}]/u.test(q) && matchesSearch(q, searchable(customer)))) &&
    (platform === undefined || customer.platforms.some((one) => platform.includes(one))) &&
    tag.every((one) => customer.tags.includes(one)) &&
    has.every(valueOf) &&
    !lacks.some(valueOf) &&
    (trust === undefined || (trust === "verified") === customer.verified.length > 0) &&
    (firstFrom === undefined || customer.firstAt.slice(0, 10) >= firstFrom) &&
    (lastTo === undefined || customer.lastAt.slice(0, 10) <= lastTo) &&
    (minConversations === undefined || customer.conversationCount >= Number(minConversations)) &&
    (maxConversations === undefined || customer.conversationCount <= Number(maxConversations))
  );
}

function inOrder(customers: readonly Known[], { sort = "last", order = "desc" }: Filter): readonly Known[] {
  const keyOf = ({ lastAt, firstAt, conversationCount, id }: Known): readonly [string | number, string] => [
    { last: lastAt, first: firstAt, conversations: conversationCount }[sort],
    id,
  ];
  const ascending = customers.toSorted((one, other) => {
    const [[a, idA], [b, idB]] = [keyOf(one), keyOf(other)];
    return a === b ? (idA < idB ? -1 : 1) : a < b ? -1 : 1;
  });
  return order === "asc" ? ascending : ascending.toReversed();
}

const maybe = <Value>(value: fc.Arbitrary<Value>) =>
  fc.oneof({ arbitrary: fc.constant(undefined), weight: 3 }, { arbitrary: value, weight: 1 });
const some = <Value>(value: fc.Arbitrary<Value>) =>
  maybe(fc.uniqueArray(value, { minLength: 1, maxLength: 2 }));

/** Filters as people would make them of these customers, and limits so small that all ways of finding are gone. */
const filters = (known: readonly Known[]) => {
  const words = known.flatMap(({ name, email, phone }) =>
    [name, email, phone?.slice(-5)].filter((text) => text != null),
  );
  const q = fc.oneof(
    fc.constantFrom(...words).chain((text) => fc.nat(text.length).map((length) => text.slice(0, length))),
    fc.constantFrom("maria", "m", "?", "xqzw", "maria m", "61"),
  );
  const day = fc
    .integer({ min: 0, max: 1_000 })
    .map((days) => new Date(Date.UTC(2023, 0, 1 + days)).toISOString().slice(0, 10));
  return fc.record({
    q: maybe(q),
    platform: some(fc.constantFrom("web_widget", "line", "telegram")),
    tag: some(fc.constantFrom("newsletter", "vip", "complaint")),
    has: some(fc.constantFrom(...FIELDS, "budget")),
    lacks: some(fc.constantFrom(...FIELDS, "budget")),
    trust: maybe(fc.constantFrom("claimed", "verified")),
    firstFrom: maybe(day),
    lastTo: maybe(day),
    minConversations: maybe(fc.constantFrom("1", "3")),
    maxConversations: maybe(fc.constantFrom("2", "3")),
    sort: maybe(fc.constantFrom("last", "first", "conversations")),
    order: maybe(fc.constantFrom("asc", "desc")),
  });
};

const limits: fc.Arbitrary<Limits> = fc.record({
  rareMax: fc.constantFrom(0, 5, 500),
  exactMax: fc.constantFrom(3, 20, 10_000),
  openedAtOnce: fc.constantFrom(2, 7, 500),
});

describe.each(DATABASE_KINDS)("the laws of finding customers on %s", (kind) => {
  const opened = useDatabase(kind);
  let workspaceId: string;
  let known: readonly Known[];

  beforeAll(async () => {
    const store = storeOf(opened());
    workspaceId = await createWorkspace(opened(), "laws", NOON);
    await generate(store, workspaceId, CUSTOMERS, () => {});
    await inWorkspace(opened(), workspaceId, async (tx) => {
      await tx.raw(
        "update customers set platforms = '{line,web_widget}' where id in (select id from customers order by id limit 15)",
      );
      const all = await tx.raw<{ id: string }>("select id from customers");
      const rare =
        "update customers set tags = tags || '{vip}' where id in (select id from customers order by id limit 3)";
      await tx.raw(rare);
      const { sql, bindings } = enterCustomers(
        workspaceId,
        all.map(({ id }) => id),
      );
      await tx.raw(sql, bindings);
    });
    const { customers } = await listCustomers(store, workspaceId, { limit: CUSTOMERS });
    const marks = await inWorkspace(opened(), workspaceId, (tx) =>
      tx.raw<{ id: string; tags: string[]; verified_fields: string[] }>(
        "select id, tags, verified_fields from customers",
      ),
    );
    known = customers.map((customer) => {
      const { tags = [], verified_fields: verified = [] } = marks.find(({ id }) => id === customer.id) ?? {};
      return { ...customer, tags, verified };
    });
    if (known.length !== CUSTOMERS) throw new Error("not all customers are listed");
  });

  test("pages of any filter hold exactly those who meet it, in its order, and its total is true", async () => {
    await fc.assert(
      fc.asyncProperty(
        filters(known),
        limits,
        fc.integer({ min: 1, max: 25 }),
        async (filter, allowed, limit) => {
          const expected = inOrder(
            known.filter((customer) => meets(customer, filter)),
            filter,
          ).map(({ id }) => id);
          const found: string[] = [];
          let cursor: string | null = null;
          do {
            const query: CustomersQuery = { ...filter, limit, ...(cursor !== null && { cursor }) };
            const page: CustomerPage = await listCustomers(
              storeOf(opened()),
              workspaceId,
              query,
              "everything",
              allowed,
            );
            found.push(...page.customers.map(({ id }) => id));
            const most = page.totalIs === "exact" ? expected.length : Math.min(page.total, expected.length);
            expect(page.total).toBe(most);
            cursor = page.nextCursor;
          } while (cursor !== null);
          expect(found).toEqual(expected);
        },
      ),
      { numRuns: 200 },
    );
  }, 120_000);

  test("a total is not called exact when those who were counted were partly the same", async () => {
    const both: CustomersQuery = { platform: ["line", "web_widget"], limit: 1 };
    const few: Limits = { rareMax: 500, exactMax: 40, openedAtOnce: 500 };
    const { total, totalIs } = await listCustomers(storeOf(opened()), workspaceId, both, "everything", few);
    expect([totalIs, total < CUSTOMERS]).toEqual(["at_least", true]);
    expect(await listCustomers(storeOf(opened()), workspaceId, both)).toMatchObject({
      total: CUSTOMERS,
      totalIs: "exact",
    });
  });
});
