import type { Trace } from "../../engine/decide/decision.ts";
import { explainTrace } from "../../engine/decide/explain.ts";
import { readState } from "./read-state.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { AppError } from "../app-error.ts";
import { confirmOf, requestOf } from "../turn/answer.ts";
import type {
  ChatResponse,
  ConversationQuery,
  ConversationView,
  MessageView,
  Platform,
  Role,
  TurnView,
} from "./contract.ts";

interface ConversationRow {
  readonly id: string;
  readonly platform: Platform;
  readonly handle: string;
  readonly customer_id: string | null;
  readonly started_at: Date;
  readonly last_at: Date;
  readonly turn: number;
  readonly message_count: number;
  readonly state: string;
}

interface MessageRow {
  readonly seq: number;
  readonly role: Role;
  readonly text: string;
  readonly message_key: string | null;
  readonly turn: number | null;
  readonly at: Date;
}

/** A conversation with a page of its messages, in their order. Throws `conversation_not_found`. */
export async function getConversation(
  database: Database,
  workspaceId: string,
  id: string,
  { after, limit }: ConversationQuery,
): Promise<ConversationView> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const [conversation] = await tx.prepared<ConversationRow>(
      `select id, platform, customer_id, started_at, last_at, turn, message_count, cast(state as text) as state,
         (select handle from handles where workspace_id = :workspaceId and id = handle_id) as handle
       from conversations where workspace_id = :workspaceId and id = :id`,
      { workspaceId, id },
    );
    if (conversation === undefined) throw conversationNotFound();
    // One more than the page holds tells whether there is another.
    const messages = await tx.prepared<MessageRow>(
      `select seq, role, text, message_key, turn, at from messages
       where workspace_id = :workspaceId and conversation_id = :id and seq > :after
       order by seq limit :most`,
      { workspaceId, id, after, most: limit + 1 },
    );
    return conversationView(conversation, messages, limit);
  });
}

function conversationView(
  row: ConversationRow,
  messages: readonly MessageRow[],
  limit: number,
): ConversationView {
  const state = readState(row.state);
  const page = messages.slice(0, limit);
  return {
    id: row.id,
    platform: row.platform,
    handle: row.handle,
    customerId: row.customer_id,
    startedAt: row.started_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    mode: state.dialogue.mode,
    turn: row.turn,
    request: requestOf(state, null),
    confirm: confirmOf(state, null),
    state,
    messageCount: row.message_count,
    messages: page.map(messageView),
    nextAfter: messages.length > limit ? (page.at(-1)?.seq ?? null) : null,
  };
}

function messageView({ seq, role, text, message_key: messageId, turn, at }: MessageRow): MessageView {
  return { seq, role, text, messageId, turn, at: at.toISOString() };
}

interface TurnRow {
  readonly turn: number;
  readonly at: Date;
  readonly text: string;
  readonly response: string;
  readonly trace: string;
  readonly pack_hash: string;
  readonly engine_version: string;
}

/** A turn with its trace, and the trace in words. Throws `turn_not_found`, or `conversation_not_found` when there is no such conversation. */
export async function getTurn(
  database: Database,
  workspaceId: string,
  conversationId: string,
  turn: number,
): Promise<TurnView> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const [row] = await tx.prepared<TurnRow>(
      `select turns.turn, turns.at, messages.text, cast(messages.response as text) as response,
         cast(turns.trace as text) as trace, turns.pack_hash, turns.engine_version
       from turns
       cross join lateral (
         select text, response from messages
         where workspace_id = :workspaceId and conversation_id = turns.conversation_id and seq = turns.message_seq
         offset 0
       ) as messages
       where turns.workspace_id = :workspaceId and turns.conversation_id = :conversationId and turns.turn = :turn`,
      { workspaceId, conversationId, turn },
    );
    if (row !== undefined) return turnView(conversationId, row);
    const conversations = await tx.prepared(
      "select 1 as found from conversations where workspace_id = :workspaceId and id = :conversationId",
      { workspaceId, conversationId },
    );
    if (conversations.length === 0) throw conversationNotFound();
    throw new AppError("turn_not_found", "The conversation has no such turn.");
  });
}

function turnView(conversationId: string, row: TurnRow): TurnView {
  // What server/turn/record.ts stored.
  const trace: Trace = JSON.parse(row.trace);
  const response: ChatResponse = JSON.parse(row.response);
  return {
    conversationId,
    turn: row.turn,
    at: row.at.toISOString(),
    text: row.text,
    replies: response.replies,
    reasons: { ...trace.reasons },
    explanation: [...explainTrace(trace, row.text)],
    packHash: row.pack_hash,
    engineVersion: row.engine_version,
    trace,
  };
}

function conversationNotFound(): AppError {
  return new AppError("conversation_not_found", "There is no such conversation.");
}
