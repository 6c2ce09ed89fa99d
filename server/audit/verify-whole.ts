import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { cell, hex } from "./read-steps.ts";
import { sha256 } from "./step.ts";
import { COUNTED, type Fault, type RowCounts } from "./verify-steps.ts";

const CONVERSATIONS_AT_ONCE = 200;
const NONE = "00000000-0000-0000-0000-000000000000";

interface ConversationRow {
  readonly id: string;
  readonly turn: number;
  readonly message_count: number;
  readonly started_at: string;
  readonly last_at: string;
  readonly state: Uint8Array;
  readonly chain: Uint8Array | null;
}

interface MessageRow {
  readonly conversation_id: string;
  readonly seq: number;
  readonly turn: number | null;
  readonly at: string;
  readonly state_hash: Uint8Array | null;
  readonly chain: Uint8Array | null;
}

/** Looks for what no leaf tells of, and at what changes with every message of a conversation: it has to follow from the last.
 *  `steps`: the numbers of the messages that leaves tell of, by conversation. */
export async function* checkConversations(
  tx: WorkspaceTransaction,
  steps: ReadonlyMap<string, readonly number[]>,
): AsyncGenerator<Fault> {
  const { workspaceId } = tx;
  for (let after = NONE; ;) {
    const conversations = await tx.prepared<ConversationRow>(
      `select id, turn, message_count, ${instant("started_at")}, ${instant("last_at")}, state, chain from conversations
       where workspace_id = :workspaceId and id > :after order by id limit ${CONVERSATIONS_AT_ONCE}`,
      { workspaceId, after },
    );
    const messages = await tx.prepared<MessageRow>(
      `select wanted.id as conversation_id, stored.*
       from unnest(cast(:ids as uuid[])) as wanted (id)
       cross join lateral (
         select seq, turn, ${cell("at")}, state_hash, chain from messages
         where workspace_id = :workspaceId and conversation_id = wanted.id
         offset 0
       ) as stored`,
      { workspaceId, ids: conversations.map(({ id }) => id) },
    );
    for (const conversation of conversations) {
      const { id } = conversation;
      const own = messages.filter((message) => message.conversation_id === id);
      const row = `conversation ${id}`;
      for (const { seq } of unsealed(own, new Set(steps.get(id))))
        yield {
          table: "messages",
          row: `${row}, message ${seq}`,
          what: "no leaf tells of it: it was put in",
        };
      const what = faultOf(conversation, own);
      if (what !== null) yield { table: "conversations", row, what };
    }
    const last = conversations.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}

const instant = (column: string) =>
  `cast(cast(extract(epoch from ${column}) * 1000000 as bigint) as text) as ${column}`;

/** A message without a link is the reply to the one before it, and belongs to its step. */
function unsealed(messages: readonly MessageRow[], steps: ReadonlySet<number>): readonly MessageRow[] {
  return messages.filter(({ seq, chain }) => !steps.has(chain === null ? seq - 1 : seq));
}

function faultOf(conversation: ConversationRow, messages: readonly MessageRow[]): string | null {
  const last = messages
    .filter(({ chain }) => chain !== null)
    .toSorted((one, other) => one.seq - other.seq)
    .at(-1);
  if (last === undefined) return "it has no message";
  if (hex(conversation.chain) !== hex(last.chain)) return "its chain does not end with its last message";
  if (sha256(conversation.state).toString("hex") !== hex(last.state_hash))
    return "its state is not the one that its last message left";
  const turn = Math.max(0, ...messages.map((message) => message.turn ?? 0));
  const times = messages.map(({ at }) => BigInt(at)).toSorted((one, other) => (one < other ? -1 : 1));
  const isRight =
    conversation.message_count === messages.length &&
    conversation.turn === turn &&
    conversation.started_at === String(times[0]) &&
    conversation.last_at === String(times.at(-1));
  return isRight ? null : "its counts or dates are not those of its messages";
}

const count = (table: string) =>
  `(select cast(count(*) as integer) from ${table} where workspace_id = :workspaceId) as ${table}`;

/** How many rows there are of what messages leave; more than the leaves tell of were put in. */
export async function countRows(tx: WorkspaceTransaction): Promise<RowCounts> {
  const [row] = await tx.prepared<RowCounts>(`select ${COUNTED.map(count).join(", ")}`, {
    workspaceId: tx.workspaceId,
  });
  if (row === undefined) throw new Error("a count returned no row");
  return row;
}
