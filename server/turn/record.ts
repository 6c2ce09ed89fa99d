import type { Collected, Trace } from "../../engine/decide/decision.ts";
import type { State } from "../../engine/decide/state.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";

/** Everything that a message leaves behind, but for links and profiles. */
export interface Recorded {
  readonly handle: {
    readonly id: string;
    readonly isNew: boolean;
    readonly platform: string;
    readonly handle: string;
  };
  readonly conversation: {
    readonly id: string;
    readonly isNew: boolean;
    readonly state: State;
    /** Of the conversation before this message. */
    readonly messageCount: number;
    /** A new conversation starts with its handle's customer; for one that goes on, this is its customer. */
    readonly customerId: string | null;
    /** The number that a new link of this handle gets. */
    readonly linkSeq: number;
    readonly statedEmailKey: string | null;
  };
  readonly message: {
    readonly role: "customer" | "agent" | "bot";
    readonly text: string;
    readonly key: string | null;
    /** What the caller is answered, as JSON. */
    readonly response: string;
  };
  /** What this program says in return: stored as the bot's messages. */
  readonly replies: readonly string[];
  /** Of a customer's message. */
  readonly turn: {
    readonly trace: Trace;
    readonly collected: readonly Collected[];
    readonly refused: readonly FieldKey[];
  } | null;
  /** When it was said, and when it came, in milliseconds since the epoch. */
  readonly at: number;
  readonly now: number;
  readonly newId: () => string;
}

const insertHandle = `
  new_handle as (
    insert into handles (workspace_id, id, platform, handle, created_at)
    values (:workspaceId, :handleId, :platform, :handle, :now)
  )`;

const insertConversation = `
  conversation as (
    insert into conversations (
      workspace_id, id, handle_id, platform, customer_id, link_trust, linked_at, link_seq, stated_email_key,
      started_at, last_at, turn, message_count, state)
    values (
      :workspaceId, :conversationId, :handleId, :platform, cast(:customerId as uuid),
      case when cast(:customerId as uuid) is not null then 'claimed' end,
      case when cast(:customerId as uuid) is not null then cast(:at as timestamptz) end,
      case when cast(:customerId as uuid) is not null then cast(:linkSeq as bigint) end,
      cast(:statedEmailKey as text), :at, :at, :turn, :messageCount, cast(:state as json))
  )`;

const updateConversation = `
  conversation as (
    update conversations set
      state = cast(:state as json), turn = :turn, message_count = :messageCount,
      started_at = least(started_at, :at), last_at = greatest(last_at, :at),
      stated_email_key = coalesce(cast(:statedEmailKey as text), stated_email_key)
    where workspace_id = :workspaceId and id = :conversationId
  )`;

// The customer's dates and count follow its conversations in the same transaction. Written even when they stay: so this turn
// and one that counts the customer's conversations anew wait for each other, and none misses what the other adds.
const updateCustomer = `
  customer as (
    update customers set
      first_at = least(first_at, :at), last_at = greatest(last_at, :at),
      conversation_count = conversation_count + cast(:begun as integer)
    where workspace_id = :workspaceId and id = cast(:customerId as uuid)
  )`;

const insertMessages = `
  message as (
    insert into messages (
      workspace_id, conversation_id, seq, id, handle_id, role, text, message_key, turn, response, at, recorded_at)
    select :workspaceId, :conversationId, seq, id, :handleId, role, text, message_key, turn, response, :at, :now
    from json_to_recordset(cast(:messages as json)) as said (
      seq integer, id uuid, role text, text text, message_key text, turn integer, response json)
  )`;

const insertTurn = `
  turn as (
    insert into turns (workspace_id, conversation_id, turn, message_seq, trace, pack_hash, engine_version, at)
    values (
      :workspaceId, :conversationId, :turn, :messageSeq, cast(:trace as json), :packHash, :engineVersion, :at)
  )`;

const insertClaims = `
  claim as (
    insert into claims (
      workspace_id, id, conversation_id, handle_id, message_seq, turn, field, value, raw, span_start, span_end,
      extractor, rule, pack_hash, trust, at)
    select
      :workspaceId, id, :conversationId, :handleId, :messageSeq, :turn, field, value, raw, span_start, span_end,
      extractor, rule, :packHash, 'claimed', :at
    from json_to_recordset(cast(:claims as json)) as heard (
      id uuid, field text, value text, raw text, span_start integer, span_end integer, extractor text, rule text)
  )`;

const insertRefusals = `
  refusal as (
    insert into refusals (workspace_id, conversation_id, field, handle_id, at)
    select :workspaceId, :conversationId, field, :handleId, :at
    from json_array_elements_text(cast(:refused as json)) as refused (field)
    on conflict (workspace_id, conversation_id, field) do update set at = excluded.at
  )`;

/** Writes a message and all that came of it, in one statement: with the next one, or with the commit. */
export function record(tx: WorkspaceTransaction, recorded: Recorded): void {
  const { handle, conversation, turn, at, now } = recorded;
  const messageSeq = conversation.messageCount + 1;
  const parts = [conversation.isNew ? insertConversation : updateConversation, insertMessages];
  const bindings: Record<string, string | number | Date | null> = {
    workspaceId: tx.workspaceId,
    conversationId: conversation.id,
    handleId: handle.id,
    at: new Date(at),
    now: new Date(now),
    turn: conversation.state.turn,
    messageCount: messageSeq + recorded.replies.length,
    state: JSON.stringify(conversation.state),
    statedEmailKey: conversation.statedEmailKey,
    messages: JSON.stringify(messageRows(recorded, messageSeq)),
  };
  const add = (part: string, values: Readonly<Record<string, string | number | null>>) => {
    parts.push(part);
    Object.assign(bindings, values);
  };

  if (conversation.isNew) {
    const { customerId, linkSeq } = conversation;
    Object.assign(bindings, { platform: handle.platform, customerId, linkSeq });
  }
  if (handle.isNew) add(insertHandle, { platform: handle.platform, handle: handle.handle });
  if (conversation.customerId !== null) {
    add(updateCustomer, { customerId: conversation.customerId, begun: conversation.isNew ? 1 : 0 });
  }
  if (turn !== null) {
    const { trace, collected, refused } = turn;
    const made = { messageSeq, packHash: trace.pack };
    add(insertTurn, { ...made, trace: JSON.stringify(trace), engineVersion: trace.engine });
    if (collected.length > 0)
      add(insertClaims, { claims: JSON.stringify(claimRows(collected, recorded.newId)) });
    if (refused.length > 0) add(insertRefusals, { refused: JSON.stringify([...new Set(refused)]) });
  }
  tx.later(`with ${parts.join(",")} select 1`, bindings);
}

function messageRows({ message, replies, turn, conversation, newId }: Recorded, seq: number) {
  const { role, text, key, response } = message;
  const made = turn === null ? null : conversation.state.turn;
  const answer: unknown = JSON.parse(response);
  return [
    { seq, id: newId(), role, text, message_key: key, turn: made, response: answer },
    ...replies.map((reply, index) => ({ seq: seq + 1 + index, id: newId(), role: "bot", text: reply })),
  ];
}

function claimRows(collected: readonly Collected[], newId: () => string) {
  return collected.map(({ span, ...claim }) => {
    const { field, value, raw, extractor, rule } = claim;
    return { id: newId(), field, value, raw, span_start: span.start, span_end: span.end, extractor, rule };
  });
}
