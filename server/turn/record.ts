import type { Collected, Denied, Trace } from "../../engine/decide/decision.ts";
import type { State } from "../../engine/decide/state.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { Binding, BoundSql } from "../database/statement.ts";
import { recordStatement } from "./record-statement.ts";

/** Everything that a message leaves behind, but for other conversations and profiles. */
export interface Recorded {
  readonly handle: {
    readonly id: string;
    readonly isNew: boolean;
    readonly platform: string;
    readonly handle: string;
    /** Where it was not read in this transaction: the revision at which it was. */
    readonly remembered: number | null;
  };
  readonly conversation: {
    readonly id: string;
    readonly isNew: boolean;
    readonly state: State;
    /** Of the conversation before this message. */
    readonly messageCount: number;
    /** Its customer with this message; a new one starts with its handle's. */
    readonly customerId: string | null;
    /** The number that a new link of this handle gets. */
    readonly linkSeq: number;
    readonly statedEmailKey: string | null;
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
    readonly denied: readonly Denied[];
  } | null;
  /** When it was said, and when it came, in milliseconds since the epoch. */
  readonly at: number;
  readonly now: number;
  readonly newId: () => string;
}

/** A statement that writes a message and all that came of it, with its bindings. It returns a row; or none, and writes nothing,
 *  when a remembered handle is at another revision by now, or has a message with this key. */
export function record(workspaceId: string, recorded: Recorded): BoundSql {
  const { handle, conversation, message, reply, turn, at, now, newId } = recorded;
  const messageSeq = conversation.messageCount + 1;
  const { customerId } = conversation;
  const follows = customerId !== null && conversation.relinks === null; // the customer's dates and count
  const relinks = !conversation.isNew && conversation.relinks === true;
  const namesCustomer = follows || relinks || conversation.isNew || handle.remembered !== null;
  const sql = recordStatement({
    handle: handle.isNew ? "new" : handle.remembered === null ? "read" : "remembered",
    conversation: conversation.isNew ? "new" : "known",
    link: relinks,
    customer: follows,
    key: message.key !== null,
    reply: reply !== null,
    turn: turn !== null,
    claims: turn !== null && turn.collected.length > 0,
    refusals: turn !== null && turn.refused.length > 0,
    denials: turn !== null && turn.denied.length > 0,
  });
  const bindings: Record<string, Binding> = {
    workspaceId,
    conversationId: conversation.id,
    handleId: handle.id,
    at: new Date(at),
    now: new Date(now),
    turn: conversation.state.turn,
    messageCount: messageSeq + (reply === null ? 0 : 1),
    state: JSON.stringify(conversation.state),
    statedEmailKey: conversation.statedEmailKey,
    messageSeq,
    messageId: newId(),
    role: message.role,
    text: message.text,
    response: message.response,
    isTurn: turn !== null,
  };
  if (namesCustomer) bindings["customerId"] = customerId;
  if (handle.isNew) bindings["handle"] = handle.handle;
  if (handle.remembered !== null) bindings["revision"] = handle.remembered;
  if (handle.isNew || conversation.isNew) bindings["platform"] = handle.platform;
  if (conversation.isNew || relinks) bindings["linkSeq"] = conversation.linkSeq;
  if (message.key !== null) bindings["messageKey"] = message.key;
  if (reply !== null) Object.assign(bindings, { replyId: newId(), reply });
  if (turn !== null) {
    const { trace, collected, refused, denied } = turn;
    Object.assign(bindings, {
      trace: JSON.stringify(trace),
      packHash: trace.pack,
      engineVersion: trace.engine,
    });
    if (collected.length > 0) bindings["claims"] = JSON.stringify(claimRows(collected, newId));
    if (refused.length > 0) bindings["refused"] = JSON.stringify([...new Set(refused)]);
    if (denied.length > 0) bindings["denied"] = JSON.stringify(denied);
  }
  return { sql, bindings };
}

function claimRows(collected: readonly Collected[], newId: () => string) {
  return collected.map(({ span, ...claim }) => {
    const { field, value, raw, extractor, rule, unvalidated = false } = claim;
    const { start, end } = span;
    return { id: newId(), field, value, raw, span_start: start, span_end: end, extractor, rule, unvalidated };
  });
}
