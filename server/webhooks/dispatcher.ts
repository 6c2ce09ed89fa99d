import type { Log } from "../log.ts";
import type { PostOptions } from "../outgoing/post.ts";
import type { Store } from "../privacy/store.ts";
import { claimDue, type Claimed } from "./claim.ts";
import { deliver } from "./deliver.ts";
import { takeListening } from "./listening.ts";
import { purgeEvents } from "./purge.ts";
import { putBack, settleDelivery } from "./settle-delivery.ts";

const LOOK_EVERY_MS = 1_000;
// Where another process has made the first endpoint, its deliveries are seen by this one within this time.
const LOOK_WHERE_NOBODY_LISTENS_MS = 15_000;
const PURGE_EVERY_MS = 60 * 60 * 1000;
const SPARE_MS = 15_000; // what is left of a claim when an attempt begins: longer than an attempt

export interface Dispatcher {
  /** Ends it, when the attempts under way are over. */
  close(): Promise<void>;
}

export interface DispatcherOptions {
  /** The workspaces whose deliveries are made, asked anew each time. */
  readonly workspaceIds: () => Promise<readonly string[]>;
  readonly outgoing: PostOptions;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly everyMs?: number;
}

/** Makes the deliveries that are due, in the background, until it is closed. Several processes share them: each is claimed by one
 *  at a time, and by another one when that one dies. At least once: a process that dies between the answer and its note
 *  has the delivery made again, under the same webhook-id. */
export function startDispatcher(
  store: Store,
  log: Log,
  { workspaceIds, outgoing, clock, everyMs = LOOK_EVERY_MS }: DispatcherOptions,
): Dispatcher {
  const lookAgain = new Map<string, number>();
  const purgeAgain = new Map<string, number>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function look(workspaceId: string): Promise<void> {
    for (;;) {
      if (isClosed) return;
      const { claimed, isListening } = await claimDue(store, workspaceId, clock());
      lookAgain.set(workspaceId, clock() + (isListening ? 0 : LOOK_WHERE_NOBODY_LISTENS_MS));
      if (claimed.length === 0) break;
      const lines = inLines(claimed);
      await Promise.all(lines.map((line) => sendLine(store, workspaceId, line, { outgoing, clock, log })));
    }
    if ((purgeAgain.get(workspaceId) ?? 0) > clock()) return;
    purgeAgain.set(workspaceId, clock() + PURGE_EVERY_MS);
    await purgeEvents(store.database, workspaceId, clock());
  }

  async function lookEverywhere(): Promise<void> {
    for (const workspaceId of takeListening(store.database)) lookAgain.delete(workspaceId);
    for (const workspaceId of await workspaceIds()) {
      if ((lookAgain.get(workspaceId) ?? 0) > clock()) continue;
      await look(workspaceId).catch((error: unknown) =>
        log.error({ err: error, workspaceId }, "webhooks could not be sent; they are tried again"),
      );
    }
  }

  let looking: Promise<void> = Promise.resolve();
  function next(): void {
    timer = setTimeout(() => {
      looking = lookEverywhere()
        .catch((error: unknown) => log.error({ err: error }, "webhooks could not be looked for"))
        .finally(() => {
          if (!isClosed) next();
        });
    }, everyMs);
    timer.unref();
  }
  next();
  return {
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await looking;
    },
  };
}

function inLines(claimed: readonly Claimed[]): readonly (readonly Claimed[])[] {
  const lines = new Map<string, Claimed[]>();
  for (const one of claimed) lines.set(one.line, [...(lines.get(one.line) ?? []), one]);
  return [...lines.values()];
}

interface Means {
  readonly outgoing: PostOptions;
  readonly clock: () => number;
  readonly log: Log;
}

/** One after the other; behind one that failed the rest waits, so that what is told of a customer keeps its order as far as it
 *  can. */
async function sendLine(
  store: Store,
  workspaceId: string,
  line: readonly Claimed[],
  { outgoing, clock, log }: Means,
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
    const { status } = settled;
    const { eventId, type, attempts, endpoint } = delivery;
    log.info(
      { workspaceId, webhookId: endpoint.id, eventId, type, attempts, outcome, status },
      "webhook sent",
    );
  }
}
