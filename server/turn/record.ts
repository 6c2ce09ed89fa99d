import type { Collected, Trace } from "../../engine/decide/decision.ts";
import type { State } from "../../engine/decide/state.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import { sealSaid } from "../customers/sealed.ts";
import type { Binding, BoundSql } from "../database/statement.ts";
import { blindIndex, blindIndexes } from "../privacy/blind-index.ts";
import type { WrappedDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { sealColumn, turnRow, type SealedColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { recordStatement } from "./record-statement.ts";

/** Everything that a message leaves behind, but for other conversations, what is taken back, and profiles. */
export interface Recorded {
  readonly handle: {
    readonly id: string;
    readonly isNew: boolean;
    readonly platform: string;
    readonly handle: string;
    /** The revision at which it was read, where the statement is to make sure of it: its row is neither new nor locked. */
    readonly remembered: number | null;
  };
  readonly conversation: {
    readonly id: string;
    /** What its rows are sealed with, and the row of a new key: null for a conversation that goes on. */
    readonly key: DataKey;
    readonly wrappedKey: WrappedDataKey | null;
    readonly state: State;
    /** Of the conversation before this message. */
    readonly messageCount: number;
    /** Its customer with this message; a new one starts with its handle's. */
    readonly customerId: string | null;
    /** The number that a new link of this handle gets. */
    readonly linkSeq: number;
    /** Null: nothing is linked, and its customer's dates and count are brought up to date here. Otherwise whether it gets a
     *  new link; the customers concerned are written with it (see link.ts). */
    readonly relinks: boolean | null;
  };
  readonly message: {
    readonly role: "customer" | "agent" | "bot";
    readonly text: string;
    readonly key: string | null;
    /** What the caller is answered, as JSON. */
    readonly response: string;
  };
  /** What this program says in return, stored as the bot's message; or null. */
  readonly reply: string | null;
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

/** A statement that writes a message and all that came of it, with its bindings. It returns a row; or none, and writes nothing,
 *  when a remembered handle is at another revision by now, or has a message with this key. */
export function record({ workspaceId, keyring }: SealedTransaction, recorded: Recorded): BoundSql {
  const { handle, conversation, message, reply, turn, at, now, newId } = recorded;
  const { id: conversationId, key, wrappedKey } = conversation;
  const isNew = wrappedKey !== null;
  const sealed = (column: SealedColumn, row: string, value: string) =>
    sealColumn(workspaceId, key, column, row, value);
  const messageSeq = conversation.messageCount + 1;
  const { customerId } = conversation;
  const follows = customerId !== null && conversation.relinks === null; // the customer's dates and count
  const relinks = !isNew && conversation.relinks === true;
  const namesCustomer = follows || relinks || isNew || handle.remembered !== null;
  const sql = recordStatement({
    handle: handle.isNew ? "new" : handle.remembered === null ? "read" : "remembered",
    conversation: isNew ? "new" : "known",
    link: relinks,
    customer: follows,
    key: message.key !== null,
    reply: reply !== null,
    turn: turn !== null,
    claims: turn !== null && turn.collected.length > 0,
    refusals: turn !== null && turn.refused.length > 0,
  });
  const messageId = newId();
  const bindings: Record<string, Binding> = {
    workspaceId,
    conversationId,
    handleId: handle.id,
    at: new Date(at),
    now: new Date(now),
    turn: conversation.state.turn,
    messageCount: messageSeq + (reply === null ? 0 : 1),
    state: sealed("conversations.state", conversationId, JSON.stringify(conversation.state)),
    messageSeq,
    messageId,
    role: message.role,
    text: sealed("messages.text", messageId, message.text),
    response: sealed("messages.response", messageId, message.response),
    isTurn: turn !== null,
  };
  if (namesCustomer) bindings["customerId"] = customerId;
  if (handle.isNew) bindings["handleKey"] = blindIndex(keyring, "handle", handle.handle);
  if (handle.remembered !== null) bindings["revision"] = handle.remembered;
  if (handle.isNew || isNew) bindings["platform"] = handle.platform;
  if (isNew || relinks) bindings["linkSeq"] = conversation.linkSeq;
  if (wrappedKey !== null) {
    bindings["handle"] = sealed("conversations.handle", conversationId, handle.handle);
    bindings["keyVersion"] = wrappedKey.workspaceKeyVersion;
    bindings["keyWrapped"] = wrappedKey.wrapped;
  }
  if (message.key !== null) {
    bindings["messageKey"] = blindIndex(keyring, "message_key", message.key);
    bindings["externalId"] = sealed("messages.external_id", messageId, message.key);
    if (handle.remembered !== null)
      bindings["messageKeys"] = blindIndexes(keyring, "message_key", message.key);
  }
  if (reply !== null) {
    const replyId = newId();
    bindings["replyId"] = replyId;
    bindings["reply"] = sealed("messages.text", replyId, reply);
  }
  if (turn !== null) {
    const { trace, collected, refused } = turn;
    const row = turnRow(conversationId, conversation.state.turn);
    bindings["trace"] = sealed("turns.trace", row, JSON.stringify(trace));
    bindings["packHash"] = trace.pack;
    bindings["engineVersion"] = trace.engine;
    if (collected.length > 0) {
      bindings["claims"] = JSON.stringify(claimRows(workspaceId, key, collected, newId));
    }
    if (refused.length > 0) bindings["refused"] = JSON.stringify([...new Set(refused)]);
  }
  return { sql, bindings };
}

function claimRows(workspaceId: string, key: DataKey, collected: readonly Collected[], newId: () => string) {
  return collected.map(({ span, ...claim }) => {
    const { field, extractor, rule, unvalidated = false } = claim;
    const { start, end } = span;
    const id = newId();
    const said = sealSaid(workspaceId, key, id, claim).toString("hex");
    return { id, field, said, span_start: start, span_end: end, extractor, rule, unvalidated };
  });
}
