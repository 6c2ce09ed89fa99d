import type { Binding, Bindings } from "../database/statement.ts";
import type { Keyring } from "../privacy/keyring.ts";
import { matchesTerms, parseQuery, type Searchable, type Term } from "../privacy/search-query.ts";
import { isExact, queryTokens } from "../privacy/search-tokens.ts";
import { STANDARD_FIELDS, type CustomerFilter } from "./contract.ts";
import { entryOf } from "./entries.ts";

/** A condition that an index answers: whoever meets it is among `candidates`. */
export interface Driver {
  /** A query of their customer_id, in SQL. */
  readonly candidates: string;
  /** Of `rows` and `ranges` below, those that every candidate is known to meet. */
  readonly fulfils: readonly string[];
}

/** What a filter asks for, in the words of the database. */
export interface Conditions {
  readonly drivers: readonly Driver[];
  /** All there is to ask of the customer's row, the drivers' conditions included, in SQL over `customers`. */
  readonly rows: readonly string[];
  /** And of the dates and the count, in SQL over `customer_activity`. */
  readonly ranges: readonly string[];
  /** The values of all these. */
  readonly bindings: Bindings;
  /** What the tokens cannot tell: null when they tell all. */
  readonly accepts: ((customer: Searchable) => boolean) | null;
}

/** A condition of which the entries know who meets it: those who have one of these. */
interface Entered {
  readonly entries: readonly string[];
  readonly sql: string;
}

type Bind = (name: string, value: Binding) => string;

/** Where `q` is looked for. "names": in names alone, so that who may not see addresses and numbers does not find them out. */
export type Searched = "everything" | "names";

/** Reads a filter. Two filters of the same shape give the same SQL, with other bindings. */
export function readConditions(keyring: Keyring, filter: CustomerFilter, searched: Searched): Conditions {
  const bindings: Record<string, Binding> = {};
  const bind: Bind = (name, value) => {
    bindings[name] = value;
    return `:${name}`;
  };
  const { q = "", lacks = [] } = filter;
  const terms = parseQuery(q);
  const entered = [...searchedFor(keyring, q, bind), ...labelled(filter, bind)];
  const others = lacks.filter((field) => !isStandard(field));
  const ranges = rangesOf(filter, bind);
  return {
    drivers: [
      ...entered.map(({ entries, sql }, index) => ({
        candidates: withEntries(bind(`entries${index}`, entries)),
        fulfils: [sql],
      })),
      ...ranges.map(({ column, sqls }) => ({ candidates: withinRange(column, sqls), fulfils: sqls })),
    ],
    rows: [
      ...entered.map(({ sql }) => sql),
      ...(others.length === 0 ? [] : [`not (fields && cast(${bind("lacksOther", others)} as text[]))`]),
      // Signs alone are no query that somebody is found by; nothing at all asks for everybody.
      ...(terms.length === 0 && q.trim() !== "" ? ["false"] : []),
    ],
    ranges: ranges.flatMap(({ sqls }) => sqls),
    bindings,
    accepts: accepting(terms, searched),
  };
}

function accepting(terms: readonly Term[], searched: Searched): Conditions["accepts"] {
  // The tokens do not tell a name's words from those of an address.
  if (searched === "names" && terms.length > 0) {
    return ({ name }) => matchesTerms(terms, { name, emails: [], phone: null });
  }
  return terms.every(isExact) ? null : (customer) => matchesTerms(terms, customer);
}

function searchedFor(keyring: Keyring, q: string, bind: Bind): readonly Entered[] {
  return queryTokens(keyring, q).map((tokens, index) => ({
    entries: tokens.map(entryOf.token),
    sql: `tokens && cast(${bind(`tokens${index}`, tokens)} as integer[])`,
  }));
}

function labelled(
  { platform, tag = [], has = [], lacks = [], trust }: CustomerFilter,
  bind: Bind,
): readonly Entered[] {
  return [
    ...(platform === undefined
      ? []
      : [
          {
            entries: platform.map(entryOf.platform),
            sql: `platforms && cast(${bind("platforms", platform)} as text[])`,
          },
        ]),
    ...each(tag, entryOf.tag, (value, index) => `${bind(`tag${index}`, value)} = any(tags)`),
    ...each(has, entryOf.has, (value, index) => `${bind(`has${index}`, value)} = any(fields)`),
    ...each(
      lacks.filter(isStandard),
      entryOf.lacks,
      (value, index) => `${bind(`lacks${index}`, value)} <> all(fields)`,
    ),
    ...each(
      trust === undefined ? [] : [trust],
      entryOf.trust,
      (value) => `verified_fields ${value === "claimed" ? "=" : "<>"} '{}'`,
    ),
  ];
}

/** A condition for each of the values. */
function each(
  values: readonly string[],
  entry: (value: string) => string,
  sql: (value: string, index: number) => string,
): readonly Entered[] {
  return values.map((value, index) => ({ entries: [entry(value)], sql: sql(value, index) }));
}

const isStandard = (field: string) => STANDARD_FIELDS.some((standard) => standard === field);

const withEntries = (entries: string) => `
  select customer_id from customer_entries
  where workspace_id = :workspaceId and entry = any(cast(${entries} as text[]))`;

/** What is greater than the least there is: all. It lets a statement use the partial index of the column. */
export const anyOf = (column: Column) =>
  `${column} > ${column === "conversation_count" ? "0" : "'-infinity'"}`;

const withinRange = (column: Column, sqls: readonly string[]) => `
  select customer_id from customer_activity
  where workspace_id = :workspaceId and ${[anyOf(column), ...sqls].join(" and ")}`;

/** What a list can be sorted and narrowed by. */
export type Column = "last_at" | "first_at" | "conversation_count";

const DAY_MS = 24 * 60 * 60 * 1000;

interface Range {
  readonly column: Column;
  readonly sqls: readonly string[];
}

function rangesOf(filter: CustomerFilter, bind: Bind): readonly Range[] {
  const { firstFrom, firstTo, lastFrom, lastTo, minConversations, maxConversations } = filter;
  const from = (column: Column, name: string, text: string | undefined) =>
    text === undefined ? [] : [`${column} >= cast(${bind(name, new Date(text))} as timestamptz)`];
  const to = (column: Column, name: string, text: string | undefined) =>
    text === undefined ? [] : [`${column} < cast(${bind(name, endOf(text))} as timestamptz)`];
  const conversations = (sign: string, name: string, text: string | undefined) =>
    text === undefined ? [] : [`conversation_count ${sign} cast(${bind(name, Number(text))} as integer)`];
  const all: readonly Range[] = [
    {
      column: "first_at",
      sqls: [...from("first_at", "firstFrom", firstFrom), ...to("first_at", "firstTo", firstTo)],
    },
    {
      column: "last_at",
      sqls: [...from("last_at", "lastFrom", lastFrom), ...to("last_at", "lastTo", lastTo)],
    },
    {
      column: "conversation_count",
      sqls: [
        ...conversations(">=", "minConversations", minConversations),
        ...conversations("<=", "maxConversations", maxConversations),
      ],
    },
  ];
  return all.filter(({ sqls }) => sqls.length > 0);
}

/** What comes first after a time or a day that is meant inclusively; times are stored in whole milliseconds. */
function endOf(text: string): Date {
  const begin = new Date(text).getTime();
  return new Date(begin + (text.includes("T") ? 1 : DAY_MS));
}
