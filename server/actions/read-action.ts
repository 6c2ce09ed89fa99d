import { AppError } from "../app-error.ts";
import type { Actor } from "../audit/events.ts";
import { includesAction } from "../billing/plans-contract.ts";
import { readSubscription, type Subscription } from "../billing/subscriptions.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import type { ActionList, ActionView } from "./contract.ts";
import { ENRICHMENT } from "./revision.ts";

interface Mark {
  readonly at: Date;
  readonly by: Actor;
}

/** The action as it was added to a workspace. */
export interface StoredAction {
  readonly enabled: boolean;
  readonly configurationVersion: number;
  readonly added: Mark;
  /** Null: it never was. */
  readonly activated: Mark | null;
  readonly changed: Mark;
}

interface Row {
  readonly enabled: boolean;
  readonly configuration_version: number;
  readonly added_at: Date;
  readonly added_by_kind: Actor["kind"];
  readonly added_by_id: string;
  readonly activated_at: Date | null;
  readonly activated_by_kind: Actor["kind"] | null;
  readonly activated_by_id: string | null;
  readonly changed_at: Date;
  readonly changed_by_kind: Actor["kind"];
  readonly changed_by_id: string;
}

/** The actions that there are, and how they stand in the workspace. */
export async function listActions(database: Database, workspaceId: string): Promise<ActionList> {
  return inWorkspace(database, workspaceId, async (tx) => {
    return { actions: [viewOf(await readAction(tx), await readSubscription(tx))] };
  });
}

/** Throws `action_not_found`. */
export function checkAction(action: string): void {
  if (action === ENRICHMENT) return;
  throw new AppError(
    "action_not_found",
    `There is no such action: the one there is is called ${ENRICHMENT}.`,
  );
}

/** Null: it is not added. */
export async function readAction(tx: WorkspaceTransaction): Promise<StoredAction | null> {
  const [row] = await tx.prepared<Row>(
    `select enabled, configuration_version, added_at, added_by_kind, added_by_id, activated_at, activated_by_kind,
       activated_by_id, changed_at, changed_by_kind, changed_by_id
     from actions where workspace_id = :workspaceId and action = :action`,
    { workspaceId: tx.workspaceId, action: ENRICHMENT },
  );
  if (row === undefined) return null;
  const { activated_at: at, activated_by_kind: kind, activated_by_id: id } = row;
  return {
    enabled: row.enabled,
    configurationVersion: row.configuration_version,
    added: { at: row.added_at, by: { kind: row.added_by_kind, id: row.added_by_id } },
    activated: at === null || kind === null || id === null ? null : { at, by: { kind, id } },
    changed: { at: row.changed_at, by: { kind: row.changed_by_kind, id: row.changed_by_id } },
  };
}

export function viewOf(stored: StoredAction | null, subscription: Subscription): ActionView {
  const status = statusOf(stored);
  return {
    action: ENRICHMENT,
    title: "Customer Enrichment",
    description:
      "Collects the details of customers while people chat, and keeps them in the Customers database.",
    builtIn: true,
    added: stored !== null,
    status,
    collecting:
      status !== "active" ? "action_inactive" : includesAction(subscription) ? "on" : "not_entitled",
    addedAt: stored?.added.at.toISOString() ?? null,
    addedBy: stored?.added.by ?? null,
    activatedAt: stored?.activated?.at.toISOString() ?? null,
    activatedBy: stored?.activated?.by ?? null,
    changedAt: stored?.changed.at.toISOString() ?? null,
    changedBy: stored?.changed.by ?? null,
    configurationVersion: stored?.configurationVersion ?? null,
  };
}

function statusOf(stored: StoredAction | null): ActionView["status"] {
  if (stored === null) return "available";
  if (stored.activated === null) return "added";
  return stored.enabled ? "active" : "disabled";
}
