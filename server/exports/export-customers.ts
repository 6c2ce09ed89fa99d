import type { FieldKey } from "../../engine/understand/understanding.ts";
import { writeEvent, type Actor } from "../audit/events.ts";
import { openProfile } from "../customers/sealed.ts";
import type { Bindings } from "../database/statement.ts";
import { openDataKey } from "../privacy/keyring.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { BYTE_ORDER_MARK, csvLines } from "./csv.ts";

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

/** Which customers: a condition on `customer`, the row of `customers`, with the bindings that it names. Written by the
 *  program, never by a caller. */
export interface CustomerFilter {
  readonly sql: string;
  readonly bindings: Bindings;
}

export const ALL_CUSTOMERS: CustomerFilter = { sql: "true", bindings: {} };

interface Row {
  readonly id: string;
  readonly profile: Uint8Array;
  readonly platforms: readonly string[];
  readonly first_at: Date | null;
  readonly last_at: Date | null;
  readonly conversation_count: number | null;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

export interface CsvExport {
  /** The rule pack's fields: those of the workspace's own get a column each. */
  readonly fields: readonly FieldKey[];
  readonly filter: CustomerFilter;
  readonly bom: boolean;
  readonly actor: Actor;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The customers as CSV, in pieces, in the order of their ids: each exactly once, as it was when its turn came. Constant memory,
 *  whatever their number; no transaction is open while the reader takes its time. */
export async function* exportCustomers(
  store: Store,
  workspaceId: string,
  { fields, filter, bom, actor, now }: CsvExport,
): AsyncGenerator<string> {
  const own = fields.filter((field) => !OWN.has(field));
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    const subject = { kind: "workspace", id: workspaceId } as const;
    const details = { format: "csv", filtered: filter !== ALL_CUSTOMERS };
    writeEvent(tx, { actor, action: "customers.exported", subject, details, at: now });
  });
  yield (
    (bom ? BYTE_ORDER_MARK : "") + csvLines([[...CSV_COLUMNS, ...own.map((field) => `details.${field}`)]])
  );
  let after = "00000000-0000-0000-0000-000000000000"; // no customer's
  for (;;) {
    const rows = await inSealedWorkspace(store, workspaceId, async (tx) => {
      const bindings = { workspaceId, after, most: BATCH_ROWS, ...filter.bindings };
      const found = await tx.prepared<Row>(batchOf(filter), bindings);
      return found.map((row) => ({ id: row.id, cells: cellsOf(tx, row, own) }));
    });
    if (rows.length > 0) yield csvLines(rows.map(({ cells }) => cells));
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH_ROWS) return;
    after = last.id;
  }
}

const batchOf = ({ sql }: CustomerFilter) => `
  select customer.id, customer.profile, activity.first_at, activity.last_at, activity.conversation_count,
    key.workspace_key_version as key_version, key.wrapped as key_wrapped,
    (select coalesce(json_agg(distinct platform order by platform), '[]') from conversations
     where workspace_id = :workspaceId and customer_id = customer.id) as platforms
  from (
    select id, profile from customers as customer
    where workspace_id = :workspaceId and id > :after and merged_into is null and (${sql})
    order by id limit :most
  ) as customer
  cross join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = customer.id
    offset 0
  ) as key
  left join lateral (
    select first_at, last_at, conversation_count from customer_activity
    where workspace_id = :workspaceId and customer_id = customer.id
    offset 0
  ) as activity on true
  order by customer.id`;

function cellsOf({ workspaceId, keyring }: SealedTransaction, row: Row, own: readonly FieldKey[]) {
  const wrapped = { workspaceKeyVersion: row.key_version, wrapped: row.key_wrapped };
  const key = openDataKey(keyring, row.id, wrapped);
  const { values, unvalidated } = openProfile(workspaceId, key, row.id, row.profile);
  return [
    row.id,
    values["name"] ?? null,
    values["email"] ?? null,
    values["phone"] ?? null,
    unvalidated.join(" "),
    row.platforms.join(" "),
    row.first_at?.toISOString() ?? null,
    row.last_at?.toISOString() ?? null,
    row.conversation_count ?? 0,
    ...own.map((field) => values[field] ?? null),
  ];
}
