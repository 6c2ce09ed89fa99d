import type { Stripe } from "stripe";
import type { Told, ToldEvent } from "./fold-events.ts";
import { PLANS, type Plan, type PaymentStatus } from "./plans-contract.ts";

/** What an event of Stripe tells of a workspace's subscription; null for events that tell nothing of one. */
export function toldBy(event: Stripe.Event, prices: Readonly<Record<Plan, string>>): ToldEvent | null {
  const common = { id: event.id, type: event.type, createdAt: event.created * 1_000 };
  switch (event.type) {
    case "checkout.session.completed":
      // The subscription's own event tells what was bought.
      return { ...common, workspaceId: event.data.object.client_reference_id, told: null };
    case "customer.subscription.created":
    case "customer.subscription.updated":
    case "customer.subscription.deleted": {
      const { object } = event.data;
      return { ...common, workspaceId: workspaceIn(object.metadata), told: subscriptionTold(object, prices) };
    }
    case "invoice.paid":
      return invoiceTold(common, event.data.object, "active");
    case "invoice.payment_failed":
      return invoiceTold(common, event.data.object, "past_due");
    default:
      return null;
  }
}

function subscriptionTold(subscription: Stripe.Subscription, prices: Readonly<Record<Plan, string>>): Told {
  const [item] = subscription.items.data;
  // A price that is none of ours includes nothing of ours.
  const plan = PLANS.find((one) => prices[one] === item?.price.id) ?? "starter";
  return {
    subscription: subscription.id,
    terms: { madeAt: subscription.created, plan, periodEndsAt: item?.current_period_end ?? null },
    status: statusOf(subscription.status),
  };
}

function statusOf(status: Stripe.Subscription["status"]): PaymentStatus {
  switch (status) {
    case "active":
    case "trialing":
      return "active";
    case "past_due":
      return "past_due";
    case "canceled":
    case "incomplete_expired":
      return "cancelled";
    default:
      return "unpaid"; // incomplete, paused, unpaid, and whatever comes to be: nothing was paid that we know of
  }
}

function invoiceTold(
  common: Pick<ToldEvent, "id" | "type" | "createdAt">,
  { parent }: Stripe.Invoice,
  status: PaymentStatus,
): ToldEvent | null {
  const details = parent?.subscription_details ?? null;
  if (details === null) return null; // of something else than a subscription
  const { subscription, metadata } = details;
  const id = typeof subscription === "string" ? subscription : subscription.id;
  return { ...common, workspaceId: workspaceIn(metadata), told: { subscription: id, terms: null, status } };
}

const workspaceIn = (metadata: Stripe.Metadata | null): string | null => metadata?.["workspace_id"] ?? null;
