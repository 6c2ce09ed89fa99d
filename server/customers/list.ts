import { compileStatement, type Bindings, type BoundSql } from "../database/statement.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { TOTAL_EXACT_MAX, type CustomerFilter, type CustomerPage, type CustomersQuery } from "./contract.ts";
import { searchableOf } from "./indexed.ts";
import { decodeCursor, encodeCursor, type Place } from "./cursor.ts";
import { readConditions, type Conditions, type Searched } from "./search-conditions.ts";
import {
  orderOf,
  pageStatement,
  probeStatement,
  totalStatement,
  type Order,
  type Way,
} from "./search-statements.ts";
import { profileOf, summaryOf, type CustomerRow } from "./summary.ts";
import type { StoredProfile } from "./sealed.ts";

const WALKED_MAX = 2_147_483_647; // no limit, but one: it is what makes the planner begin with the order's index

/** Where one way of finding customers gives place to another. Smaller in tests, so that few customers go all the ways. */
export interface Limits {
  /** Up to so many candidates are gathered at once. Of more, half as many of the order are walked before: they may be frequent. */
  readonly rareMax: number;
  /** Up to so many are gathered at all, and counted. */
  readonly exactMax: number;
  /** So many are opened at a time when the entries tell only nearly enough: about 5 ms. */
  readonly openedAtOnce: number;
}

const LIMITS: Limits = { rareMax: 500, exactMax: TOTAL_EXACT_MAX, openedAtOnce: 500 };

/** A page of the customers that the filter finds, in its order. A customer who writes meanwhile moves: none is shown twice for
 *  it, and one may be missed. Throws `invalid_request` for a cursor that is none or another query's. */
export async function listCustomers(
  store: Store,
  workspaceId: string,
  { cursor, limit, ...filter }: CustomersQuery,
  searched: Searched = "everything",
  limits = LIMITS,
): Promise<CustomerPage> {
  const after = cursor === undefined ? null : decodeCursor(filter, cursor);
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const search = await planSearch(tx, filter, searched, limits);
    // One more than the page holds tells whether there is another.
    const [rows, total] = await readPage(tx, search, after, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      customers: page.map(({ row, profile }) => summaryOf(row, profile)),
      ...total,
      nextCursor:
        rows.length > limit && last !== undefined
          ? encodeCursor(filter, placeOf(search.order, last.row))
          : null,
    };
  });
}

/** A filter, and how to find whom it asks for. */
interface Search {
  readonly limits: Limits;
  readonly conditions: Conditions;
  readonly order: Order;
  /** The few candidates to gather, or null when there are none or too many. */
  readonly gather: Way | null;
  /** How many of the order to walk before gathering. */
  readonly walked: number;
  /** For the total, which needs no order. */
  readonly count: Way;
  /** Whether there are more candidates to count than are counted. Several of them may be one customer. */
  readonly isMany: boolean;
}

const WALK: Way = { kind: "walk" };

async function planSearch(
  tx: SealedTransaction,
  filter: CustomerFilter,
  searched: Searched,
  limits: Limits,
): Promise<Search> {
  const conditions = readConditions(tx.keyring, filter, searched);
  const order = orderOf(filter);
  const { drivers, rows } = conditions;
  const [first] = drivers;
  const walk = { limits, conditions, order, gather: null, walked: WALKED_MAX, count: WALK, isMany: false };
  if (first === undefined) return walk;
  const values = { ...conditions.bindings, workspaceId: tx.workspaceId, most: limits.exactMax + 1 };
  const probe = bound(probeStatement(drivers), values);
  const counts = await run<{ condition: number; found: number }>(tx, probe);
  const [{ condition, found } = { condition: 0, found: 0 }] = counts.toSorted((a, b) => a.found - b.found);
  const gather: Way = { kind: "gather", by: drivers[condition] ?? first };
  // One condition alone is counted where its candidates are, however many these are.
  const isAlone = drivers.length === 1 && rows.every((row) => first.fulfils.includes(row));
  if (found > limits.exactMax) return isAlone ? { ...walk, count: gather, isMany: true } : walk;
  const walked = found > limits.rareMax ? Math.floor(found / 2) : 0;
  return { ...walk, gather, walked, count: gather };
}

interface Found {
  readonly row: CustomerRow;
  readonly profile: StoredProfile;
}

type Total = Pick<CustomerPage, "total" | "totalIs">;

function readPage(
  tx: SealedTransaction,
  search: Search,
  after: Place | null,
  most: number,
): Promise<readonly [readonly Found[], Total]> {
  const { accepts } = search.conditions;
  if (accepts === null) return readTold(tx, search, after, most);
  return search.gather !== null
    ? readGathered(tx, search, after, most, accepts)
    : readWalked(tx, search, after, most, accepts);
}

