import type { FieldKey } from "../../engine/understand/understanding.ts";
import { writeEvent, type Actor } from "../audit/events.ts";
import type { CustomerFilter, CustomerPage, CustomerSummary } from "../customers/contract.ts";
import { listCustomers } from "../customers/list.ts";
import { openProfileOf } from "../customers/sealed.ts";
import type { Keyring } from "../privacy/keyring.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { BYTE_ORDER_MARK, csvLines } from "./csv.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";

const BATCH_ROWS = 1_000; // some hundred kilobytes of text at a time

const CSV_COLUMNS = [
  "id",
  "name",
  "email",
  "phone",
  "unvalidated",
  "platforms",
  "first_at",
  "last_at",
  "conversation_count",
] as const;
const OWN = new Set<FieldKey>(["name", "email", "phone"]);

const PAGE_ROWS = 5_000; // of a filter: each page finds its candidates anew, so few large ones cost less

interface Row {
  readonly id: string;
  readonly profile: Uint8Array;
  /** With blanks between. */
  readonly platforms: string;
  /** Milliseconds since the epoch. */
  readonly first_at: number | null;
  readonly last_at: number | null;
  readonly conversation_count: number | null;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

export interface CsvExport {
  /** The rule pack's fields: those of the workspace's own get a column each. */
  readonly fields: readonly FieldKey[];
  /** Null: everybody. */
  readonly filter: CustomerFilter | null;
  readonly bom: boolean;
  readonly actor: Actor;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The customers as CSV, in pieces, each as it was when its turn came. Everybody is in the order of their ids, each exactly once;
 *  of a filter in the order of its list: who writes meanwhile moves in it, and may be missed. Constant memory, whatever their
 *  number; no transaction is open while the reader takes its time. */
export async function* exportCustomers(
  store: Store,
  workspaceId: string,
  { fields, filter, bom, actor, now }: CsvExport,
): AsyncGenerator<string> {
  const own = fields.filter((field) => !OWN.has(field));
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    const subject = { kind: "workspace", id: workspaceId } as const;
    const details = { format: "csv", filtered: filter !== null };
    writeEvent(tx, { actor, action: "customers.exported", subject, details, at: now });
  });
  yield (
    (bom ? BYTE_ORDER_MARK : "") + csvLines([[...CSV_COLUMNS, ...own.map((field) => `details.${field}`)]])
  );
  yield* filter === null ? everybody(store, workspaceId, own) : found(store, workspaceId, filter, own);
}

async function* found(
  store: Store,
  workspaceId: string,
  filter: CustomerFilter,
  own: readonly FieldKey[],
): AsyncGenerator<string> {
  for (let cursor: string | null = null; ;) {
    const query = { ...filter, limit: PAGE_ROWS, ...(cursor === null ? {} : { cursor }) };
    const page: CustomerPage = await listCustomers(store, workspaceId, query);
    if (page.customers.length > 0) yield csvLines(page.customers.map((one) => summaryCells(one, own)));
    cursor = page.nextCursor;
    if (cursor === null) return;
  }
}

function summaryCells({ id, name, email, phone, ...one }: CustomerSummary, own: readonly FieldKey[]) {
  return [
    id,
    name,
    email,
    phone,
    one.unvalidated.join(" "),
    one.platforms.join(" "),
    one.firstAt,
    one.lastAt,
    one.conversationCount,
    ...own.map((field) => one.details[field] ?? null),
  ];
}

async function* everybody(
  store: Store,
  workspaceId: string,
  own: readonly FieldKey[],
): AsyncGenerator<string> {
  // While one batch is opened and written, the database reads the next.
  let next = readBatch(store, workspaceId, "00000000-0000-0000-0000-000000000000"); // no customer's id
  for (;;) {
    const { keyring, rows } = await next;
    const last = rows.at(-1);
    if (last === undefined) return;
    const isLast = rows.length < BATCH_ROWS;
    if (!isLast) {
      next = readBatch(store, workspaceId, last.id);
      next.catch(() => {}); // whoever awaits it hears of it; a reader that goes away before does not
    }
    yield csvLines(rows.map((row) => cellsOf(keyring, row, own)));
    if (isLast) return;
  }
}

async function readBatch(store: Store, workspaceId: string, after: string) {
  return inSealedWorkspace(store, workspaceId, async (tx) => ({
    keyring: tx.keyring,
    rows: await tx.prepared<Row>(batch, { workspaceId, after, most: BATCH_ROWS }),
  }));
}

// Dates and lists in the form in which they are the cheapest to write and to read.
const milliseconds = (column: string) => `cast(extract(epoch from ${column}) * 1000 as bigint)`;

const batch = `
  select customer.id, customer.profile, array_to_string(customer.platforms, ' ') as platforms,
    ${milliseconds("activity.first_at")} as first_at, ${milliseconds("activity.last_at")} as last_at,
    activity.conversation_count, key.key_version, key.key_wrapped
  from (
    select id, profile, platforms from customers as customer
    where workspace_id = :workspaceId and id > :after and merged_into is null
    order by id limit :most
  ) as customer
  ${joinDataKey("customer.id")}
  left join lateral (
    select first_at, last_at, conversation_count from customer_activity
    where workspace_id = :workspaceId and customer_id = customer.id
    offset 0
  ) as activity on true
  order by customer.id`;

function cellsOf(keyring: Keyring, row: Row, own: readonly FieldKey[]) {
  const { values, unvalidated } = openProfileOf(keyring, row);
  return [
    row.id,
    values["name"] ?? null,
    values["email"] ?? null,
    values["phone"] ?? null,
    unvalidated.join(" "),
    row.platforms,
    isoOf(row.first_at),
    isoOf(row.last_at),
    row.conversation_count ?? 0,
    ...own.map((field) => values[field] ?? null),
  ];
}

const isoOf = (at: number | null) => (at === null ? null : new Date(at).toISOString());
