import { joinDataKey } from "../privacy/data-key-sql.ts";
import type { Trace } from "../../engine/decide/decision.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import { explainTrace } from "../../engine/decide/explain.ts";
import { readState } from "./read-state.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { turnRow, unsealColumn, type SealedColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { AppError } from "../app-error.ts";
import { confirmOf, requestOf } from "../turn/answer.ts";
import type {
  ConversationQuery,
  ConversationView,
  MessageView,
  Platform,
  Role,
  TurnView,
} from "./contract.ts";
import type { TurnAnswer } from "../turn/answer.ts";

interface ConversationRow {
  readonly id: string;
  readonly platform: Platform;
  readonly handle: Uint8Array;
  readonly customer_id: string | null;
  readonly started_at: Date;
  readonly last_at: Date;
  readonly turn: number;
  readonly message_count: number;
  readonly state: Uint8Array;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

export interface MessageRow {
  readonly id: string;
  readonly seq: number;
  readonly role: Role;
  readonly text: Uint8Array;
  readonly external_id: Uint8Array | null;
  readonly turn: number | null;
  readonly at: Date;
}

/** A conversation with a page of its messages, in their order. `by`: who looks, which is audited; null for the program itself.
 *  Throws `conversation_not_found`. */
export async function getConversation(
  store: Store,
  workspaceId: string,
  id: string,
  { after, limit }: ConversationQuery,
  by: Deed | null = null,
): Promise<ConversationView> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const [conversation] = await tx.prepared<ConversationRow>(
      `select conversation.id, platform, handle, customer_id, started_at, last_at, turn, message_count, state,
         key.key_version, key.key_wrapped
       from conversations as conversation
  ${joinDataKey("conversation.id")}
       where conversation.workspace_id = :workspaceId and conversation.id = :id`,
      { workspaceId, id },
    );
    if (conversation === undefined) throw conversationNotFound();
    // One more than the page holds tells whether there is another.
    const messages = await tx.prepared<MessageRow>(
      `select id, seq, role, text, external_id, turn, at from messages
       where workspace_id = :workspaceId and conversation_id = :id and seq > :after
       order by seq limit :most`,
      { workspaceId, id, after, most: limit + 1 },
    );
    const count = Math.min(messages.length, limit);
    if (by !== null) writeView(tx, id, { seen: "messages", count }, by);
    return conversationView(opener(tx, id, conversation), conversation, messages, limit);
  });
}

/** Sent with the commit: who looks waits for no other trip. */
function writeView(
  tx: SealedTransaction,
  conversationId: string,
  details: Readonly<Record<string, unknown>>,
  { actor, at }: Deed,
): void {
  const subject = { kind: "conversation", id: conversationId } as const;
  writeEvent(tx, { actor, action: "conversation.viewed", subject, details, at });
}

export type Open = (column: SealedColumn, row: string, sealed: Uint8Array) => string;

/** Opens what is sealed in a conversation. */
export function opener(
  { workspaceId, keyring }: SealedTransaction,
  conversationId: string,
  row: { readonly key_version: number; readonly key_wrapped: Uint8Array },
): Open {
  const key: DataKey = openDataKey(keyring, conversationId, row);
  return (column, id, sealed) => unsealColumn(workspaceId, key, column, id, sealed);
}

function conversationView(
  open: Open,
  row: ConversationRow,
  messages: readonly MessageRow[],
  limit: number,
): ConversationView {
  const state = readState(open("conversations.state", row.id, row.state));
  const page = messages.slice(0, limit);
  return {
    id: row.id,
    platform: row.platform,
    handle: open("conversations.handle", row.id, row.handle),
    customerId: row.customer_id,
    startedAt: row.started_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    mode: state.dialogue.mode,
    turn: row.turn,
    request: requestOf(state, null),
    confirm: confirmOf(state, null),
    state,
    messageCount: row.message_count,
    messages: page.map((message) => messageView(open, message)),
    nextAfter: messages.length > limit ? (page.at(-1)?.seq ?? null) : null,
  };
}

export function messageView(open: Open, { id, external_id: externalId, ...row }: MessageRow): MessageView {
  return {
    seq: row.seq,
    role: row.role,
    text: open("messages.text", id, row.text),
    messageId: externalId === null ? null : open("messages.external_id", id, externalId),
    turn: row.turn,
    at: row.at.toISOString(),
  };
}

interface TurnRow {
  readonly turn: number;
  readonly at: Date;
  readonly message_id: string;
  readonly text: Uint8Array;
  readonly response: Uint8Array;
  readonly trace: Uint8Array;
  readonly pack_hash: string;
  readonly engine_version: string;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** A turn with its trace, and the trace in words; `by` as above. Throws `turn_not_found`, or `conversation_not_found` when there is no such conversation. */
export async function getTurn(
  store: Store,
  workspaceId: string,
  conversationId: string,
  turn: number,
  by: Deed | null = null,
): Promise<TurnView> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const [row] = await tx.prepared<TurnRow>(
      `select turns.turn, turns.at, messages.id as message_id, messages.text, messages.response, turns.trace,
         turns.pack_hash, turns.engine_version,
         key.key_version, key.key_wrapped
       from turns
  ${joinDataKey("turns.conversation_id")}
       cross join lateral (
         select id, text, response from messages
         where workspace_id = :workspaceId and conversation_id = turns.conversation_id and seq = turns.message_seq
         offset 0
       ) as messages
       where turns.workspace_id = :workspaceId and turns.conversation_id = :conversationId and turns.turn = :turn`,
      { workspaceId, conversationId, turn },
    );
    if (row !== undefined) {
      if (by !== null) writeView(tx, conversationId, { seen: "turn", turn }, by);
      return turnView(opener(tx, conversationId, row), conversationId, row);
    }
    const conversations = await tx.prepared(
      "select 1 as found from conversations where workspace_id = :workspaceId and id = :conversationId",
      { workspaceId, conversationId },
    );
    if (conversations.length === 0) throw conversationNotFound();
    throw new AppError("turn_not_found", "The conversation has no such turn.");
  });
}

function turnView(open: Open, conversationId: string, row: TurnRow): TurnView {
  const text = open("messages.text", row.message_id, row.text);
  // What server/turn/record.ts stored.
  const trace: Trace = JSON.parse(open("turns.trace", turnRow(conversationId, row.turn), row.trace));
  const response: TurnAnswer = JSON.parse(open("messages.response", row.message_id, row.response));
  return {
    conversationId,
    turn: row.turn,
    at: row.at.toISOString(),
    text,
    replies: response.replies,
    reasons: { ...trace.reasons },
    explanation: [...explainTrace(trace, text)],
    packHash: row.pack_hash,
    engineVersion: row.engine_version,
    trace,
  };
}

function conversationNotFound(): AppError {
  return new AppError("conversation_not_found", "There is no such conversation.");
}
