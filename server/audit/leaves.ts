import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { newRowId } from "../uuid.ts";
import { markOf } from "./marks.ts";
import type { HashedStep } from "./step.ts";

/** A line of a seal. What it says is sealed with it, and can be checked against the rows. */
export type Leaf =
  /** A message and what it left. `claimSeqs`: the numbers that the database gave its claims, in the order of their ids. */
  | {
      readonly kind: "step";
      readonly conversationId: string;
      readonly messageSeq: number;
      readonly link: string;
      /** What its rows are told by: see marks.ts. */
      readonly marks: readonly string[];
      readonly claimSeqs: string;
    }
  /** A row of audit_events. */
  | { readonly kind: "event"; readonly eventId: string; readonly hash: string }
  /** From here on the conversation's rows are gone, as they have to be. */
  | { readonly kind: "erased"; readonly conversationId: string };

/** The beginning of a step's line; a statement that gives claims their numbers adds them. */
export const stepLine = (conversationId: string, messageSeq: number, { link, rows }: HashedStep) =>
  `step ${conversationId} ${messageSeq} ${link.toString("hex")} ${rows.map(markOf).join(",")}`;

export const eventLine = (eventId: string, hash: Buffer) => `event ${eventId} ${hash.toString("hex")}`;

/** Records that conversations are erased, in the transaction that erases their rows: the audit takes their absence for what it
 *  is. */
export function leaveErased(tx: WorkspaceTransaction, conversationIds: readonly string[]): void {
  for (const conversationId of conversationIds) {
    tx.later(`insert into audit_leaves (workspace_id, id, leaf) values (:workspaceId, :id, :leaf)`, {
      workspaceId: tx.workspaceId,
      id: newRowId(),
      leaf: `erased ${conversationId}`,
    });
  }
}

const LINE =
  /^(?:step (?<step>[0-9a-f-]{36}) (?<seq>[1-9][0-9]*) (?<link>[0-9a-f]{64}) (?<marks>[vmtcf][0-9a-f]{12}(?:,[vmtcf][0-9a-f]{12})*)(?: (?<claims>[0-9,]+))?|event (?<event>[0-9a-f-]{36}) (?<hash>[0-9a-f]{64})|erased (?<erased>[0-9a-f-]{36}))$/u;

/** Reads a line, or null for one that this program did not write. */
export function parseLeaf(line: string): Leaf | null {
  const { step, seq, link, marks, claims, event, hash, erased } = LINE.exec(line)?.groups ?? {};
  if (step !== undefined && link !== undefined && marks !== undefined) {
    const claimSeqs = claims ?? "";
    return {
      kind: "step",
      conversationId: step,
      messageSeq: Number(seq),
      link,
      marks: marks.split(","),
      claimSeqs,
    };
  }
  if (event !== undefined && hash !== undefined) return { kind: "event", eventId: event, hash };
  return erased === undefined ? null : { kind: "erased", conversationId: erased };
}
