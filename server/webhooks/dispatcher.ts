import type { Log } from "../log.ts";
import type { PostOptions } from "../outgoing/post.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { readEndpoints } from "./endpoint-rows.ts";
import { takeListening } from "./listening.ts";
import { purgeEvents } from "./purge.ts";
import { sendDue } from "./send-due.ts";

const LOOK_EVERY_MS = 1_000;
// Where another process has made the first endpoint, its deliveries are seen by this one within this time.
const LOOK_WHERE_NOBODY_LISTENS_MS = 15_000;
const PURGE_EVERY_MS = 60 * 60 * 1000;
const ENDPOINTS_AT_ONCE = 50; // each holds a request or two, and a connection of the database at times

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

/** Makes the deliveries that are due, in the background, until it is closed. An endpoint that is slow keeps no other one waiting.
 *  Several processes share the deliveries: each is claimed by one at a time, and by another one when that one dies. At least
 *  once: a process that dies between the answer and its note has the delivery made again, under the same webhook-id. */
export function startDispatcher(
  store: Store,
  log: Log,
  { workspaceIds, outgoing, clock, everyMs = LOOK_EVERY_MS }: DispatcherOptions,
): Dispatcher {
  const lookAgain = new Map<string, number>();
  const purgeAgain = new Map<string, number>();
  const sending = new Map<string, Promise<void>>(); // by endpoint
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const means = { store, log, outgoing, clock, isClosed: () => isClosed };

  async function look(workspaceId: string): Promise<void> {
    const endpoints = await inSealedWorkspace(store, workspaceId, readEndpoints);
    lookAgain.set(workspaceId, clock() + (endpoints.length > 0 ? 0 : LOOK_WHERE_NOBODY_LISTENS_MS));
    for (const { id } of endpoints) {
      if (isClosed || sending.has(id) || sending.size >= ENDPOINTS_AT_ONCE) continue;
      const sent = sendDue(means, workspaceId, id)
        .catch((error: unknown) =>
          log.error(
            { err: error, workspaceId, webhookId: id },
            "a webhook's deliveries failed: they are tried again",
          ),
        )
        .finally(() => sending.delete(id));
      sending.set(id, sent);
    }
    if ((purgeAgain.get(workspaceId) ?? 0) > clock()) return;
    purgeAgain.set(workspaceId, clock() + PURGE_EVERY_MS);
    await purgeEvents(store.database, workspaceId, clock());
  }

  async function lookEverywhere(): Promise<void> {
    for (const workspaceId of takeListening(store.database)) lookAgain.delete(workspaceId);
    for (const workspaceId of await workspaceIds()) {
      if (isClosed) return;
      if ((lookAgain.get(workspaceId) ?? 0) > clock()) continue;
      await look(workspaceId).catch((error: unknown) =>
        log.error({ err: error, workspaceId }, "webhooks could not be looked for; they are later"),
      );
    }
  }

  let looking: Promise<void> = Promise.resolve();
  function next(): void {
    timer = setTimeout(() => {
      looking = lookEverywhere()
        .catch((error: unknown) => log.error({ err: error }, "the workspaces with webhooks were not listed"))
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
      await Promise.all(sending.values());
    },
  };
}
