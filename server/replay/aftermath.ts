import type { Turn } from "../../engine/turn.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { PROOFS } from "../turn/said.ts";
import { sameValue } from "./replay-message.ts";

/** What turns do to rows of the turns before them: claims that are taken back, and refusals, which keep their latest time. */
export interface Aftermath {
  /** `at`: milliseconds since the epoch. */
  add(turn: Turn, at: number): void;
  /** Names what stands otherwise in the database. */
  differences(tx: WorkspaceTransaction, conversationId: string): Promise<readonly string[]>;
}

const isDenied = ({ denied }: { readonly denied: boolean }) => denied;

export function createAftermath(): Aftermath {
  const claims: { readonly field: FieldKey; readonly value: string; denied: boolean }[] = [];
  const refusals = new Map<FieldKey, number>();
  return {
    add({ collected, denied, refused }, at) {
      for (const claim of claims) {
        if (denied.some(({ field, value }) => field === claim.field && value === claim.value))
          claim.denied = true;
      }
      claims.push(...collected.map(({ field, value }) => ({ field, value, denied: false })));
      for (const field of refused) refusals.set(field, at);
    },
    async differences(tx, conversationId) {
      const bindings = { workspaceId: tx.workspaceId, conversationId };
      const denials = await tx.prepared<{ denied: boolean }>(
        `select denied from claims
         where workspace_id = :workspaceId and conversation_id = :conversationId and extractor <> all(cast(:proofs as text[]))
         order by seq`,
        { ...bindings, proofs: PROOFS },
      );
      const refused = await tx.prepared<{ field: string; at: Date }>(
        `select field, at from refusals where workspace_id = :workspaceId and conversation_id = :conversationId`,
        bindings,
      );
      const stored = Object.fromEntries(refused.map(({ field, at }) => [field, at.getTime()]));
      return [
        ...(sameValue(claims.map(isDenied), denials.map(isDenied)) ? [] : ["which claims were taken back"]),
        ...(sameValue(Object.fromEntries(refusals), stored) ? [] : ["refusals"]),
      ];
    },
  };
}
