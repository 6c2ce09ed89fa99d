import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { digest, micros } from "./step.ts";

export const LEAVES_MAX = 1_000; // in one seal

export interface Seal {
  readonly number: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly leafCount: number;
  /** The lines, each ended by a line feed. */
  readonly leaves: string;
  /** The hash of the seal before; null for the first. */
  readonly previous: Uint8Array | null;
}

/** What a seal adds to the chain of the workspace: SHA-256 over its cells, written as those of a step (see audit/step.ts). */
export function sealHash(workspaceId: string, seal: Seal): Buffer {
  return digest((add) => {
    add("customer-enrichment seal 1");
    add(workspaceId);
    add(String(seal.number));
    add(micros(seal.at));
    add(String(seal.leafCount));
    add(seal.previous);
    add(seal.leaves);
  });
}

/** Seals the leaves that wait, LEAVES_MAX of them at most, the oldest first; null when there are none. What a transaction that
 *  is still open has written waits for the next seal: nothing is skipped. One process at a time: the others wait. */
export async function sealLeaves(
  database: Database,
  workspaceId: string,
  now: number,
): Promise<(Seal & { readonly hash: Buffer }) | null> {
  const work: Parameters<typeof inWorkspace<(Seal & { readonly hash: Buffer }) | null>>[2] = async (tx) => {
    const waiting = await tx.prepared<{ id: string; leaf: string }>(
      "select id, leaf from audit_leaves where workspace_id = :workspaceId order by id limit :most",
      { workspaceId, most: LEAVES_MAX },
    );
    if (waiting.length === 0) return null;
    const [last] = await tx.prepared<{ number: number; hash: Uint8Array }>(
      "select number, hash from audit_seals where workspace_id = :workspaceId order by number desc limit 1",
      { workspaceId },
    );
    const seal: Seal = {
      number: (last?.number ?? 0) + 1,
      at: now,
      leafCount: waiting.length,
      leaves: waiting.map(({ leaf }) => `${leaf}\n`).join(""),
      previous: last?.hash ?? null,
    };
    const hash = sealHash(workspaceId, seal);
    await tx.prepared(
      `with sealed as (
         delete from audit_leaves where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))
       )
       insert into audit_seals (workspace_id, number, at, leaf_count, leaves, previous, hash)
       values (:workspaceId, :number, :at, :leafCount, :leaves, :previous, :hash)`,
      {
        workspaceId,
        ids: waiting.map(({ id }) => id),
        number: seal.number,
        at: new Date(now),
        leafCount: seal.leafCount,
        leaves: seal.leaves,
        previous: seal.previous,
        hash,
      },
    );
    return { ...seal, hash };
  };
  const locks = [advisoryKey("audit seal", workspaceId)];
  return inWorkspace(database, workspaceId, work, { locks, isUpkeep: true });
}
