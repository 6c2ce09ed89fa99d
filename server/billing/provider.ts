import { AppError } from "../app-error.ts";
import type { Plan } from "./plans-contract.ts";
import type { ToldEvent } from "./fold-events.ts";
import type { ProviderName } from "./subscriptions.ts";

/** Where a plan is changed, for whom the one it has is not enough. */
export interface BillingPlace {
  readonly upgradeUrl: string;
}

/** Whoever takes the money for plans, or nobody. */
export interface BillingProvider extends BillingPlace {
  readonly name: ProviderName;
  /** An address at which the owner pays for a plan. Throws `billing_by_hand`, and `billing_unavailable`. */
  checkout(workspaceId: string, plan: Plan): Promise<string>;
  /** What a signed event tells; null: nothing of ours. Throws `billing_by_hand`, and `signature_invalid`. */
  readEvent(body: Uint8Array, signature: string | undefined): ToldEvent | null;
}

/** Plans are chosen by hand, by the owner or an operator: for who hosts the program themselves. */
export function manualBilling(upgradeUrl = "/v1/billing"): BillingProvider {
  return {
    name: "manual",
    upgradeUrl,
    async checkout() {
      throw byHand();
    },
    readEvent() {
      throw byHand();
    },
  };
}

const byHand = () =>
  new AppError(
    "billing_by_hand",
    "No payment provider is set on this installation: the owner chooses the plan with PUT /v1/billing.",
  );
