import { INITIAL_STATE, type State } from "../../engine/decide/state.ts";
import { readStretches, type StoredRows } from "../audit/read-steps.ts";
import type { Cell } from "../audit/step.ts";
import { AppError } from "../app-error.ts";
import { openSaid } from "../customers/sealed.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { turnRow, unsealColumn, type SealedColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { KeptPack } from "../rules/kept-packs.ts";
import { createAftermath, type Aftermath } from "./aftermath.ts";
import { replayMessage, sameValue, storedState, type StoredMessage } from "./replay-message.ts";
import { PROOFS } from "../turn/said.ts";

const MESSAGES_AT_ONCE = 500;

export type PackOf = (tx: SealedTransaction, hash: string) => Promise<KeptPack>;

export type ReplayedConversation =
  | { readonly outcome: "erased" }
  | {
      readonly outcome: "same" | "different";
      readonly turns: number;
      /** Sentences: which message, and what of it. */
      readonly differences: readonly string[];
    };

interface Row {
  readonly state: Uint8Array;
  readonly message_count: number;
  readonly version: number | null;
  readonly wrapped: Uint8Array | null;
}

/** Runs every message of a conversation again, each with the pack that was in force. Null when there is no such conversation;
 *  one whose data key is gone is erased. */
export async function replayConversation(
  tx: SealedTransaction,
  packOf: PackOf,
  conversationId: string,
): Promise<ReplayedConversation | null> {
  const { workspaceId } = tx;
  const [row] = await tx.prepared<Row>(
    `select state, message_count, key.workspace_key_version as version, key.wrapped from conversations
     left join lateral (
       select workspace_key_version, wrapped from data_keys
       where workspace_id = :workspaceId and subject_id = conversations.id
       offset 0
     ) as key on true
     where conversations.workspace_id = :workspaceId and conversations.id = :conversationId`,
    { workspaceId, conversationId },
  );
  if (row === undefined) return null;
  if (row.version === null || row.wrapped === null) return { outcome: "erased" };
  const key = openDataKey(tx.keyring, conversationId, {
    key_version: row.version,
    key_wrapped: row.wrapped,
  });
  const differences: string[] = [];
  const run: Run = {
    tx,
    packOf,
    key,
    conversationId,
    state: INITIAL_STATE,
    turns: 0,
    differences,
    aftermath: createAftermath(),
  };
  try {
    for (let first = 1; first <= row.message_count;) first = await replayFrom(run, first);
    const stored = unsealColumn(workspaceId, key, "conversations.state", conversationId, row.state);
    if (!sameValue(JSON.parse(stored), run.state)) differences.push("the state that it ended with");
    if (differences.length === 0) differences.push(...(await run.aftermath.differences(tx, conversationId)));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "sealed_value_unreadable") throw error;
    differences.push(error.message);
  }
  return { outcome: differences.length === 0 ? "same" : "different", turns: run.turns, differences };
}

interface Run {
  readonly tx: SealedTransaction;
  readonly packOf: PackOf;
  readonly key: DataKey;
  readonly conversationId: string;
  readonly differences: string[];
  state: State;
  turns: number;
  readonly aftermath: Aftermath;
}

/** Runs some messages again and returns the number of the next one. A message's reply is read with it. */
async function replayFrom(run: Run, first: number): Promise<number> {
  const { tx, packOf, key, conversationId, differences } = run;
  const last = first + MESSAGES_AT_ONCE;
  const rows = await readStretches(tx, [{ conversation_id: conversationId, first, last }]);
  const messages = new Map(rows.messages.map((message) => [Number(message.seq), message]));
  let seq = first;
  while (seq < last) {
    const message = messages.get(seq);
    if (message === undefined) return last; // verifying the audit tells what is missing
    const follower = messages.get(seq + 1);
    const reply = follower?.chain === null ? follower : null;
    const turn = rows.turns.find(({ message_seq: of }) => of === message.seq) ?? null;
    const hash = turn?.pack_hash ?? message.pack_hash;
    const kept = await packOf(tx, String(hash));
    if ("problem" in kept) {
      differences.push(`message ${seq}: ${kept.problem}`);
      return Number.MAX_SAFE_INTEGER;
    }
    const stored = opened(tx.workspaceId, key, conversationId, { message, reply, turn, rows });
    const replayed = replayMessage(kept.pack, run.state, stored);
    if (replayed.turn !== null) {
      run.turns += 1;
      run.aftermath.add(replayed.turn, replayed.turn.trace.now);
    }
    run.state = storedState(replayed.state);
    if (replayed.differences.length > 0)
      differences.push(`message ${seq}: ${replayed.differences.join(", ")}`);
    seq += reply === null ? 1 : 2;
  }
  return seq;
}

interface Sealed {
  readonly message: StoredRows["messages"][number];
  readonly reply: StoredRows["messages"][number] | null;
  readonly turn: StoredRows["turns"][number] | null;
  readonly rows: StoredRows;
}

function opened(
  workspaceId: string,
  key: DataKey,
  conversationId: string,
  { message, reply, turn, rows }: Sealed,
): StoredMessage {
  const open = (column: SealedColumn, row: string, sealed: Cell) => {
    if (!(sealed instanceof Uint8Array)) return null;
    return unsealColumn(workspaceId, key, column, row, sealed);
  };
  const here = <Of extends { readonly message_seq: Cell }>(of: readonly Of[]) =>
    of.filter((row) => row.message_seq === message.seq);
  return {
    conversationId,
    text: open("messages.text", String(message.id), message.text) ?? "",
    response: open("messages.response", String(message.id), message.response) ?? "null",
    reply: reply && open("messages.text", String(reply.id), reply.text),
    trace: turn && open("turns.trace", turnRow(conversationId, Number(turn.turn)), turn.trace),
    claims: here(rows.claims)
      .filter(({ extractor }) => !PROOFS.some((proof) => proof === extractor))
      .toSorted((one, other) => (BigInt(one.claim_seq) < BigInt(other.claim_seq) ? -1 : 1))
      .map((claim) => {
        const { said } = claim;
        if (!(said instanceof Uint8Array)) throw new Error("a claim says nothing");
        const { value, raw } = openSaid(workspaceId, key, String(claim.id), said);
        const { field, extractor, rule } = claim;
        return {
          field,
          value,
          raw,
          ...spanOf(claim),
          extractor,
          rule,
          unvalidated: claim.unvalidated === "true",
        };
      }),
    findings: here(rows.findings).map((finding) => {
      const { field, reason, extractor } = finding;
      return { field, reason, extractor, ...spanOf(finding) };
    }),
  };
}

const spanOf = (row: { readonly span_start: Cell; readonly span_end: Cell }) => ({
  start: Number(row.span_start),
  end: Number(row.span_end),
});
