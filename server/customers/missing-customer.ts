import { AppError } from "../app-error.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";

/** Why a customer is not there: unknown, or merged into another one, which the error names (`mergedInto`). */
export async function missingCustomer(tx: WorkspaceTransaction, id: string): Promise<AppError> {
  const mergedInto = await survivorOf(tx, id);
  return mergedInto === null
    ? new AppError("customer_not_found", "There is no such customer.")
    : new AppError("customer_merged", "The customer was merged into another one, which mergedInto names.", {
        mergedInto,
      });
}

/** Whom a customer was merged into, or null for one who was not, or is not there. */
export async function survivorOf(tx: WorkspaceTransaction, id: string): Promise<string | null> {
  const [row] = await tx.prepared<{ merged_into: string | null }>(
    "select merged_into from customers where workspace_id = :workspaceId and id = :id",
    { workspaceId: tx.workspaceId, id },
  );
  return row?.merged_into ?? null;
}
