import { AppError } from "../app-error.ts";
import { readSubscription } from "../billing/subscriptions.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import type { ActionView } from "./contract.ts";
import { readAction, viewOf } from "./read-action.ts";

const WHY: Readonly<Record<Exclude<ActionView["collecting"], "on">, string>> = {
  action_inactive: "the action is not active",
  not_entitled: "the plan does not include it, or is not paid",
};

/** Throws `not_collecting` where no details are collected in a conversation: an address that is proved would be one. */
export async function checkCollecting(tx: WorkspaceTransaction, conversationId: string): Promise<void> {
  const { collecting } = viewOf(await readAction(tx), await readSubscription(tx));
  const [row] = await tx.prepared<{ since_activation: boolean }>(
    "select since_activation from conversations where workspace_id = :workspaceId and id = :conversationId",
    { workspaceId: tx.workspaceId, conversationId },
  );
  const isEarlier = row?.since_activation === false;
  if (collecting === "on" && !isEarlier) return;
  const why = collecting === "on" ? "it began before the action was activated" : WHY[collecting];
  throw new AppError("not_collecting", `No details are collected in this conversation: ${why}.`);
}
