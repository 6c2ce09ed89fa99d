import { AppError } from "../app-error.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import type { BillingPlace } from "../billing/provider.ts";
import { includesAction } from "../billing/plans-contract.ts";
import { readSubscription, writeSubscription } from "../billing/subscriptions.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { DEFAULT_CONFIGURATION, type ActionView } from "./contract.ts";
import { checkAction, readAction, viewOf, type StoredAction } from "./read-action.ts";
import { countUpAction, ENRICHMENT } from "./revision.ts";

/** Adds the action, without activating it. Throws `action_not_found` and `action_added`. */
export function addAction(
  database: Database,
  workspaceId: string,
  action: string,
  deed: Deed,
): Promise<ActionView> {
  checkAction(action);
  return changing(database, workspaceId, async (tx) => {
    if ((await readAction(tx)) !== null) {
      throw new AppError("action_added", "The action is added already: activate or enable it.");
    }
    await insertAction(tx, deed);
  });
}

/** Activates the action, once and for all; one that was activated before is enabled. Throws `action_not_found`,
 *  `action_not_added`, and `upgrade_required`. */
export function activateAction(
  database: Database,
  workspaceId: string,
  action: string,
  place: BillingPlace,
  deed: Deed,
): Promise<ActionView> {
  checkAction(action);
  return changing(database, workspaceId, async (tx) => {
    const stored = await addedAction(tx);
    if (stored.activated !== null) return enable(tx, stored, place, deed);
    await checkPlan(tx, place);
    await activate(tx, deed);
  });
}

/** Switches the action on again. Throws as activating does, and `action_not_activated`. */
export function enableAction(
  database: Database,
  workspaceId: string,
  action: string,
  place: BillingPlace,
  deed: Deed,
): Promise<ActionView> {
  checkAction(action);
  return changing(database, workspaceId, async (tx) => {
    const stored = await addedAction(tx);
    if (stored.activated === null) throw notActivated();
    await enable(tx, stored, place, deed);
  });
}

/** Switches the action off; nothing is deleted. Throws `action_not_found`, `action_not_added` and `action_not_activated`. */
export function disableAction(
  database: Database,
  workspaceId: string,
  action: string,
  deed: Deed,
): Promise<ActionView> {
  checkAction(action);
  return changing(database, workspaceId, async (tx) => {
    const stored = await addedAction(tx);
    if (stored.activated === null) throw notActivated();
    if (stored.enabled) await setEnabled(tx, false, deed);
  });
}

/** Puts a workspace of which nobody has decided anything yet on a plan, with the action active. */
export async function startOn(
  database: Database,
  workspaceId: string,
  plan: "professional" | "enterprise",
  deed: Deed,
): Promise<void> {
  await changing(database, workspaceId, async (tx) => {
    const { changed } = await readSubscription(tx);
    if (changed !== null || (await readAction(tx)) !== null) return;
    const wanted = { plan, status: "active", provider: "manual", periodEndsAt: null } as const;
    await writeSubscription(tx, wanted, deed.actor, deed.at);
    await insertAction(tx, deed);
    await activate(tx, deed);
  });
}

/** Runs a change of the action, one at a time in a workspace, and returns what it led to. */
async function changing(
  database: Database,
  workspaceId: string,
  work: (tx: WorkspaceTransaction) => Promise<void>,
): Promise<ActionView> {
  const locks = [advisoryKey("action", workspaceId)];
  return inWorkspace(
    database,
    workspaceId,
    async (tx) => {
      await work(tx);
      return viewOf(await readAction(tx), await readSubscription(tx));
    },
    { locks },
  );
}

async function addedAction(tx: WorkspaceTransaction): Promise<StoredAction> {
  const stored = await readAction(tx);
  if (stored !== null) return stored;
  throw new AppError(
    "action_not_added",
    `Add the action first: POST /v1/actions {"action": "${ENRICHMENT}"}.`,
  );
}

const notActivated = () =>
  new AppError("action_not_activated", "The action was never activated: activate it first (…/activate).");

async function checkPlan(tx: WorkspaceTransaction, { upgradeUrl }: BillingPlace): Promise<void> {
  const { plan, status } = await readSubscription(tx);
  if (includesAction({ plan, status })) return;
  const why =
    plan === "starter"
      ? "the plan Starter does not include it"
      : `the plan is not in good standing (${status.replaceAll("_", " ")})`;
  const message = `Customer Enrichment takes the plan Professional or Enterprise in good standing: ${why}. The owner changes it at upgradeUrl.`;
  throw new AppError("upgrade_required", message, { upgradeUrl });
}

async function enable(
  tx: WorkspaceTransaction,
  stored: StoredAction,
  place: BillingPlace,
  deed: Deed,
): Promise<void> {
  await checkPlan(tx, place);
  if (!stored.enabled) await setEnabled(tx, true, deed);
}

async function insertAction(tx: WorkspaceTransaction, deed: Deed): Promise<void> {
  await tx.prepared(
    `with action as (
       insert into actions (
         workspace_id, action, enabled, configuration_version, added_at, added_by_kind, added_by_id,
         changed_at, changed_by_kind, changed_by_id)
       values (:workspaceId, :action, false, 1, :now, :actorKind, :actorId, :now, :actorKind, :actorId)
       returning action
     )
     insert into action_configurations (workspace_id, action, version, configuration, actor_kind, actor_id, at)
     select :workspaceId, action, 1, cast(:configuration as json), :actorKind, :actorId, :now from action`,
    { ...bindingsOf(tx, deed), configuration: JSON.stringify(DEFAULT_CONFIGURATION) },
  );
  audit(tx, "action.added", deed);
}

async function activate(tx: WorkspaceTransaction, deed: Deed): Promise<void> {
  await tx.prepared(
    `update actions set
       enabled = true, activated_at = :now, activated_by_kind = :actorKind, activated_by_id = :actorId,
       changed_at = :now, changed_by_kind = :actorKind, changed_by_id = :actorId
     where workspace_id = :workspaceId and action = :action`,
    bindingsOf(tx, deed),
  );
  countUpAction(tx);
  audit(tx, "action.activated", deed);
}

async function setEnabled(tx: WorkspaceTransaction, enabled: boolean, deed: Deed): Promise<void> {
  await tx.prepared(
    `update actions set
       enabled = :enabled, changed_at = :now, changed_by_kind = :actorKind, changed_by_id = :actorId
     where workspace_id = :workspaceId and action = :action`,
    { ...bindingsOf(tx, deed), enabled },
  );
  countUpAction(tx);
  audit(tx, enabled ? "action.enabled" : "action.disabled", deed);
}

const bindingsOf = ({ workspaceId }: WorkspaceTransaction, { actor, at }: Deed) => ({
  workspaceId,
  action: ENRICHMENT,
  now: new Date(at),
  actorKind: actor.kind,
  actorId: actor.id,
});

function audit(
  tx: WorkspaceTransaction,
  action: "action.added" | "action.activated" | "action.enabled" | "action.disabled",
  { actor, at }: Deed,
): void {
  writeEvent(tx, { actor, action, subject: { kind: "action", id: ENRICHMENT }, at });
}
