import { setTimeout as sleep } from "node:timers/promises";
import type { RulePack } from "../../engine/rules/pack.ts";
import { createActionMemory, packInForce, type ActionMemory } from "../actions/in-force.ts";
import { AppError } from "../app-error.ts";
import type { ChatRequest } from "../conversations/contract.ts";
import type { TurnAnswer } from "./answer.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { keepPack } from "../rules/kept-packs.ts";
import { createGroups, type Groups } from "./group.ts";
import type { Occasion } from "./open.ts";
import { createMemory, serves, type Memory, type Remembered } from "./remembered.ts";
import type { Message } from "./settle.ts";
import { DAY_MS, hear, takeMessage, takeRead, takeRemembered, type Place, type Taken } from "./take.ts";
import { timeSaid } from "./time-said.ts";
import { createTurnQueue, type TurnQueue } from "./turn-queue.ts";

export const SILENCE_MS = 30 * 60 * 1000; // after half an hour without a word, the next one begins a conversation
// Each is lost to somebody at work on this very customer in this very moment. Two staff who merged and parted the same dozen
// customers without a pause, a merge every few milliseconds, made a message lose ten times in a row now and then.
const ATTEMPTS_MAX = 30;
const PAUSE_MS_MAX = 20; // by chance, so that rivals do not meet again

export interface ChatOptions {
  /** How long a conversation may be silent and still go on. */
  readonly silenceMs?: number;
  /** Country for national phone numbers where the request states none. */
  readonly region?: string | null;
  /** The canonical email of the person, where the host has signed it (see identity/token.ts). */
  readonly identity?: string | null;
}

/** Takes a message of anyone in a conversation, and returns what the caller is answered. `current`: the rules on the server, which
 *  count where the workspace's configuration names no others.
 *
 *  Messages of one handle take turns, in the order in which they come. The same messageId again gets the stored answer.
 *  Throws an AppError: `too_many_waiting`, `message_id_reused`, `conversation_not_found`, `customer_busy`, and `invalid_request`
 *  for an `at` in the future. `now`: milliseconds. */
export async function chat(
  store: Store,
  current: RulePack,
  workspaceId: string,
  request: ChatRequest,
  now: number,
  options: ChatOptions = {},
): Promise<TurnAnswer> {
  const person = ["handle", workspaceId, request.platform, request.handle];
  const lock = advisoryKey(...person);
  const key = JSON.stringify(person);
  const at = timeSaid(request.at, now);
  const { queue, memory, groups, actions } = ofDatabase(store.database);
  const place = { store, workspaceId, lock, groups };

  return queue.run(key, async () => {
    let remembered = memory.recall(key);
    memory.forget(key); // until this message is stored, nobody knows where it leaves the person
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const action = await actions.of(workspaceId);
      const pack = packInForce(action, current);
      const region = request.region ?? action.configuration.region ?? options.region ?? null;
      const message: Message = { action, pack, request, at, now, region, identity: options.identity ?? null };
      await keepPack(store.database, workspaceId, pack, now);
      const taken = await takeOnce(
        place,
        message,
        occasionOf(message, options.silenceMs ?? SILENCE_MS),
        remembered,
        attempt,
      );
      if (taken === "action_changed") actions.forget(workspaceId);
      else if (taken !== null) {
        if (taken.left !== null) memory.remember(key, taken.left);
        return taken.response;
      }
      remembered = undefined;
      if (attempt > 1) await sleep(Math.random() * PAUSE_MS_MAX);
    }
    throw new AppError(
      "customer_busy",
      "Others change this person's customer at this moment. Try again soon.",
    );
  });
}

/** Takes a message, unless somebody changes from outside, between reading and writing, what the turn rests on: staff who merge the
 *  person's customer, or erase it; or what is in force. */
function takeOnce(
  place: Place,
  message: Message,
  occasion: Occasion,
  remembered: Remembered | undefined,
  attempt: number,
): Promise<Taken | "action_changed" | null> {
  const { pack, action, request, identity } = message;
  const current = { packHash: pack.hash, actionRevision: action.revision };
  if (remembered !== undefined && identity === null && serves(remembered, request, occasion, current)) {
    return takeRemembered(place, message, occasion, { remembered, heard: hear(message, remembered) });
  }
  if (attempt === 1) return takeRead(place, message, occasion);
  // Whoever was overtaken holds the person's lock while reading.
  const { store, workspaceId, lock } = place;
  return inSealedWorkspace(store, workspaceId, (tx) => takeMessage(tx, message, occasion), { locks: [lock] });
}

/** What a process has of a database it takes turns on. */
interface OfDatabase {
  readonly queue: TurnQueue;
  readonly memory: Memory;
  readonly groups: Groups;
  readonly actions: ActionMemory;
}
const perDatabase = new WeakMap<Database, OfDatabase>();

function ofDatabase(database: Database): OfDatabase {
  const own = perDatabase.get(database) ?? {
    queue: createTurnQueue(),
    memory: createMemory(),
    groups: createGroups(database),
    actions: createActionMemory(database),
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
