/** Events in the shapes that Stripe sends with the API version that the program is pinned to, cut down to what is around what it
 *  reads. */
const SOON = 30 * 24 * 60 * 60;

interface About {
  readonly id: string;
  readonly created: number;
  readonly workspaceId: string;
}

const event = ({ id, created }: About, type: string, object: object) => ({
  id,
  object: "event",
  api_version: "2026-10-28.endive",
  created,
  livemode: false,
  pending_webhooks: 1,
  request: { id: null, idempotency_key: null },
  type,
  data: { object },
});

export function subscriptionEvent(
  about: About,
  what: "created" | "updated" | "deleted",
  subscription: {
    readonly status: string;
    readonly price: string;
    readonly id?: string;
    readonly made: number;
  },
) {
  return event(about, `customer.subscription.${what}`, {
    id: subscription.id ?? "sub_1RkMike",
    object: "subscription",
    created: subscription.made,
    currency: "usd",
    customer: "cus_Mike",
    cancel_at_period_end: false,
    collection_method: "charge_automatically",
    items: {
      object: "list",
      has_more: false,
      url: "/v1/subscription_items",
      data: [
        {
          id: "si_1",
          object: "subscription_item",
          current_period_start: about.created,
          current_period_end: subscription.made + SOON,
          price: {
            id: subscription.price,
            object: "price",
            currency: "usd",
            type: "recurring",
            unit_amount: 1900,
          },
          quantity: 1,
        },
      ],
    },
    livemode: false,
    metadata: { workspace_id: about.workspaceId },
    status: subscription.status,
  });
}

export function invoiceEvent(about: About, went: "paid" | "payment_failed", subscription = "sub_1RkMike") {
  return event(about, `invoice.${went}`, {
    id: "in_1",
    object: "invoice",
    amount_due: 1900,
    amount_paid: went === "paid" ? 1900 : 0,
    attempt_count: 1,
    billing_reason: "subscription_cycle",
    currency: "usd",
    customer: "cus_Mike",
    lines: { object: "list", data: [], has_more: false, url: "/v1/invoices/in_1/lines" },
    parent: {
      type: "subscription_details",
      quote_details: null,
      subscription_details: { metadata: { workspace_id: about.workspaceId }, subscription },
    },
    status: went === "paid" ? "paid" : "open",
  });
}

export function checkoutCompleted(about: About) {
  return event(about, "checkout.session.completed", {
    id: "cs_test_1",
    object: "checkout.session",
    client_reference_id: about.workspaceId,
    customer: "cus_Mike",
    metadata: { workspace_id: about.workspaceId },
    mode: "subscription",
    payment_status: "paid",
    status: "complete",
    subscription: "sub_1RkMike",
    url: null,
  });
}
