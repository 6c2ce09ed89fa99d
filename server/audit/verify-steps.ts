import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import type { Leaf } from "./leaves.ts";
import { hex, readStretches, type Owned, type StoredMessage, type StoredRows } from "./read-steps.ts";
import { differencesOf, markOf, type Difference } from "./marks.ts";
import { hashStep } from "./step.ts";

export type StepLeaf = Extract<Leaf, { readonly kind: "step" }>;

/** Something that is not as it was written. */
export interface Fault {
  readonly table: string;
  readonly row: string;
  readonly what: string;
}

/** What a batch of leaves says, against the rows. */
export interface StepsChecked {
  /** What is wrong whatever else is true. */
  readonly faults: readonly Fault[];
  /** The steps of which nothing is there: right if the conversation was erased. */
  readonly missing: readonly StepLeaf[];
  /** Rows that belong to the steps. */
  readonly rows: RowCounts;
}

export const COUNTED = ["messages", "turns", "claims", "findings"] as const;
export type RowCounts = Readonly<Record<(typeof COUNTED)[number], number>>;

/** Computes the steps that leaves tell of from their rows. */
export async function checkSteps(
  tx: WorkspaceTransaction,
  leaves: readonly StepLeaf[],
): Promise<StepsChecked> {
  const faults: Fault[] = [];
  const missing: StepLeaf[] = [];
  const rows = { messages: 0, turns: 0, claims: 0, findings: 0 };
  if (leaves.length === 0) return { faults, missing, rows };
  const stored = await readStretches(tx, stretchesOf(leaves));
  const of = grouped(stored);
  for (const leaf of leaves) {
    const step = stepAt(tx.workspaceId, of(leaf.conversationId), leaf);
    if (step === null) missing.push(leaf);
    else {
      for (const table of COUNTED) rows[table] += step.rows[table];
      faults.push(...step.faults);
    }
  }
  return { faults, missing, rows };
}

/** With the message before, whose link goes into the first step, and the reply behind the last. */
function stretchesOf(leaves: readonly StepLeaf[]) {
  const stretches = new Map<string, { conversation_id: string; first: number; last: number }>();
  for (const { conversationId, messageSeq } of leaves) {
    const first = Math.max(1, messageSeq - 2);
    const last = messageSeq + 1;
    const known = stretches.get(conversationId) ?? { conversation_id: conversationId, first, last };
    known.first = Math.min(known.first, first);
    known.last = Math.max(known.last, last);
    stretches.set(conversationId, known);
  }
  return [...stretches.values()];
}

interface Talk {
  readonly conversation: StoredRows["conversations"][number] | undefined;
  readonly messages: ReadonlyMap<string, StoredMessage>;
  readonly turns: StoredRows["turns"];
  readonly claims: StoredRows["claims"];
  readonly findings: StoredRows["findings"];
}

function by<Row extends Owned<object>>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.owner);
    if (group === undefined) groups.set(row.owner, [row]);
    else group.push(row);
  }
  return groups;
}

function grouped(stored: StoredRows): (conversationId: string) => Talk {
  const conversations = by(stored.conversations);
  const [messages, turns] = [by(stored.messages), by(stored.turns)];
  const [claims, findings] = [by(stored.claims), by(stored.findings)];
  return (id) => ({
    conversation: conversations.get(id)?.[0],
    messages: new Map((messages.get(id) ?? []).map((row) => [String(row.seq), row])),
    turns: turns.get(id) ?? [],
    claims: claims.get(id) ?? [],
    findings: findings.get(id) ?? [],
  });
}

interface StepFound {
  readonly faults: readonly Fault[];
  readonly rows: RowCounts;
}

/** The step as its rows have it; null when not even the message is there. */
function stepAt(workspaceId: string, talk: Talk, leaf: StepLeaf): StepFound | null {
  const { conversationId, messageSeq } = leaf;
  const message = talk.messages.get(String(messageSeq));
  if (message === undefined) return null;
  const follower = talk.messages.get(String(messageSeq + 1));
  const reply = follower?.chain === null ? follower : undefined;
  const messages = reply === undefined ? [message] : [message, reply];
  const seqs = new Set(messages.map(({ seq }) => seq));
  const here = <Row extends { readonly message_seq: unknown }>(rows: readonly Row[]) =>
    rows.filter((row) => seqs.has(String(row.message_seq)));
  const [turns, claims, findings] = [here(talk.turns), here(talk.claims), here(talk.findings)];
  const before = [messageSeq - 1, messageSeq - 2].map((seq) => talk.messages.get(String(seq))?.chain ?? null);
  const { link, rows: hashes } = hashStep({
    workspaceId,
    conversationId,
    previous: before[0] ?? before[1] ?? null,
    conversation: messageSeq === 1 ? (talk.conversation ?? null) : null,
    messages,
    turns,
    claims,
    findings,
  });
  const row = `conversation ${conversationId}, message ${messageSeq}`;
  const faults: Fault[] = [];
  if (hex(message.chain) !== leaf.link)
    faults.push({ table: "messages", row, what: "the link in the row is not the one that was sealed" });
  if (link.toString("hex") !== leaf.link) {
    const differences = differencesOf(leaf.marks, hashes);
    faults.push(...differences.map((difference) => faultOf(leaf, difference)));
    if (differences.length === 0)
      faults.push({ table: "messages", row, what: "its link does not follow from the one before it" });
  } else if (leaf.marks.join(",") !== hashes.map(markOf).join(",")) {
    faults.push({
      table: "audit_leaves",
      row,
      what: "the leaf was changed: its rows are as they were written",
    });
  }
  const claimSeqs = claims
    .toSorted((one, other) => (String(one.id) < String(other.id) ? -1 : 1))
    .map(({ claim_seq: seq }) => seq)
    .join(",");
  if (claimSeqs !== leaf.claimSeqs)
    faults.push({ table: "claims", row, what: "the order of the claims is not the one that was sealed" });
  const rows = {
    messages: messages.length,
    turns: turns.length,
    claims: claims.length,
    findings: findings.length,
  };
  return { faults, rows };
}

/** Names the row, as far as it is there: of one that was removed nobody knows more than whose it was. */
function faultOf({ conversationId, messageSeq }: StepLeaf, difference: Difference): Fault {
  const [conversation, message] = [`conversation ${conversationId}`, `message ${messageSeq}`];
  if (difference.what === "removed") {
    const { table } = difference;
    return {
      table,
      row: `${conversation}, ${message}`,
      what: `a row of ${table} that belongs to it was removed`,
    };
  }
  const { table, row: cells } = difference.row;
  const names = {
    conversations: conversation,
    messages: `${conversation}, message ${cells["seq"]}`,
    turns: `${conversation}, turn ${cells["turn"]}`,
    claims: `${conversation}, ${message}, claim ${cells["id"]}`,
    findings: `${conversation}, ${message}, finding ${cells["id"]}`,
  };
  return { table, row: names[table], what: `it was ${difference.what}` };
}
