import { v7 as uuid } from "uuid";
import { INITIAL_STATE } from "../../engine/decide/state.ts";
import { hearOther } from "../../engine/decide/hear.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { takeTurn } from "../../engine/turn.ts";
import type { ChatRequest, ChatResponse } from "../conversations/contract.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { AppError } from "../app-error.ts";
import { keepPack } from "../rules/kept-packs.ts";
import { writeLink } from "./link.ts";
import { createGroups, type Groups } from "./group.ts";
import { open, type Earlier, type Occasion, type Opened } from "./open.ts";
import { planLink, statedEmailKey } from "./plan-link.ts";
import { readLink, type Check } from "./read-link.ts";
import { record } from "./record.ts";
import { createMemory, serves, type Memory, type Remembered } from "./remembered.ts";
import { linkedBy, provenBy, settle, withIdentity, type Heard, type Message } from "./settle.ts";
import { timeSaid } from "./time-said.ts";
import { createTurnQueue, type TurnQueue } from "./turn-queue.ts";

export const SILENCE_MS = 30 * 60 * 1000; // after half an hour without a word, the next one begins a conversation
const ATTEMPTS_MAX = 10; // each is lost to somebody at work on this very customer in this very moment
const DAY_MS = 24 * 60 * 60 * 1000;

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
): Promise<ChatResponse> {
  const person = ["handle", workspaceId, request.platform, request.handle];
  const lock = advisoryKey(...person);
  const at = timeSaid(request.at, now);
  const region = request.region ?? options.region ?? null;
  const message: Message = { pack, request, at, now, region, identity: options.identity ?? null };
  const occasion = occasionOf(message, options.silenceMs ?? SILENCE_MS);
  const key = JSON.stringify(person);
  const { queue, memory } = ofDatabase(store.database);

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
    const taken = ahead && (await takeRemembered(store, workspaceId, lock, message, occasion, ahead));
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

interface Taken {
  readonly response: ChatResponse;
  /** Where it leaves the person, if that is worth remembering. */
  readonly left: Remembered | null;
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

/** What the engine makes of a message from what is remembered of the person. */
interface Ahead {
  readonly remembered: Remembered;
  readonly heard: Heard;
}

/** Takes the message from what is remembered of the person, which spares reading it. Null when that does not hold any more:
 *  another process has taken a message meanwhile, or this message came before; nothing is written then. */
async function takeRemembered(
  store: Store,
  workspaceId: string,
  lock: bigint,
  message: Message,
  occasion: Occasion,
  { remembered, heard }: Ahead,
): Promise<Taken | null> {
  const { handleId, revision } = remembered;
  const check = { handleId, revision, messageKey: occasion.messageKey };
  if (changesCustomer(heard)) {
    return inSealedWorkspace(
      store,
      workspaceId,
      (tx) => takeDetail(tx, message, occasion, remembered, heard, check),
      { locks: [lock] },
    );
  }
  // The statement that records it finds out.
  const keyring = await store.keyrings.of(workspaceId);
  const { response, left, recorded } = settle(keyring, message, occasion, remembered, heard, null);
  const handle = { ...recorded.handle, remembered: revision };
  const { link, ...statement } = record(keyring, { ...recorded, handle });
  const { customerId } = recorded.conversation;
  const { groups } = ofDatabase(store.database);
  const isWritten = await groups.write(workspaceId, { lock, handleId, customerId, statement });
  return isWritten ? { response: answered(message, response, heard), left: linkedBy(link, left) } : null;
}

/** Null when it was overtaken; nothing is written then. */
async function takeMessage(
  tx: SealedTransaction,
  message: Message,
  occasion: Occasion,
): Promise<Taken | null> {
  const { request } = message;
  const opened = await open(tx, occasion);
  if (request.conversationId !== undefined && opened.conversation === null) {
    throw new AppError(
      "conversation_not_found",
      "There is no such conversation with this handle on this platform.",
    );
  }
  if (opened.earlier !== null) return { response: again(opened.earlier, request), left: null };

  const { handleId, revision } = opened;
  const check = handleId === null ? null : { handleId, revision, messageKey: null };
  const heard = hear(message, opened);
  if (changesCustomer(heard) || provenBy(message, opened) !== null) {
    return takeDetail(tx, message, occasion, opened, heard, check);
  }
  // The statement that records it finds out whether all is as it was read.
  const { response, left, recorded } = settle(tx.keyring, message, occasion, opened, heard, null);
  const handle = { ...recorded.handle, remembered: check?.revision ?? null };
  const { sql, bindings, link } = record(tx.keyring, { ...recorded, handle });
  const rows = await tx.last(sql, bindings);
  return rows.length === 0
    ? null
    : { response: answered(message, response, heard), left: linkedBy(link, left) };
}

/** Takes a message that gives a detail or takes one back: it may lead to another customer. Null when the check fails. */
async function takeDetail(
  tx: SealedTransaction,
  message: Message,
  occasion: Occasion,
  opened: Opened,
  heard: Heard,
  check: Check | null,
): Promise<Taken | null> {
  const { customer: current, handleId } = opened;
  // A claim moves no conversation whose customer is proved.
  const claimed = opened.isShared ? null : statedEmailKey(heard.turn?.collected ?? []);
  const stated = provenBy(message, opened) ?? claimed;
  const concerned = await readLink(tx, { current, stated, handleId }, check);
  if (concerned === null) return null;
  const plan = planLink(concerned.current, stated, concerned.owner, uuid());
  const { response, left, recorded, own } = settle(tx.keyring, message, occasion, opened, heard, plan);
  const when = { linkSeq: recorded.conversation.linkSeq, at: message.at, now: message.now };
  const { before, after } = writeLink(tx, plan, concerned, own, when);
  const write = record(tx.keyring, recorded);
  for (const { sql, bindings } of [...before, write, ...after]) tx.later(sql, bindings);
  return { response: answered(message, response, heard), left: linkedBy(write.link, left) };
}

/** Whether the customers concerned are to be locked, and brought up to date. */
function changesCustomer({ turn }: Heard): boolean {
  return turn !== null && (turn.collected.length > 0 || turn.denied.length > 0);
}

/** What the engine makes of it. */
function hear({ pack, request, at, region, identity }: Message, opened: Opened): Heard {
  const before = opened.conversation?.state ?? INITIAL_STATE;
  if (request.role !== "customer") return { turn: null, state: hearOther(pack, before, request.text) };
  const coolOffMs = pack.limits.coolOffDays * DAY_MS;
  const turn = takeTurn(pack, before, request.text, {
    now: at,
    ...withIdentity(opened, identity),
    coolingOff: Object.fromEntries(
      Object.entries(opened.refusedAt).map(([field, refusedAt]) => [field, refusedAt + coolOffMs]),
    ),
    collecting: "on",
    region,
  });
  return { turn, state: turn.state };
}

function answered({ request }: Message, response: ChatResponse, { turn }: Heard): ChatResponse {
  return turn !== null && request.trace ? { ...response, trace: turn.trace } : response;
}

/** A message that came before: the answer it got then. */
function again(earlier: Earlier, request: ChatRequest): ChatResponse {
  if (earlier.text !== request.text || earlier.role !== request.role) {
    throw new AppError(
      "message_id_reused",
      "This messageId was used before, for another message of this person.",
    );
  }
  // What this file stored: it was a ChatResponse.
  const response: ChatResponse = JSON.parse(earlier.response);
  return request.trace && earlier.trace !== null
    ? { ...response, trace: JSON.parse(earlier.trace) }
    : response;
}
