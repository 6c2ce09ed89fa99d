import type { RulePack } from "../../engine/rules/pack.ts";
import type { ChatRequest } from "../conversations/contract.ts";
import type { TurnAnswer } from "./answer.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { keepPack } from "../rules/kept-packs.ts";
import { createGroups, type Groups } from "./group.ts";
import type { Occasion } from "./open.ts";
import { createMemory, serves, type Memory } from "./remembered.ts";
import type { Message } from "./settle.ts";
import { DAY_MS, hear, takeMessage, takeRemembered, type Taken } from "./take.ts";
import { timeSaid } from "./time-said.ts";
import { createTurnQueue, type TurnQueue } from "./turn-queue.ts";

export const SILENCE_MS = 30 * 60 * 1000; // after half an hour without a word, the next one begins a conversation
const ATTEMPTS_MAX = 10; // each is lost to somebody at work on this very customer in this very moment

export interface ChatOptions {
  /** How long a conversation may be silent and still go on. */
  readonly silenceMs?: number;
  /** Country for national phone numbers where the request states none. */
  readonly region?: string | null;
  /** The canonical email of the person, where the host has signed it (see identity/token.ts). */
  readonly identity?: string | null;
}

/** Takes a message of anyone in a conversation, and returns what the caller is answered.
 *
 *  Messages of one handle take turns, in the order in which they come. The same messageId again gets the stored answer.
 *  Throws an AppError: `too_many_waiting`, `message_id_reused`, `conversation_not_found`, and `invalid_request` for an `at`
 *  in the future. `now`: milliseconds. */
export async function chat(
  store: Store,
  pack: RulePack,
  workspaceId: string,
  request: ChatRequest,
  now: number,
  options: ChatOptions = {},
): Promise<TurnAnswer> {
  const person = ["handle", workspaceId, request.platform, request.handle];
  const lock = advisoryKey(...person);
  const at = timeSaid(request.at, now);
  const region = request.region ?? options.region ?? null;
  const message: Message = { pack, request, at, now, region, identity: options.identity ?? null };
  const occasion = occasionOf(message, options.silenceMs ?? SILENCE_MS);
  const key = JSON.stringify(person);
  const { queue, memory, groups } = ofDatabase(store.database);
  const place = { store, workspaceId, lock, groups };

  return queue.run(key, async () => {
    await keepPack(store.database, workspaceId, pack, now);
    const remembered = memory.recall(key);
    memory.forget(key); // until this message is stored, nobody knows where it leaves the person
    const ahead =
      remembered !== undefined &&
      message.identity === null &&
      serves(remembered, request, occasion, pack.hash)
        ? { remembered, heard: hear(message, remembered) }
        : null;
    const taken = ahead && (await takeRemembered(place, message, occasion, ahead));
    const { response, left } =
      taken ??
      (await takeAnew(() =>
        inSealedWorkspace(store, workspaceId, (tx) => takeMessage(tx, message, occasion), { locks: [lock] }),
      ));
    if (left !== null) memory.remember(key, left);
    return response;
  });
}

/** Takes a message until nobody changes from outside, between reading and writing, what the turn rests on: staff who merge the
 *  person's customer, or erase it. */
async function takeAnew(take: () => Promise<Taken | null>): Promise<Taken> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const taken = await take();
    if (taken !== null) return taken;
  }
  throw new Error(`a message was overtaken ${ATTEMPTS_MAX} times`);
}

/** What a process has of a database it takes turns on. */
interface OfDatabase {
  readonly queue: TurnQueue;
  readonly memory: Memory;
  readonly groups: Groups;
}
const perDatabase = new WeakMap<Database, OfDatabase>();

function ofDatabase(database: Database): OfDatabase {
  const own = perDatabase.get(database) ?? {
    queue: createTurnQueue(),
    memory: createMemory(),
    groups: createGroups(database),
  };
  perDatabase.set(database, own);
  return own;
}

function occasionOf({ pack, request, at }: Message, silenceMs: number): Occasion {
  return {
    platform: request.platform,
    handle: request.handle,
    conversationId: request.conversationId ?? null,
    newConversation: request.newConversation,
    messageKey: request.messageId ?? null,
    fields: pack.fields.map(({ field }) => field),
    aliveSince: at - silenceMs,
    aliveUntil: at + silenceMs,
    refusedSince: at - pack.limits.coolOffDays * DAY_MS,
  };
}
