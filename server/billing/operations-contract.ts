import { operation } from "../http/operation-contract.ts";
import { BillingChange, BillingView, CheckoutRequest, CheckoutView, EventReceipt } from "./contract.ts";

const group = "Billing";

const EVENT_BYTES_MAX = 256 * 1024; // Stripe's largest are some 50 kB

export const getBillingOperation = operation({
  id: "getBilling",
  method: "get",
  path: "/v1/billing",
  title: "The plan of the workspace, how its payment stands, and the plans there are",
  group,
  answer: BillingView,
});

export const setBillingOperation = operation({
  id: "setBilling",
  method: "put",
  path: "/v1/billing",
  title: "Choose the plan, where no payment provider is set",
  about: "It counts from the next message on. With Stripe, what is paid there counts, and this is refused.",
  group,
  body: BillingChange,
  problems: ["billing_by_provider"],
  answer: BillingView,
});

export const checkoutOperation = operation({
  id: "createCheckout",
  method: "post",
  path: "/v1/billing/checkout",
  title: "Make a link at which the owner pays for a plan",
  group,
  body: CheckoutRequest,
  status: 201,
  problems: ["billing_by_hand", "billing_unavailable"],
  answer: CheckoutView,
});

export const stripeEventOperation = operation({
  id: "receiveStripeEvent",
  method: "post",
  path: "/webhooks/stripe",
  title: "Take an event of Stripe, signed in the header Stripe-Signature",
  about: "The same event again changes nothing, and events may come in any order.",
  group,
  body: {
    mediaType: "application/json",
    about: "The event, byte for byte as Stripe signed it.",
    bytesMax: EVENT_BYTES_MAX,
  },
  problems: ["invalid_request", "signature_invalid", "billing_by_hand"],
  answer: EventReceipt,
});
