import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import type { Claimed } from "./claim.ts";
import { retireEndpoint } from "./endpoints.ts";
import { delayAfter } from "./schedule.ts";

/** What came of an attempt: the status of the answer, or in a word why there was none. */
export type Outcome = number | string;

/** Where an attempt leaves its delivery. */
export type Settled =
  { readonly status: "delivered" | "dead" } | { readonly status: "waiting"; readonly nextAt: number };

/** Notes what came of a delivery, unless its claim has expired and another process has it by now. `now`: milliseconds; `chance`:
 *  from 0 to 1. */
export async function settleDelivery(
  store: Store,
  workspaceId: string,
  delivery: Claimed,
  outcome: Outcome,
  now: number,
  chance: number,
): Promise<Settled> {
  const settled = settledBy(outcome, delivery.attempts, now, chance);
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    tx.later(settle, {
      ...keyOf(workspaceId, delivery),
      status: settled.status,
      outcome: String(outcome),
      nextAt: settled.status === "waiting" ? new Date(settled.nextAt) : null,
    });
    if (outcome === GONE) await retireEndpoint(tx, delivery.endpoint.id, now);
  });
  return settled;
}

function settledBy(outcome: Outcome, attempts: number, now: number, chance: number): Settled {
  if (typeof outcome === "number" && outcome >= 200 && outcome < 300) return { status: "delivered" };
  const delay = delayAfter(attempts, chance);
  if (delay === null || FINAL.includes(outcome)) return { status: "dead" };
  return { status: "waiting", nextAt: now + delay };
}

const GONE = 410;
/** Outcomes after which trying again is of no use; two are the states of an endpoint that is told nothing. */
const FINAL: readonly Outcome[] = [GONE, "disabled", "gone"];

/** Gives a claimed delivery back untried: one before it in its line has failed. It follows that one. */
export async function putBack(
  store: Store,
  workspaceId: string,
  delivery: Claimed,
  nextAt: number,
): Promise<void> {
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    tx.later(unclaim, { ...keyOf(workspaceId, delivery), nextAt: new Date(nextAt) });
  });
}

const keyOf = (workspaceId: string, { eventId, endpoint, attempts }: Claimed) => ({
  workspaceId,
  eventId,
  endpointId: endpoint.id,
  attempts,
});

// The number of attempts is the claim: whoever claims it later counts it up.
const settle = `
  update webhook_deliveries set status = :status, next_at = cast(:nextAt as timestamptz), last_outcome = :outcome
  where workspace_id = :workspaceId and event_id = :eventId and endpoint_id = :endpointId
    and attempts = :attempts and status = 'waiting'`;

const unclaim = `
  update webhook_deliveries set attempts = attempts - 1, next_at = :nextAt
  where workspace_id = :workspaceId and event_id = :eventId and endpoint_id = :endpointId
    and attempts = :attempts and status = 'waiting'`;
