import type { WorkspaceTransaction } from "../database/in-workspace.ts";

/** The one action there is. */
export const ENRICHMENT = "customer_enrichment";

/** The revision of the action, 0 where it is not added: what statements of the hot path compare with what they were made from. */
export const actionRevision = `coalesce((
  select revision from actions where workspace_id = :workspaceId and action = '${ENRICHMENT}'), 0)`;

/** Makes the next turn of every process read anew what is in force. To be called with every change of it. */
export function countUpAction(tx: WorkspaceTransaction): void {
  tx.later(
    "update actions set revision = revision + 1 where workspace_id = :workspaceId and action = :action",
    {
      workspaceId: tx.workspaceId,
      action: ENRICHMENT,
    },
  );
}
