import { Command } from "commander";
import { getBilling, setPlan } from "../billing/billing.ts";
import { BillingChange } from "../billing/contract.ts";
import { PLANS, PAYMENT_STATUSES } from "../billing/plans-contract.ts";
import { configuredBilling } from "./configured-billing.ts";
import { Refusal } from "./refusal.ts";
import { readSettings } from "./settings.ts";
import { operator, withStore } from "./with-store.ts";
import { workspaceOption, type InWorkspaceOptions } from "./workspace-option.ts";

export function billingCommand(): Command {
  return new Command("billing")
    .summary("the plan of the workspace")
    .addCommand(
      new Command("show")
        .summary("the plan, how its payment stands, and the plans there are")
        .addOption(workspaceOption())
        .action(({ workspace }: InWorkspaceOptions) => show(workspace)),
    )
    .addCommand(
      new Command("set")
        .summary("put the workspace on a plan, from its next message on")
        .description("With Stripe, this holds until Stripe tells something else of the workspace.")
        .argument("<plan>", PLANS.join(", "))
        .option("--status <status>", `how the payment stands: ${PAYMENT_STATUSES.join(", ")}`, "active")
        .addOption(workspaceOption())
        .action(set),
    );
}

async function show(workspace: string | undefined): Promise<void> {
  const billing = await configuredBilling(readSettings());
  await withStore(workspace, async ({ database }, workspaceId) => {
    const { plan, status, includesAction, periodEndsAt, plans } = await getBilling(
      database,
      workspaceId,
      billing,
    );
    console.log(`plan ${plan}, ${status}${periodEndsAt === null ? "" : `, paid until ${periodEndsAt}`}`);
    console.log(`  Customer Enrichment ${includesAction ? "collects" : "does not collect"} on it`);
    for (const one of plans) {
      const support = one.prioritySupport ? ", priority support" : "";
      const what = one.includesAction ? "with Customer Enrichment" : "without Customer Enrichment";
      console.log(`  ${one.plan.padEnd(12)} $${one.priceUsd} a month, ${what}${support}`);
    }
  });
}

async function set(
  plan: string,
  { status, workspace }: InWorkspaceOptions & { readonly status: string },
): Promise<void> {
  const wanted = BillingChange.safeParse({ plan, status });
  if (!wanted.success) {
    throw new Refusal([
      `A plan is one of ${PLANS.join(", ")}; --status is one of ${PAYMENT_STATUSES.join(", ")}.`,
    ]);
  }
  await withStore(workspace, async ({ database }, workspaceId) => {
    await setPlan(database, workspaceId, wanted.data, { actor: operator(), at: Date.now() });
  });
  await show(workspace);
}
