import { z } from "zod";

export const PLANS = ["starter", "professional", "enterprise"] as const;
export const Plan = z.enum(PLANS);
export type Plan = z.infer<typeof Plan>;

/** How the payment stands. Only "active" is in good standing. */
export const PAYMENT_STATUSES = ["active", "past_due", "unpaid", "cancelled"] as const;
export const PaymentStatus = z.enum(PAYMENT_STATUSES);
export type PaymentStatus = z.infer<typeof PaymentStatus>;

/** US dollars a month. There is no fee and no limit by customers. */
export const PRICES_USD: Readonly<Record<Plan, number>> = { starter: 9, professional: 19, enterprise: 49 };

/** Whether Customer Enrichment collects on such a plan. */
export function includesAction({
  plan,
  status,
}: {
  readonly plan: Plan;
  readonly status: PaymentStatus;
}): boolean {
  return plan !== "starter" && status === "active";
}