type Accepts = NonNullable<Conditions["accepts"]>;

/** Whom the entries tell exactly. */
async function readTold(
  tx: SealedTransaction,
  search: Search,
  after: Place | null,
  most: number,
): Promise<readonly [readonly Found[], Total]> {
  const { gather, walked } = search;
  const { exactMax } = search.limits;
  let rows = walked > 0 ? await run<CustomerRow>(tx, pageOf(tx, search, WALK, after, most)) : [];
  if (gather !== null && rows.length < most) {
    rows = await run<CustomerRow>(tx, pageOf(tx, search, gather, after, most));
  }
  const [counted] = await run<{ scanned: number; matching: number }>(tx, totalOf(tx, search));
  const { scanned, matching } = counted ?? { scanned: 0, matching: 0 };
  const isAll = !search.isMany && scanned <= exactMax;
  // Of more than ten thousand candidates the first ten thousand were looked at; whoever is on the page was found besides.
  const total = isAll ? matching : Math.min(exactMax, Math.max(matching, rows.length));
  return [rows.map((row) => opened(tx, row)), { total, totalIs: isAll ? "exact" : "at_least" }];
}

/** The few of whom the entries tell nearly enough: all are opened and looked at. */
async function readGathered(
  tx: SealedTransaction,
  search: Search,
  after: Place | null,
  most: number,
  accepts: Accepts,
): Promise<readonly [readonly Found[], Total]> {
  const rows = await run<CustomerRow>(
    tx,
    pageOf(tx, search, search.gather ?? WALK, null, search.limits.exactMax),
  );
  const all = rows.map((row) => opened(tx, row)).filter(({ profile }) => accepts(searchableOf(profile)));
  const rest = after === null ? all : all.filter(({ row }) => isBehind(search.order, after, row));
  return [rest.slice(0, most), { total: all.length, totalIs: "exact" }];
}

/** The many of whom they tell only nearly enough: opened in the list's order until the page is full. */
async function readWalked(
  tx: SealedTransaction,
  search: Search,
  after: Place | null,
  most: number,
  accepts: Accepts,
): Promise<readonly [readonly Found[], Total]> {
  const { openedAtOnce, exactMax } = search.limits;
  const found: Found[] = [];
  for (let place = after; ;) {
    const rows = await run<CustomerRow>(tx, pageOf(tx, search, WALK, place, openedAtOnce));
    found.push(...rows.map((row) => opened(tx, row)).filter(({ profile }) => accepts(searchableOf(profile))));
    const last = rows.at(-1);
    const isEnd = rows.length < openedAtOnce || last === undefined;
    if (isEnd || found.length >= most) {
      const total = Math.min(found.length, exactMax);
      return [found.slice(0, most), { total, totalIs: isEnd && after === null ? "exact" : "at_least" }];
    }
    place = placeOf(search.order, last);
  }
}

function pageOf(
  { workspaceId }: SealedTransaction,
  { conditions, order, walked }: Search,
  way: Way,
  after: Place | null,
  most: number,
): BoundSql {
  const place = {
    value: order.column === "conversation_count" ? (after?.value ?? 0) : new Date(after?.value ?? 0),
    id: after?.id ?? null,
  };
  const values = { ...conditions.bindings, workspaceId, most, walked, ...place };
  return bound(pageStatement(conditions, order, way, after !== null), values);
}

function totalOf({ workspaceId }: SealedTransaction, { limits, conditions, order, count }: Search): BoundSql {
  const values = { ...conditions.bindings, workspaceId, most: limits.exactMax + 1 };
  return bound(totalStatement(conditions, order, count), values);
}

/** Planned anew each time: filters have more shapes than a connection should keep plans. */
function run<Row extends object>(
  tx: SealedTransaction,
  { sql, bindings }: BoundSql,
): Promise<readonly Row[]> {
  return tx.raw<Row>(sql, bindings);
}

/** With the values that the statement names: one that gathers by a condition does not ask for it again. */
function bound(sql: string, values: Bindings): BoundSql {
  const { names } = compileStatement(sql);
  return { sql, bindings: Object.fromEntries(names.map((name) => [name, values[name] ?? null])) };
}

function opened(tx: SealedTransaction, row: CustomerRow): Found {
  return { row, profile: profileOf(tx, row) };
}

function placeOf({ column }: Order, row: CustomerRow): Place {
  const value = row[column];
  return { value: typeof value === "number" ? value : value.getTime(), id: row.id };
}

function isBehind({ column, direction }: Order, after: Place, row: CustomerRow): boolean {
  const { value, id } = placeOf({ column, direction }, row);
  if (value === after.value && id === after.id) return false;
  const isGreater = value > after.value || (value === after.value && id > after.id);
  return isGreater === (direction === "asc");
}
