import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { COVERED, type Cell, type CoveredRow, type CoveredTable } from "./step.ts";

const BYTES: ReadonlySet<string> = new Set([
  "handle",
  "text",
  "external_id",
  "response",
  "state_hash",
  "trace",
  "said",
]);
const TIMES: ReadonlySet<string> = new Set(["at", "recorded_at"]);

/** A column as it is hashed: see Cell. */
export function cell(column: string): string {
  if (BYTES.has(column)) return column;
  const text = TIMES.has(column) ? `cast(extract(epoch from ${column}) * 1000000 as bigint)` : column;
  return `cast(${text} as text) as ${column}`;
}

/** Messages of a conversation, from one number to another. */
export interface Stretch {
  readonly conversation_id: string;
  readonly first: number;
  readonly last: number;
}

export type Owned<Row> = Row & { readonly owner: string };
export type StoredMessage = Owned<CoveredRow<"messages">> & { readonly chain: Uint8Array | null };
export type StoredClaim = Owned<CoveredRow<"claims">> & { readonly claim_seq: string };

/** The covered rows of stretches of conversations, in no order. */
export interface StoredRows {
  readonly conversations: readonly Owned<CoveredRow<"conversations">>[];
  readonly messages: readonly StoredMessage[];
  readonly turns: readonly Owned<CoveredRow<"turns">>[];
  readonly claims: readonly StoredClaim[];
  readonly findings: readonly Owned<CoveredRow<"findings">>[];
}

const rowsOf = (table: CoveredTable, where: string, more = "") => `
  select wanted.conversation_id as owner, stored.*
  from json_to_recordset(cast(:wanted as json)) as wanted (conversation_id uuid, first integer, last integer)
  cross join lateral (
    select ${COVERED[table].map(cell).join(", ")} ${more} from ${table}
    where ${table}.workspace_id = :workspaceId and ${where}
    offset 0
  ) as stored`;

const within = (table: CoveredTable, column: string) =>
  `${table}.conversation_id = wanted.conversation_id and ${table}.${column} between wanted.first and wanted.last`;

// From the conversation to its rows, each by its index: see turn/open-statement.ts.
const statements = [
  rowsOf("conversations", "conversations.id = wanted.conversation_id"),
  rowsOf("messages", within("messages", "seq"), ", chain"),
  rowsOf("turns", within("turns", "message_seq")),
  // A proof by a mailed code comes after the message it stands at, and is told of by an event of its own (turn/prove.ts).
  rowsOf(
    "claims",
    `${within("claims", "message_seq")} and claims.extractor <> 'mailed_code'`,
    ", cast(claims.seq as text) as claim_seq",
  ),
  rowsOf("findings", within("findings", "message_seq")),
];

export async function readStretches(
  tx: WorkspaceTransaction,
  wanted: readonly Stretch[],
): Promise<StoredRows> {
  const bindings = { workspaceId: tx.workspaceId, wanted: JSON.stringify(wanted) };
  const results = await tx.together(statements.map((sql) => ({ sql, bindings })));
  const [conversations, messages, turns, claims, findings] = results as [
    StoredRows["conversations"],
    StoredRows["messages"],
    StoredRows["turns"],
    StoredRows["claims"],
    StoredRows["findings"],
  ];
  return { conversations, messages, turns, claims, findings };
}

export const hex = (cellBytes: Cell | undefined) =>
  cellBytes instanceof Uint8Array ? Buffer.from(cellBytes).toString("hex") : null;
