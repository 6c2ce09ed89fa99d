import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../log.ts";
import { OutgoingRefused } from "../outgoing/outgoing-refused.ts";
import { post, type PostOptions } from "../outgoing/post.ts";
import { newRowId } from "../uuid.ts";
import { signedHeaders } from "../webhooks/sign.ts";

const WAITING_MAX = 1_000; // half an hour of a busy workspace; each root vouches for all before it, so the oldest may go
const DELAYS_MS: readonly number[] = [1_000, 5_000, 30_000];
const DELAY_MS_MAX = 60_000;

/** The root of a seal. */
export interface Root {
  readonly workspaceId: string;
  readonly seal: number;
  /** In hexadecimal. */
  readonly root: string;
  /** When it was sealed, in milliseconds since the epoch. */
  readonly at: number;
}

export interface RootPoster {
  /** Puts a root in line. Returns at once, and never throws. */
  add(root: Root): void;
  /** Tries what waits once more, and stops. */
  close(): Promise<void>;
}

export interface RootPosterOptions extends PostOptions {
  readonly url: string;
  /** What posts are signed with, as webhooks are: "whsec_…". Null: they are not. */
  readonly secret: string | null;
  readonly clock: () => number;
  readonly delaysMs?: readonly number[];
}

/** Posts the roots of seals to an address apart from the database, one after the other, each until it is taken. Sealing waits for
 *  none of it. What waits is in memory: after a crash the next root vouches for those that were lost. */
export function startRootPoster(log: Log, options: RootPosterOptions): RootPoster {
  const { url, secret, clock, delaysMs = DELAYS_MS } = options;
  const waiting: { readonly id: string; readonly root: Root }[] = [];
  const stop = new AbortController();
  let working: Promise<void> | null = null;

  async function send(): Promise<boolean> {
    const [first] = waiting;
    if (first === undefined) return true;
    const { at, ...root } = first.root;
    const body = JSON.stringify({ type: "audit.sealed", timestamp: new Date(at).toISOString(), data: root });
    const headers = signedHeaders(secret === null ? [] : [secret], first.id, body, clock());
    const outcome = await post(url, headers, body, options).catch((error: unknown) => {
      if (error instanceof OutgoingRefused) return error.fault;
      throw error;
    });
    if (typeof outcome === "number" && outcome >= 200 && outcome < 300) {
      if (waiting[0] === first) waiting.shift();
      return true;
    }
    log.warn(
      { outcome, seal: root.seal, waiting: waiting.length },
      "the audit's root was not taken: it is tried again",
    );
    return false;
  }

  async function sendAll(): Promise<void> {
    try {
      await sendWaiting();
    } catch (error) {
      log.error({ err: error }, "the audit's roots could not be posted");
    } finally {
      working = null;
    }
  }

  async function sendWaiting(): Promise<void> {
    for (let failures = 0; waiting.length > 0 && !stop.signal.aborted;) {
      failures = (await send()) ? 0 : failures + 1;
      if (failures === 0) continue;
      const delay = delaysMs[failures - 1] ?? DELAY_MS_MAX;
      await sleep(delay, undefined, { signal: stop.signal, ref: false }).catch(() => {});
    }
  }

  return {
    add(root) {
      waiting.push({ id: newRowId(), root });
      if (waiting.length > WAITING_MAX) waiting.shift();
      working ??= sendAll();
    },
    async close() {
      stop.abort();
      await working;
      while (waiting.length > 0 && (await send()));
    },
  };
}
