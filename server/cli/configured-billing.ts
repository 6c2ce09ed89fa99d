import { manualBilling, type BillingProvider } from "../billing/provider.ts";
import type { Environment } from "../environment.ts";
import { Refusal } from "./refusal.ts";

/** Who takes the money for plans, as the settings say: nobody, or Stripe. Throws a Refusal where Stripe is set by half: events that
 *  nobody can check must not decide what is paid. */
export async function configuredBilling(environment: Environment): Promise<BillingProvider> {
  const {
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_PRICES: prices,
    UPGRADE_URL: upgradeUrl,
  } = environment;
  if (secretKey === undefined && webhookSecret === undefined && prices === undefined) {
    return manualBilling(upgradeUrl);
  }
  if (
    secretKey === undefined ||
    webhookSecret === undefined ||
    prices === undefined ||
    upgradeUrl === undefined
  ) {
    throw new Refusal([
      "For Stripe, set all of STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_PRICES and UPGRADE_URL; or none of the",
      "first three, and plans are chosen by hand. See docs/action.md.",
    ]);
  }
  // Most installations have none, and its client is large.
  const { stripeBilling } = await import("../billing/stripe.ts");
  return stripeBilling({ secretKey, webhookSecret, prices, upgradeUrl });
}
