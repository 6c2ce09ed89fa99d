import type { Log } from "../log.ts";
import type { PostOptions } from "../outgoing/post.ts";
import type { Store } from "../privacy/store.ts";
import { claimDue, type Claimed } from "./claim.ts";
import { deliver } from "./deliver.ts";
import { putBack, settleDelivery } from "./settle-delivery.ts";

const SPARE_MS = 15_000; // what is left of a claim when an attempt begins: longer than an attempt

interface Means {
  readonly store: Store;
  readonly log: Log;
  readonly outgoing: PostOptions;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly isClosed: () => boolean;
}

/** Makes the deliveries to an endpoint that are due, until none is. */
export async function sendDue(means: Means, workspaceId: string, endpointId: string): Promise<void> {
  while (!means.isClosed()) {
    const claimed = await claimDue(means.store, workspaceId, endpointId, means.clock());
    if (claimed.length === 0) return;
    await Promise.all(inLines(claimed).map((line) => sendLine(means, workspaceId, line)));
  }
}

function inLines(claimed: readonly Claimed[]): readonly (readonly Claimed[])[] {
  const lines = new Map<string, Claimed[]>();
  for (const one of claimed) lines.set(one.line, [...(lines.get(one.line) ?? []), one]);
  return [...lines.values()];
}

/** One after the other; behind one that failed the rest waits, so that what is told of a customer keeps its order as far as it
 *  can. */
async function sendLine(
  { store, log, outgoing, clock }: Means,
  workspaceId: string,
  line: readonly Claimed[],
): Promise<void> {
  let heldUntil: number | null = null;
  for (const delivery of line) {
    const begun = clock();
    if (heldUntil !== null || begun > delivery.until - SPARE_MS) {
      await putBack(store, workspaceId, delivery, (heldUntil ?? begun) + 1);
      continue;
    }
    const outcome = await deliver(workspaceId, delivery, begun, outgoing);
    const settled = await settleDelivery(store, workspaceId, delivery, outcome, clock(), Math.random());
    if (settled.status === "waiting") heldUntil = settled.nextAt;
    const { eventId, type, attempts, endpoint } = delivery;
    const { status } = settled;
    log.info(
      { workspaceId, webhookId: endpoint.id, eventId, type, attempts, outcome, status },
      "webhook sent",
    );
  }
}
