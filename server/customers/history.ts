import { joinDataKey } from "../privacy/data-key-sql.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import type { MessageView } from "../conversations/contract.ts";
import { messageView, opener, type MessageRow, type Open } from "../conversations/queries.ts";
import type { BoundSql } from "../database/statement.ts";
import { decodePlace, encodePlace, isInstant } from "../http/cursor.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { isUuid } from "../uuid.ts";
import type { HistoryPage, HistoryQuery } from "./history-contract.ts";
import { LINKED_COLUMNS, linkedView, type LinkedRow } from "./linked-conversation.ts";
import { missingCustomer } from "./missing-customer.ts";

/** A page of the customer's conversations across platforms, with the latest messages of each, the one that began last first.
 *  That somebody read them is audited. Throws `customer_not_found`, `customer_merged`, and `invalid_request` for a cursor that is none. */
export async function customerHistory(
  store: Store,
  workspaceId: string,
  customerId: string,
  query: HistoryQuery,
  { actor, at }: Deed,
): Promise<HistoryPage> {
  const { cursor, limit } = query;
  const [startedAt, id] = cursor === undefined ? [] : decodePlace(cursor, isInstant, isUuid);
  const after = { startedAt: startedAt === undefined ? null : new Date(Number(startedAt)), id: id ?? null };
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const own = { workspaceId, customerId };
    const asked: readonly BoundSql[] = [
      { sql: exists, bindings: own },
      { sql: page, bindings: { ...own, ...after, most: limit + 1 } }, // one more tells whether there is another page
    ];
    const [found, rows] = (await tx.together(asked)) as [readonly object[], readonly LinkedRow[]];
    if (found.length === 0) throw await missingCustomer(tx, customerId);
    const shown = rows.slice(0, limit);
    const messages = await messagesOf(tx, shown, query.messages);
    const details = { seen: "conversations", count: shown.length };
    const subject = { kind: "customer", id: customerId } as const;
    writeEvent(tx, { actor, action: "customer.viewed", subject, details, at });
    const last = shown.at(-1);
    return {
      conversations: shown.map((row) => view(opener(tx, row.id, row), row, messages.get(row.id) ?? [])),
      nextCursor:
        rows.length > limit && last !== undefined
          ? encodePlace(`${last.started_at.getTime()}`, last.id)
          : null,
    };
  });
}

const exists = `
  select 1 as found from customers where workspace_id = :workspaceId and id = :customerId and merged_into is null`;

const page = `
  select conversation.*, key.key_version, key.key_wrapped
  from (
    select ${LINKED_COLUMNS} from conversations
    where workspace_id = :workspaceId and customer_id = :customerId
      and (cast(:id as uuid) is null
        or (started_at, id) < (cast(:startedAt as timestamptz), cast(:id as uuid)))
    order by started_at desc, id desc limit :most
  ) as conversation
  ${joinDataKey("conversation.id")}
  order by started_at desc, id desc`;

type Message = MessageRow & { readonly conversation_id: string };

/** The latest messages of each conversation, in their order. */
async function messagesOf(
  { workspaceId, prepared }: SealedTransaction,
  conversations: readonly LinkedRow[],
  most: number,
): Promise<ReadonlyMap<string, readonly Message[]>> {
  if (most === 0 || conversations.length === 0) return new Map();
  const rows = await prepared<Message>(
    `select message.* from unnest(cast(:ids as uuid[])) as conversation (id)
     cross join lateral (
       select conversation_id, id, seq, role, text, external_id, turn, at from messages
       where workspace_id = :workspaceId and conversation_id = conversation.id
       order by seq desc limit :most
     ) as message`,
    { workspaceId, ids: conversations.map(({ id }) => id), most },
  );
  const byConversation = new Map(conversations.map(({ id }): [string, Message[]] => [id, []]));
  for (const row of rows.toSorted((a, b) => a.seq - b.seq))
    byConversation.get(row.conversation_id)?.push(row);
  return byConversation;
}

function view(
  open: Open,
  row: LinkedRow,
  messages: readonly Message[],
): HistoryPage["conversations"][number] {
  const views: MessageView[] = messages.map((message) => messageView(open, message));
  return {
    ...linkedView(open, row),
    messages: views,
    messagesTruncated: views.length < row.message_count,
  };
}
