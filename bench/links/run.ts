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
const DEED = { actor: { kind: "operator", id: "bench" } } as const;

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

/** Links `links` times: clients state random emails in the conversations of random handles, each through one of `stores` as
 *  through one of several servers, while others merge and part random customers. `now`: milliseconds, for all messages. */
export async function runLinks(
  stores: readonly Store[],
  pack: RulePack,
  workspaceId: string,
  { links, emails, clients, seed }: Load,
  now: number,
): Promise<Ran> {
  const count = { links: 0, merges: 0, unmerges: 0, refused: 0, deadlocks: 0 };
  const failures: string[] = [];
  const known = new Map<number, string>(); // email → the customer that its latest link led to
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (error instanceof AppError && error.status < 500) count.refused += 1;
      else if (errorCode(error) === "40P01") count.deadlocks += 1;
      else failures.push(error instanceof Error ? error.message : String(error));
    }
  };
  const storeOf = (number: number): Store => {
    const store = stores[number % stores.length];
    if (store === undefined) throw new Error("a run needs a store");
    return store;
  };

  const work = { asked: 0, isOver: false };
  async function client(number: number): Promise<void> {
    const random = randomOf(seed + number);
    while (work.asked < links) {
      work.asked += 1;
      const email = Math.floor(random() * emails);
      const handle = `person ${Math.floor(random() * emails * HANDLES_PER_EMAIL)}`;
      const text = `my email is p${email}@work.example`;
      const newConversation = random() < NEW_CONVERSATION;
      await attempt(async () => {
        const request = ChatRequest.parse({ handle, platform: "line", text, newConversation });
        const { customer } = await chat(storeOf(number), pack, workspaceId, request, now);
        count.links += 1;
        if (customer !== null) known.set(email, customer.id);
      });
    }
  }

  const holding: { readonly survivorId: string; readonly mergeId: string }[] = [];
  async function staff(number: number): Promise<void> {
    const random = randomOf(seed + clients + number);
    for (let due = LINKS_PER_MERGE; !work.isOver;) {
      if (count.links < due) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        continue;
      }
      due += LINKS_PER_MERGE;
      const deed = { ...DEED, now };
      const oldest = holding.length >= MERGES_MAX ? holding.shift() : undefined;
      if (oldest !== undefined) {
        await attempt(async () => {
          await unmergeCustomers(storeOf(number), workspaceId, oldest.survivorId, oldest.mergeId, deed);
          count.unmerges += 1;
        });
      }
      const [into, from] = [pick(known, emails, random), pick(known, emails, random)];
      if (into === undefined || from === undefined || into === from) continue;
      await attempt(async () => {
        const request = MergeRequest.parse({ with: from });
        const { mergeId } = await mergeCustomers(storeOf(number), workspaceId, into, request, deed);
        count.merges += 1;
        if (mergeId !== null) holding.push({ survivorId: into, mergeId });
      });
    }
  }

  const begun = performance.now();
  const all = Promise.all(Array.from({ length: clients }, (_, number) => client(number))).finally(() => {
    work.isOver = true;
  });
  await Promise.all([all, staff(0), staff(1)]);
  return { ...count, failures, seconds: (performance.now() - begun) / 1000 };
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
