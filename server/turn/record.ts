import { stepLine } from "../audit/leaves.ts";
import { hashStep, type CoveredRow, type Step } from "../audit/step.ts";
import type { Binding, BoundSql } from "../database/statement.ts";
import { blindIndex, blindIndexes, indexVersion } from "../privacy/blind-index.ts";
import type { Keyring } from "../privacy/keyring.ts";
import { sealColumn } from "../privacy/sealed-columns.ts";
import { fieldCollected, requestRefused } from "../webhooks/conversation-events.ts";
import { eventsBinding, type WebhookEvent } from "../webhooks/tell.ts";
import { recordStatement, type Shape } from "./record-statement.ts";
import type { Recorded } from "./recorded.ts";
import { stepOf } from "./step-of.ts";

/** A statement that writes a message and all that came of it, with its bindings, and the link that it adds to the conversation's
 *  chain. It returns a row; or none, and writes nothing, when a remembered handle is at another revision by now, or has a message
 *  with this key. */
export function record(keyring: Keyring, recorded: Recorded): BoundSql & { readonly link: Buffer } {
  const { workspaceId } = keyring;
  const { handle, conversation, message, turn, at, now } = recorded;
  const { id: conversationId, wrappedKey, customerId } = conversation;
  const state = sealColumn(
    workspaceId,
    conversation.key,
    "conversations.state",
    conversationId,
    JSON.stringify(conversation.state),
  );
  const step = stepOf(workspaceId, recorded, state);
  const shape = shapeOf(recorded, step);
  const hashed = hashStep(step);
  const { link } = hashed;
  const messageSeq = conversation.messageCount + 1;
  const bindings: Record<string, Binding> = {
    workspaceId,
    conversationId,
    handleId: handle.id,
    at: new Date(at),
    now: new Date(now),
    turn: conversation.state.turn,
    messageCount: conversation.messageCount + step.messages.length,
    state,
    chain: link,
    messageSeq,
    role: message.role,
    isTurn: turn !== null,
    packHash: recorded.packHash,
    ...stepBindings(step),
    leafId: recorded.newId(),
    leaf: stepLine(conversationId, messageSeq, hashed),
  };
  const { handle: how } = shape;
  if (shape.customer || shape.link || wrappedKey !== null || how === "remembered") {
    bindings["customerId"] = customerId;
  }
  const isNew = how === "new" || how === "unseen";
  if (isNew || message.key !== null) bindings["indexVersion"] = indexVersion(keyring);
  if (isNew) bindings["handleKey"] = blindIndex(keyring, "handle", handle.handle);
  if (handle.remembered !== null) {
    if (!isNew) bindings["revision"] = handle.remembered.revision;
    bindings["actionRevision"] = handle.remembered.actionRevision;
  }
  if (isNew || wrappedKey !== null) bindings["platform"] = handle.platform;
  if (wrappedKey !== null || shape.link) {
    bindings["linkSeq"] = conversation.linkSeq;
    bindings["linkTrust"] = conversation.linkTrust;
  }
  if (wrappedKey !== null) {
    bindings["keyVersion"] = wrappedKey.key_version;
    bindings["keyWrapped"] = wrappedKey.key_wrapped;
    bindings["sinceActivation"] = conversation.sinceActivation;
  }
  if (message.key !== null) {
    bindings["messageKey"] = blindIndex(keyring, "message_key", message.key);
    if (how === "remembered") bindings["messageKeys"] = blindIndexes(keyring, "message_key", message.key);
  }
  if (turn !== null && turn.refused.length > 0) {
    bindings["refused"] = JSON.stringify(refusedIn(recorded));
  }
  if (shape.events) bindings["events"] = eventsBinding(workspaceId, eventsOf(recorded), recorded.newId);
  return { sql: recordStatement(shape), bindings, link };
}

const refusedIn = ({ turn }: Recorded) => [...new Set(turn?.refused ?? [])];

/** What the message tells whoever wants to hear of it. */
function eventsOf(recorded: Recorded): readonly WebhookEvent[] {
  const { conversation, says, now } = recorded;
  const heard = {
    conversationId: conversation.id,
    customerId: conversation.customerId,
    messageSeq: conversation.messageCount + 1,
    now,
  };
  const refused = refusedIn(recorded);
  return [
    ...says.map((said) => fieldCollected(heard, conversation.key, said)),
    ...(refused.length === 0 ? [] : [requestRefused(heard, refused)]),
  ];
}

const HANDLES = {
  new: { locked: "new", unlocked: "unseen" },
  known: { locked: "read", unlocked: "remembered" },
} as const;

function shapeOf({ handle, conversation, message, reply, turn }: Recorded, step: Step): Shape {
  const isNew = conversation.wrappedKey !== null;
  return {
    handle: HANDLES[handle.isNew ? "new" : "known"][handle.remembered === null ? "locked" : "unlocked"],
    conversation: isNew ? "new" : "known",
    link: !isNew && conversation.relinks === true,
    customer: conversation.customerId !== null && conversation.relinks === null, // its dates and count
    key: message.key !== null,
    reply: reply !== null,
    turn: turn !== null,
    claims: step.claims.length > 0,
    findings: step.findings.length > 0,
    refusals: turn !== null && turn.refused.length > 0,
    events: turn !== null && (turn.refused.length > 0 || step.claims.length > 0),
  };
}

/** What the rows of a step have sealed, as it was hashed. */
function stepBindings({ conversation, messages, turns, claims, findings }: Step): Record<string, Binding> {
  const [said, reply] = messages;
  if (said === undefined) throw new Error("a message leaves at least itself");
  const [turn] = turns;
  return {
    messageId: said.id,
    text: said.text,
    response: said.response,
    stateHash: said.state_hash,
    ...(said.external_id === null ? {} : { externalId: said.external_id }),
    ...(conversation === null ? {} : { handle: conversation.handle }),
    ...(reply === undefined ? {} : { replyId: reply.id, reply: reply.text }),
    ...(turn === undefined ? {} : { trace: turn.trace, engineVersion: turn.engine_version }),
    ...(claims.length === 0 ? {} : { claims: JSON.stringify(claims.map(inHex)) }),
    ...(findings.length === 0 ? {} : { findings: JSON.stringify(findings) }),
  };
}

/** JSON has no bytes; numbers as texts are read as numbers. */
function inHex(claim: CoveredRow<"claims">) {
  const { said } = claim;
  return { ...claim, said: said instanceof Uint8Array ? Buffer.from(said).toString("hex") : said };
}
