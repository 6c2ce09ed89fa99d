import { serve, serveAnybody, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { applyEvent } from "./apply-event.ts";
import { chooseBilling, getBilling } from "./billing.ts";
import {
  checkoutOperation,
  getBillingOperation,
  setBillingOperation,
  stripeEventOperation,
} from "./operations-contract.ts";

/** The plan of a workspace, and what is paid for it. */
export function billingOperations({ database, billing, log, clock }: Services): readonly Served[] {
  return [
    serve(getBillingOperation, async ({ caller }) => getBilling(database, caller.workspaceId, billing)),

    serve(setBillingOperation, async ({ body, caller: { workspaceId, actor } }) => {
      return chooseBilling(database, workspaceId, body, billing, { actor, at: clock() });
    }),

    serve(checkoutOperation, async ({ body, caller }) => {
      return { url: await billing.checkout(caller.workspaceId, body.plan) };
    }),

    serveAnybody(stripeEventOperation, async ({ body, request }) => {
      const event = billing.readEvent(Buffer.from(body), request.get("stripe-signature"));
      if (event === null) return { outcome: "ignored" as const };
      const receipt = await applyEvent(database, event, clock());
      log.info(
        { event: event.id, type: event.type, outcome: receipt.outcome },
        "an event of Stripe was taken",
      );
      return receipt;
    }),
  ];
}
