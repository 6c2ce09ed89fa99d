import { Command } from "commander";
import { activateAction, addAction, disableAction, enableAction } from "../actions/changes.ts";
import type { ActionView } from "../actions/contract.ts";
import { listActions } from "../actions/read-action.ts";
import { ENRICHMENT } from "../actions/revision.ts";
import type { Store } from "../privacy/store.ts";
import { configuredBilling } from "./configured-billing.ts";
import { Refusal } from "./refusal.ts";
import { readSettings } from "./settings.ts";
import { operator, withStore } from "./with-store.ts";
import { workspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

export function actionCommand(): Command {
  return new Command("action")
    .summary("Customer Enrichment in the workspace: whether details are collected")
    .addCommand(
      new Command("status")
        .summary("whether details are collected, since when, and who changed it last")
        .addOption(workspaceOption())
        .action(({ workspace }: InWorkspaceOptions) =>
          withStore(workspace, async (store, workspaceId) => print(await viewOf(store, workspaceId))),
        ),
    )
    .addCommand(
      new Command("enable")
        .summary("collect details from the next message on; adds and activates the action where it never was")
        .addOption(workspaceOption())
        .action(({ workspace }: InWorkspaceOptions) => withStore(workspace, enable)),
    )
    .addCommand(
      new Command("disable")
        .summary("collect and ask nothing from the next message on; nothing is deleted")
        .addOption(workspaceOption())
        .action(({ workspace }: InWorkspaceOptions) => withStore(workspace, disable)),
    );
}

async function viewOf({ database }: Store, workspaceId: string): Promise<ActionView> {
  const [action] = (await listActions(database, workspaceId)).actions;
  if (action === undefined) throw new Error("there is no action");
  return action;
}

async function enable(store: Store, workspaceId: string): Promise<void> {
  const { database } = store;
  const deed = { actor: operator(), at: Date.now() };
  const billing = await configuredBilling(readSettings());
  const { added, activatedAt } = await viewOf(store, workspaceId);
  if (!added) await addAction(database, workspaceId, ENRICHMENT, deed);
  const switchOn = activatedAt === null ? activateAction : enableAction;
  print(await switchOn(database, workspaceId, ENRICHMENT, billing, deed));
}

async function disable(store: Store, workspaceId: string): Promise<void> {
  if ((await viewOf(store, workspaceId)).activatedAt === null) {
    throw new Refusal(["The action was never activated: there is nothing to switch off."], 1);
  }
  const deed = { actor: operator(), at: Date.now() };
  print(await disableAction(store.database, workspaceId, ENRICHMENT, deed));
}

const COLLECTING: Readonly<Record<ActionView["collecting"], string>> = {
  on: "details are collected, in conversations that began since the activation",
  action_inactive: "nothing is collected: the action is not active",
  not_entitled: "nothing is collected: the plan does not include it, or is not paid (enrich billing show)",
};

function print({
  action,
  status,
  collecting,
  activatedAt,
  activatedBy,
  changedAt,
  changedBy,
}: ActionView): void {
  console.log(`${action}: ${status}`);
  console.log(`  ${COLLECTING[collecting]}`);
  if (activatedBy !== null)
    console.log(`  activated ${activatedAt} by ${activatedBy.kind} ${activatedBy.id}`);
  if (changedBy !== null) console.log(`  changed   ${changedAt} by ${changedBy.kind} ${changedBy.id}`);
}
