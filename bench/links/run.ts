import { setTimeout as sleep } from "node:timers/promises";
import type { RulePack } from "../../engine/rules/pack.ts";
import { AppError } from "../../server/app-error.ts";
import { ChatRequest } from "../../server/conversations/contract.ts";
import { errorCode } from "../../server/error-code.ts";
import { MergeRequest } from "../../server/merging/contract.ts";
import { mergeCustomers } from "../../server/merging/merge.ts";
import { unmergeCustomers } from "../../server/merging/unmerge.ts";
import type { Store } from "../../server/privacy/store.ts";
import { chat } from "../../server/turn/chat.ts";

const HANDLES_PER_EMAIL = 2;
const NEW_CONVERSATION = 0.3; // of the messages; the others correct the email of the conversation that goes on
const MERGES_MAX = 20; // at a time: with more, everybody would end up in one profile
const LINKS_PER_MERGE = 20;

export interface Load {
  readonly links: number;
  readonly emails: number;
  readonly clients: number;
  readonly seed: number;
}

export interface Ran {
  readonly links: number;
  readonly merges: number;
  readonly unmerges: number;
  /** Merges that were told that somebody else had been faster. */
  readonly refused: number;
  /** Deadlocks that a caller got to see, and everything else that failed. */
  readonly deadlocks: number;
  readonly failures: readonly string[];
  readonly seconds: number;
}

/** A run as far as it has come. */
interface Run {
  readonly stores: readonly Store[];
  readonly pack: RulePack;
  readonly workspaceId: string;
  readonly load: Load;
  readonly now: number;
  readonly count: {
    asked: number;
    links: number;
    merges: number;
    unmerges: number;
    refused: number;
    deadlocks: number;
  };
  readonly failures: string[];
  /** Email → the customer that its latest link led to. */
  readonly known: Map<number, string>;
  /** The merges that hold, oldest first. */
  readonly holding: { readonly survivorId: string; readonly mergeId: string }[];
}

/** Links `links` times: clients state random emails in the conversations of random handles, each through one of `stores` as
 *  through one of several servers, while two others merge and part random customers. `now`: milliseconds, for all messages. */
export async function runLinks(
  stores: readonly Store[],
  pack: RulePack,
  workspaceId: string,
  load: Load,
  now: number,
): Promise<Ran> {
  const count = { asked: 0, links: 0, merges: 0, unmerges: 0, refused: 0, deadlocks: 0 };
  const failures: string[] = [];
  const run = { stores, pack, workspaceId, load, now, count, failures, known: new Map(), holding: [] };
  const ending = { isOver: false };
  const begun = performance.now();
  const clients = Array.from({ length: load.clients }, (_, number) => link(run, number));
  const linked = Promise.all(clients).finally(() => {
    ending.isOver = true;
  });
  await Promise.all([linked, ...[0, 1].map((number) => merge(run, number, ending))]);
  const { asked: _, ...counted } = count;
  return { ...counted, failures, seconds: (performance.now() - begun) / 1000 };
}

/** One client: a message after the other, until all have been sent. */
async function link(run: Run, number: number): Promise<void> {
  const { pack, workspaceId, load, now, count, known } = run;
  const random = randomOf(load.seed + number);
  while (count.asked < load.links) {
    count.asked += 1;
    const email = Math.floor(random() * load.emails);
    const handle = `person ${Math.floor(random() * load.emails * HANDLES_PER_EMAIL)}`;
    const text = `my email is p${email}@work.example`;
    const newConversation = random() < NEW_CONVERSATION;
    await attempt(run, async () => {
      const request = ChatRequest.parse({ handle, platform: "line", text, newConversation });
      const { customer } = await chat(storeOf(run, number), pack, workspaceId, request, now);
      count.links += 1;
      if (customer !== null) known.set(email, customer.id);
    });
  }
}

/** One of the staff: a merge after so many links, and with too many of them the oldest undone. */
async function merge(run: Run, number: number, ending: { readonly isOver: boolean }): Promise<void> {
  const { workspaceId, load, now, count, known, holding } = run;
  const random = randomOf(load.seed + load.clients + number);
  const deed = { actor: { kind: "operator", id: "bench" }, at: now } as const;
  for (let due = LINKS_PER_MERGE; !ending.isOver;) {
    if (count.links < due) {
      await sleep(5);
      continue;
    }
    due += LINKS_PER_MERGE;
    const oldest = holding.length >= MERGES_MAX ? holding.shift() : undefined;
    if (oldest !== undefined) {
      await attempt(run, async () => {
        await unmergeCustomers(storeOf(run, number), workspaceId, oldest.survivorId, oldest.mergeId, deed);
        count.unmerges += 1;
      });
    }
    const [into, from] = [pick(known, load.emails, random), pick(known, load.emails, random)];
    if (into === undefined || from === undefined || into === from) continue;
    await attempt(run, async () => {
      const request = MergeRequest.parse({ with: from });
      const { mergeId } = await mergeCustomers(storeOf(run, number), workspaceId, into, request, deed);
      count.merges += 1;
      if (mergeId !== null) holding.push({ survivorId: into, mergeId });
    });
  }
}

async function attempt({ count, failures }: Run, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof AppError && error.status < 500) count.refused += 1;
    else if (errorCode(error) === "40P01") count.deadlocks += 1;
    else failures.push(error instanceof Error ? error.message : String(error));
  }
}

function storeOf({ stores }: Run, number: number): Store {
  const store = stores[number % stores.length];
  if (store === undefined) throw new Error("a run needs a store");
  return store;
}

function pick(known: ReadonlyMap<number, string>, emails: number, random: () => number): string | undefined {
  return known.get(Math.floor(random() * emails));
}

/** The same numbers from 0 to 1 for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
