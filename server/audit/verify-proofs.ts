import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { isUuid } from "../uuid.ts";
import type { EventRow } from "./events.ts";
import { cell } from "./read-steps.ts";
import { claimHash, COVERED, type CoveredRow } from "./step.ts";
import type { Fault } from "./verify-steps.ts";

/** What a proof by a mailed code left: a claim that is no part of a message, of which an event tells (see turn/prove.ts). */
export interface Proof {
  readonly conversationId: string;
  readonly claimId: string;
  /** The claim's hash, in hexadecimal. */
  readonly hash: string;
  /** Its place in the order of all claims. */
  readonly seq: number;
}

type Stored = CoveredRow<"claims"> & { readonly owner: string; readonly claim_seq: number };

export interface ProofsChecked {
  readonly faults: readonly Fault[];
  /** Whose claim is not there: right if the conversation was erased. */
  readonly missing: readonly Proof[];
  /** Claims that belong to the proofs. */
  readonly claims: number;
}

/** The proofs that events tell of. An event that was changed may tell of nothing: that is found out beside this. */
export function proofsIn(rows: readonly EventRow[]): readonly Proof[] {
  return rows.flatMap(({ action, subject_id: conversationId, details }) => {
    const { claim, hash, seq } = action === "conversation.proved" ? toldOf(details) : {};
    if (typeof claim !== "string" || typeof hash !== "string" || typeof seq !== "number") return [];
    return isUuid(claim) ? [{ conversationId, claimId: claim, hash, seq }] : [];
  });
}

function toldOf(details: string): Readonly<Partial<Record<"claim" | "hash" | "seq", unknown>>> {
  try {
    return JSON.parse(details) ?? {};
  } catch {
    return {};
  }
}

/** Compares the claims with what the events tell of them. */
export async function checkProofs(
  tx: WorkspaceTransaction,
  proofs: readonly Proof[],
): Promise<ProofsChecked> {
  if (proofs.length === 0) return { faults: [], missing: [], claims: 0 };
  const rows = await tx.prepared<Stored>(
    `select conversation_id as owner, seq as claim_seq, ${COVERED.claims.map(cell).join(", ")} from claims
     where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))`,
    { workspaceId: tx.workspaceId, ids: proofs.map(({ claimId }) => claimId) },
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const faults = proofs.flatMap(({ claimId, hash, seq }): Fault[] => {
    const row = byId.get(claimId);
    if (row === undefined) return [];
    const isRight =
      claimHash(tx.workspaceId, row.owner, row).toString("hex") === hash && row.claim_seq === seq;
    if (isRight) return [];
    return [{ table: "claims", row: `claim ${claimId}`, what: "it was changed" }];
  });
  return { faults, missing: proofs.filter(({ claimId }) => !byId.has(claimId)), claims: rows.length };
}
