import { Stripe } from "stripe";
import { AppError } from "../app-error.ts";
import type { ToldEvent } from "./fold-events.ts";
import type { Plan } from "./plans-contract.ts";
import type { BillingProvider } from "./provider.ts";
import { toldBy } from "./stripe-events.ts";

// The shapes of events and answers are those of this version, whatever the account's own is: the webhook endpoint is to be made with it.
export const STRIPE_API_VERSION = "2026-10-28.endive";

const TOLERANCE_S = 300; // Stripe's own: an event that was signed earlier may be somebody's who recorded it
const TIMEOUT_MS = 10_000;

export interface StripeSettings {
  readonly secretKey: string;
  /** Signs the events. */
  readonly webhookSecret: string;
  /** The price of each plan, by its id at Stripe. */
  readonly prices: Readonly<Record<Plan, string>>;
  /** Where the owner changes the plan, and lands after paying, or not. */
  readonly upgradeUrl: string;
  /** Another address than Stripe's own, for tests. */
  readonly api?: { readonly host: string; readonly port: number; readonly protocol: "http" | "https" };
}

/** Plans are paid at Stripe: a checkout link, and events that tell what came of it. Throws where a secret is empty: without one
 *  anybody could sign. */
export function stripeBilling({
  secretKey,
  webhookSecret,
  prices,
  upgradeUrl,
  api,
}: StripeSettings): BillingProvider {
  if (secretKey.trim() === "" || webhookSecret.trim() === "")
    throw new Error("a secret of Stripe's is empty");
  const stripe = new Stripe(secretKey, {
    apiVersion: STRIPE_API_VERSION,
    timeout: TIMEOUT_MS,
    maxNetworkRetries: 1,
    telemetry: false,
    ...api,
  });
  return {
    name: "stripe",
    upgradeUrl,

    async checkout(workspaceId, plan) {
      const metadata = { workspace_id: workspaceId };
      try {
        const session = await stripe.checkout.sessions.create({
          mode: "subscription",
          line_items: [{ price: prices[plan], quantity: 1 }],
          client_reference_id: workspaceId,
          metadata,
          subscription_data: { metadata }, // which the subscription's own events and its invoices' repeat
          success_url: upgradeUrl,
          cancel_url: upgradeUrl,
        });
        if (session.url === null) throw new Error("a checkout session without an address");
        return session.url;
      } catch (cause) {
        const message = "Stripe does not answer, or refuses: try again, and look at the log if it stays so.";
        throw new AppError("billing_unavailable", message, { cause });
      }
    },

    readEvent(body, signature): ToldEvent | null {
      let event: Stripe.Event;
      try {
        event = stripe.webhooks.constructEvent(
          Buffer.from(body),
          signature ?? "",
          webhookSecret,
          TOLERANCE_S,
        );
      } catch (cause) {
        const message =
          "The event is not signed with the webhook's secret, or was signed more than five minutes ago.";
        throw new AppError("signature_invalid", message, { cause });
      }
      return toldBy(event, prices);
    },
  };
}
