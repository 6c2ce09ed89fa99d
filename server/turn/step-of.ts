import { micros, sha256, type CoveredRow, type Step } from "../audit/step.ts";
import { sealSaid } from "../customers/sealed.ts";
import { missedIn } from "../findings/missed.ts";
import { sealColumn, turnRow, type SealedColumn } from "../privacy/sealed-columns.ts";
import type { Recorded } from "./recorded.ts";

/** The rows that a message leaves, sealed, as they are stored and as they are hashed for the conversation's chain.
 *  `state`: the conversation's, sealed. */
export function stepOf(workspaceId: string, recorded: Recorded, state: Uint8Array): Step {
  const { handle, conversation, message, reply, turn, at, now, newId } = recorded;
  const { id: conversationId, key } = conversation;
  const sealed = (column: SealedColumn, row: string, value: string) =>
    sealColumn(workspaceId, key, column, row, value);
  const messageSeq = conversation.messageCount + 1;
  const number = turn === null ? null : String(conversation.state.turn);
  const id = newId();
  const common = { handle_id: handle.id, at: micros(at), recorded_at: micros(now) };
  const said: CoveredRow<"messages"> = {
    ...common,
    seq: String(messageSeq),
    id,
    role: message.role,
    text: sealed("messages.text", id, message.text),
    external_id: message.key === null ? null : sealed("messages.external_id", id, message.key),
    turn: number,
    response: sealed("messages.response", id, message.response),
    pack_hash: turn === null ? recorded.packHash : null,
    state_hash: sha256(state),
  };
  return {
    workspaceId,
    conversationId,
    previous: conversation.chain,
    conversation:
      conversation.wrappedKey === null
        ? null
        : {
            platform: handle.platform,
            handle_id: handle.id,
            handle: sealed("conversations.handle", conversationId, handle.handle),
            since_activation: String(conversation.sinceActivation),
          },
    messages:
      reply === null ? [said] : [said, { ...common, ...replyRow(newId(), messageSeq + 1, reply, sealed) }],
    turns:
      turn === null
        ? []
        : [
            {
              turn: String(conversation.state.turn),
              message_seq: String(messageSeq),
              trace: sealed(
                "turns.trace",
                turnRow(conversationId, conversation.state.turn),
                JSON.stringify(turn.trace),
              ),
              pack_hash: turn.trace.pack,
              engine_version: turn.trace.engine,
              at: micros(at),
            },
          ],
    claims: claimRows(workspaceId, recorded),
    findings: findingRows(recorded),
  };
}

type Sealed = (column: SealedColumn, row: string, value: string) => Buffer;

function replyRow(id: string, seq: number, text: string, sealed: Sealed) {
  return {
    seq: String(seq),
    id,
    role: "bot",
    text: sealed("messages.text", id, text),
    external_id: null,
    turn: null,
    response: null,
    pack_hash: null,
    state_hash: null,
  };
}

function claimRows(
  workspaceId: string,
  { handle, conversation, turn, says, at, newId }: Recorded,
): readonly CoveredRow<"claims">[] {
  if (turn === null) return [];
  return says.map((claim) => {
    const { field, extractor, rule, span, trust, unvalidated = false } = claim;
    const id = newId();
    return {
      id,
      handle_id: handle.id,
      message_seq: String(conversation.messageCount + 1),
      turn: String(conversation.state.turn),
      field,
      said: sealSaid(workspaceId, conversation.key, id, claim),
      span_start: String(span.start),
      span_end: String(span.end),
      extractor,
      rule,
      unvalidated: String(unvalidated),
      pack_hash: turn.trace.pack,
      trust,
      at: micros(at),
    };
  });
}

function findingRows({ conversation, turn, at, newId }: Recorded): readonly CoveredRow<"findings">[] {
  if (turn === null) return [];
  return missedIn(turn.trace.findings).map(({ field, reason, extractor, span }) => ({
    id: newId(),
    message_seq: String(conversation.messageCount + 1),
    turn: String(conversation.state.turn),
    field,
    reason,
    extractor,
    span_start: String(span.start),
    span_end: String(span.end),
    at: micros(at),
  }));
}
