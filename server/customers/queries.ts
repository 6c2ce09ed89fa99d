import type { Platform } from "../conversations/contract.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { AppError } from "../app-error.ts";
import type {
  CustomerDetail,
  CustomerPage,
  CustomerSummary,
  CustomersQuery,
  Provenance,
} from "./contract.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { foldProfile, type Trust } from "./fold.ts";

interface CustomerRow {
  readonly id: string;
  readonly email_key: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly details: Record<string, string>;
  readonly conflicts: Record<string, string[]>;
  readonly platforms: Platform[];
  readonly first_at: Date;
  readonly last_at: Date;
  readonly conversation_count: number;
}

// The dates of the whole page come from the index; the platforms are few, and only of the rows that are shown.
const columns = `
  customer.id, customer.email_key, customer.name, customer.email, customer.phone, customer.details, customer.conflicts,
  (select coalesce(json_agg(distinct platform order by platform), '[]') from conversations
   where workspace_id = :workspaceId and customer_id = customer.id) as platforms,
  customer.first_at, customer.last_at, customer.conversation_count`;

const firstPage = `
  select ${columns} from customers customer where workspace_id = :workspaceId
  order by last_at desc, id desc limit :most`;

const nextPage = `
  select ${columns} from customers customer
  where workspace_id = :workspaceId and (last_at, id) < (cast(:lastAt as timestamptz), cast(:id as uuid))
  order by last_at desc, id desc limit :most`;

/** A page of customers, the latest interaction first. A customer who writes meanwhile moves to the front: none is shown
 *  twice for it, and one may be missed. Throws `invalid_request` for a cursor that is none. */
export async function listCustomers(
  database: Database,
  workspaceId: string,
  { cursor, limit }: CustomersQuery,
): Promise<CustomerPage> {
  const place = cursor === undefined ? null : decodeCursor(cursor);
  const most = limit + 1; // one more than the page holds tells whether there is another
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    place === null
      ? tx.prepared<CustomerRow>(firstPage, { workspaceId, most })
      : tx.prepared<CustomerRow>(nextPage, { workspaceId, most, lastAt: place.lastAt, id: place.id }),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    customers: page.map(summary),
    nextCursor:
      rows.length > limit && last !== undefined ? encodeCursor({ lastAt: last.last_at, id: last.id }) : null,
  };
}

/** A customer with all its conversations and where every value comes from. Throws `customer_not_found`. */
export async function getCustomer(
  database: Database,
  workspaceId: string,
  id: string,
): Promise<CustomerDetail> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const [row] = await tx.prepared<CustomerRow>(
      `select ${columns} from customers customer where workspace_id = :workspaceId and id = :id`,
      { workspaceId, id },
    );
    if (row === undefined) throw new AppError("customer_not_found", "There is no such customer.");
    const conversations = await conversationsOf(tx, id);
    const provenance = await provenanceOf(tx, id, row.email_key);
    return { ...summary(row), conflicts: row.conflicts, conversations, provenance };
  });
}

function summary(row: CustomerRow): CustomerSummary {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    phone: row.phone,
    details: row.details,
    platforms: row.platforms,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    conversationCount: row.conversation_count,
  };
}

interface ConversationRow {
  readonly id: string;
  readonly platform: Platform;
  readonly handle: string;
  readonly link_trust: "claimed" | "verified";
  readonly started_at: Date;
  readonly last_at: Date;
  readonly turn: number;
  readonly message_count: number;
}

async function conversationsOf(
  tx: WorkspaceTransaction,
  customerId: string,
): Promise<CustomerDetail["conversations"]> {
  const rows = await tx.prepared<ConversationRow>(
    `select c.id, c.platform, handles.handle, c.link_trust, c.started_at, c.last_at, c.turn, c.message_count
     from conversations c
     join handles on handles.workspace_id = :workspaceId and handles.id = c.handle_id
     where c.workspace_id = :workspaceId and c.customer_id = :customerId
     order by c.started_at, c.id`,
    { workspaceId: tx.workspaceId, customerId },
  );
  return rows.map((row) => ({
    id: row.id,
    platform: row.platform,
    handle: row.handle,
    linkTrust: row.link_trust,
    startedAt: row.started_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    turn: row.turn,
    messageCount: row.message_count,
  }));
}

interface ClaimRow {
  readonly handle_id: string;
  readonly conversation_id: string;
  readonly message_seq: number;
  readonly field: string;
  readonly value: string;
  readonly raw: string;
  readonly span_start: number;
  readonly span_end: number;
  readonly extractor: string;
  readonly rule: string | null;
  readonly pack_hash: string;
  readonly trust: Trust;
  readonly at: Date;
}

/** Every claim of the customer's conversations, in the order in which they were recorded. */
async function provenanceOf(
  tx: WorkspaceTransaction,
  customerId: string,
  emailKey: string | null,
): Promise<Provenance[]> {
  const rows = await tx.prepared<ClaimRow>(
    `select claims.handle_id, conversation_id, message_seq, field, value, raw, span_start, span_end, extractor, rule,
       pack_hash, trust, at
     from claims
     join conversations c on c.workspace_id = :workspaceId and c.id = conversation_id
     where claims.workspace_id = :workspaceId and c.customer_id = :customerId
     order by claims.seq`,
    { workspaceId: tx.workspaceId, customerId },
  );
  const claims = rows.map(({ handle_id: handleId, field, value, trust }) => ({
    handleId,
    field,
    value,
    trust,
  }));
  const { standings } = foldProfile(emailKey, claims);
  return rows.map((row, index) => ({
    field: row.field,
    value: row.value,
    raw: row.raw,
    conversationId: row.conversation_id,
    messageSeq: row.message_seq,
    span: { start: row.span_start, end: row.span_end },
    extractor: row.extractor,
    rule: row.rule,
    packHash: row.pack_hash,
    trust: row.trust,
    standing: standings[index] ?? "superseded",
    at: row.at.toISOString(),
  }));
}
