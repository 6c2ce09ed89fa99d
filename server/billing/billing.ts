import { AppError } from "../app-error.ts";
import type { Actor } from "../audit/events.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { BillingChange, BillingView } from "./contract.ts";
import { includesAction, PLANS, PRICES_USD } from "./plans-contract.ts";
import type { BillingProvider } from "./provider.ts";
import { readSubscription, writeSubscription, type Subscription } from "./subscriptions.ts";

/** The workspace's plan, and those there are. */
export async function getBilling(
  database: Database,
  workspaceId: string,
  provider: BillingProvider,
): Promise<BillingView> {
  return viewOf(await inWorkspace(database, workspaceId, readSubscription), provider);
}

/** Puts the workspace on a plan by hand: from its next message on. Throws `billing_by_provider`. `at`: milliseconds. */
export async function chooseBilling(
  database: Database,
  workspaceId: string,
  wanted: BillingChange,
  provider: BillingProvider,
  by: { readonly actor: Actor; readonly at: number },
): Promise<BillingView> {
  if (provider.name !== "manual") {
    const message =
      "The plan of this installation is what is paid at Stripe: POST /v1/billing/checkout makes a link for another one.";
    throw new AppError("billing_by_provider", message);
  }
  return viewOf(await setPlan(database, workspaceId, wanted, by), provider);
}

/** The same without asking whether somebody else decides: an operator's word at the terminal, which holds until the payment
 *  provider, if there is one, tells otherwise. */
export function setPlan(
  database: Database,
  workspaceId: string,
  { plan, status }: BillingChange,
  { actor, at }: { readonly actor: Actor; readonly at: number },
): Promise<Subscription> {
  return inWorkspace(
    database,
    workspaceId,
    async (tx) => {
      const before = await readSubscription(tx);
      const isNew = before.plan !== plan || before.status !== status || before.provider !== "manual";
      if (isNew || before.changed === null) {
        await writeSubscription(tx, { plan, status, provider: "manual", periodEndsAt: null }, actor, at);
      }
      return readSubscription(tx);
    },
    { locks: [advisoryKey("action", workspaceId)] },
  );
}

function viewOf(subscription: Subscription, { name, upgradeUrl }: BillingProvider): BillingView {
  const { plan, status, periodEndsAt, changed } = subscription;
  return {
    plan,
    status,
    includesAction: includesAction(subscription),
    provider: name,
    periodEndsAt: periodEndsAt?.toISOString() ?? null,
    changedAt: changed?.at.toISOString() ?? null,
    changedBy: changed?.by ?? null,
    upgradeUrl,
    plans: PLANS.map((one) => ({
      plan: one,
      priceUsd: PRICES_USD[one],
      includesAction: includesAction({ plan: one, status: "active" }),
      prioritySupport: one === "enterprise",
    })),
  };
}
