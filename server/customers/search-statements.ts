import { joinDataKey } from "../privacy/data-key-sql.ts";
import type { CustomerFilter } from "./contract.ts";
import { anyOf, type Column, type Conditions, type Driver } from "./search-conditions.ts";

/** The order of a list. */
export interface Order {
  readonly column: Column;
  readonly direction: "asc" | "desc";
}

const COLUMNS = { last: "last_at", first: "first_at", conversations: "conversation_count" } as const;

export function orderOf({ sort = "last", order = "desc" }: CustomerFilter): Order {
  return { column: COLUMNS[sort], direction: order };
}

/** How customers are looked for: along the index of the order until the page is full, or by gathering the candidates of one
 *  condition and sorting them. */
export type Way = { readonly kind: "walk" } | { readonly kind: "gather"; readonly by: Driver };

// Subqueries that cannot be taken apart ("offset 0"): from row to row by the primary key, whatever the planner believes.
// Bound in all, besides the conditions' own: workspaceId and most.

/** How many candidates each condition has, counted up to `:most`: a row {condition, found} each. */
export function probeStatement(drivers: readonly Driver[]): string {
  const counts = drivers.map(
    ({ candidates }, index) => `
      select cast(${index} as integer) as condition, count(*)::integer as found
      from (${candidates} limit :most) as candidate`,
  );
  return counts.join(" union all ");
}

/** A page of the customers who meet all conditions. Bound: of a walk `walked`, after how many of the order it gives up; with
 *  `isNext` value and id. What is shown of a customer is looked up when the page is known. */
export function pageStatement(conditions: Conditions, order: Order, way: Way, isNext: boolean): string {
  const within = [...conditions.ranges, ...(isNext ? [behind(order)] : [])];
  const rows = left(conditions.rows, way);
  const source =
    way.kind === "walk"
      ? walked(order, within, ":walked")
      : `(select distinct customer_id from (${way.by.candidates}) as entry) as candidate
        cross join ${activityOf("candidate", within)}`;
  return `
    select customer.*, page.first_at, page.last_at, page.conversation_count,
      key.key_version, key.key_wrapped
    from (
      select activity.customer_id, activity.first_at, activity.last_at, activity.conversation_count
      from ${source}
      ${rows.length > 0 ? `cross join ${customerOf("activity", "id", rows)}` : ""}
      order by ${sorting("activity", order)} limit :most
    ) as page
    cross join ${customerOf("page", "id, profile, platforms", [])}
  ${joinDataKey("page.customer_id")}
    order by ${sorting("page", order)}`;
}

/** Of the first `:most` candidates, how many there are and how many of them meet all conditions: {scanned, matching}. */
export function totalStatement(conditions: Conditions, order: Order, way: Way): string {
  const ranges = left(conditions.ranges, way);
  const rows = left(conditions.rows, way);
  // The limit before distinct: somebody may have several of the entries, and reading all of them to tell is what takes time.
  const source =
    way.kind === "walk"
      ? walked(order, conditions.ranges, ":most")
      : `(select distinct customer_id from (${way.by.candidates} limit :most) as entry) as candidate`;
  const from = way.kind === "walk" ? "activity" : "candidate";
  const isRangeOpen = way.kind === "gather" && ranges.length > 0;
  const joins = [
    ...(isRangeOpen ? [`left join ${activityOf(from, ranges)} on true`] : []),
    ...(rows.length > 0
      ? [`left join ${customerOf(isRangeOpen ? "activity" : from, "id", rows)} on true`]
      : []),
  ];
  const matching = rows.length > 0 ? "customer.id" : isRangeOpen ? "activity.customer_id" : "*";
  return `
    select count(*)::integer as scanned, count(${matching})::integer as matching
    from ${source} ${joins.join(" ")}`;
}

function walked(order: Order, within: readonly string[], most: string): string {
  return `(
      select customer_id, first_at, last_at, conversation_count from customer_activity
      where ${all(["workspace_id = :workspaceId", anyOf(order.column), ...within])}
      order by ${sorting("customer_activity", order)} limit ${most}
    ) as activity`;
}

function activityOf(candidate: string, within: readonly string[]): string {
  return `lateral (
      select customer_id, first_at, last_at, conversation_count from customer_activity
      where ${all(["workspace_id = :workspaceId", `customer_id = ${candidate}.customer_id`, ...within])}
      offset 0
    ) as activity`;
}

function customerOf(from: string, columns: string, rows: readonly string[]): string {
  return `lateral (
      select ${columns} from customers
      where ${all(["workspace_id = :workspaceId", `id = ${from}.customer_id`, ...rows])}
      offset 0
    ) as customer`;
}

/** What is still to be asked: whoever is gathered by a condition meets that one. */
function left(conditions: readonly string[], way: Way): readonly string[] {
  return way.kind === "walk" ? conditions : conditions.filter((sql) => !way.by.fulfils.includes(sql));
}

function behind({ column, direction }: Order): string {
  const type = column === "conversation_count" ? "integer" : "timestamptz";
  const sign = direction === "desc" ? "<" : ">";
  return `(${column}, customer_id) ${sign} (cast(:value as ${type}), cast(:id as uuid))`;
}

const all = (conditions: readonly string[]) => conditions.join(" and ");

const sorting = (table: string, { column, direction }: Order) =>
  `${table}.${column} ${direction}, ${table}.customer_id ${direction}`;
