import { z } from "zod";
import { ActorView } from "../audit/contract.ts";
import { Plan, PaymentStatus } from "./plans-contract.ts";

/** The answer of GET /v1/billing. */
export const BillingView = z.object({
  plan: Plan,
  /** How the payment stands; only "active" is in good standing. */
  status: PaymentStatus,
  /** Whether Customer Enrichment collects on this plan as it stands. */
  includesAction: z.boolean(),
  /** "manual": the owner chooses the plan here. "stripe": Stripe tells which one is paid. */
  provider: z.enum(["manual", "stripe"]),
  /** Until when it is paid, where the provider says so. */
  periodEndsAt: z.iso.datetime().nullable(),
  changedAt: z.iso.datetime().nullable(),
  changedBy: ActorView.nullable(),
  /** Where the plan is changed. */
  upgradeUrl: z.string(),
  plans: z.array(
    z.object({
      plan: Plan,
      /** US dollars a month; customers cost nothing and have no limit. */
      priceUsd: z.int(),
      includesAction: z.boolean(),
      prioritySupport: z.boolean(),
    }),
  ),
});
export type BillingView = z.infer<typeof BillingView>;

/** The body of PUT /v1/billing. */
export const BillingChange = z.strictObject({ plan: Plan, status: PaymentStatus.default("active") });
export type BillingChange = z.output<typeof BillingChange>;

/** The body of POST /v1/billing/checkout. */
export const CheckoutRequest = z.strictObject({ plan: Plan });

export const CheckoutView = z.object({ url: z.url() });

/** What the payment provider is answered. */
export const EventReceipt = z.object({
  /** "applied": the subscription follows from it now; "known": it came before; "ignored": it is about nothing here. */
  outcome: z.enum(["applied", "known", "ignored"]),
});
export type EventReceipt = z.infer<typeof EventReceipt>;
