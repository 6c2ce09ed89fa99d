import type { Platform } from "../conversations/contract.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { AppError } from "../app-error.ts";
import type { CustomerDetail, CustomerPage, CustomerSummary, CustomersQuery } from "./contract.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";
import { provenanceOf } from "./provenance.ts";

/** How many conversations a customer is shown with, the latest ones: more are not read on a page. */
export const CONVERSATIONS_SHOWN_MAX = 200;

interface CustomerRow {
  readonly id: string;
  readonly email_key: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly unvalidated: string[];
  readonly details: Record<string, string>;
  readonly conflicts: Record<string, string[]>;
  readonly platforms: Platform[];
  readonly first_at: Date;
  readonly last_at: Date;
  readonly conversation_count: number;
}

// The dates of the whole page come from the index; the platforms are few, and only of the rows that are shown.
const columns = `
  customer.id, customer.email_key, customer.name, customer.email, customer.phone, customer.unvalidated,
  customer.details, customer.conflicts,
  (select coalesce(json_agg(distinct platform order by platform), '[]') from conversations
   where workspace_id = :workspaceId and customer_id = customer.id) as platforms,
  customer.first_at, customer.last_at, customer.conversation_count`;

// "last_at > '-infinity'" is always true: it is what lets the statement use the partial index of the dates.
const firstPage = `
  select ${columns} from customers customer where workspace_id = :workspaceId and last_at > '-infinity'
  order by last_at desc, id desc limit :most`;

const nextPage = `
  select ${columns} from customers customer
  where workspace_id = :workspaceId and last_at > '-infinity'
    and (last_at, id) < (cast(:lastAt as timestamptz), cast(:id as uuid))
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

/** A customer with its latest conversations and where its values come from; both lists are bounded, and say so when they
 *  are not complete. Throws `customer_not_found`. */
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
    return {
      ...summary(row),
      conflicts: row.conflicts,
      conversations,
      conversationsTruncated: conversations.length < row.conversation_count,
      ...provenance,
    };
  });
}

function summary(row: CustomerRow): CustomerSummary {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    phone: row.phone,
    unvalidated: row.unvalidated,
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

/** The latest, in the order in which they began. */
async function conversationsOf(
  tx: WorkspaceTransaction,
  customerId: string,
): Promise<CustomerDetail["conversations"]> {
  const rows = await tx.prepared<ConversationRow>(
    `select id, platform, link_trust, started_at, last_at, turn, message_count,
       (select handle from handles where workspace_id = :workspaceId and id = handle_id) as handle
     from conversations
     where workspace_id = :workspaceId and customer_id = :customerId
     order by started_at desc, id desc limit :most`,
    { workspaceId: tx.workspaceId, customerId, most: CONVERSATIONS_SHOWN_MAX },
  );
  return rows.toReversed().map((row) => ({
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
