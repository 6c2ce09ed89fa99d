import { v7 as uuid } from "uuid";
import { INITIAL_STATE } from "../../engine/decide/state.ts";
import { hearOther } from "../../engine/decide/hear.ts";
import { takeTurn } from "../../engine/turn.ts";
import { AppError } from "../app-error.ts";
import type { ChatRequest } from "../conversations/contract.ts";
import type { TurnAnswer } from "./answer.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { Groups } from "./group.ts";
import { writeLink } from "./link.ts";
import { open, type Earlier, type Occasion, type Opened } from "./open.ts";
import { planLink, statedEmailKey } from "./plan-link.ts";
import { readLink, type Check } from "./read-link.ts";
import { record } from "./record.ts";
import type { Remembered } from "./remembered.ts";
import {
  collectingFor,
  linkedBy,
  provenBy,
  settle,
  withIdentity,
  type Heard,
  type Message,
} from "./settle.ts";

export const DAY_MS = 24 * 60 * 60 * 1000;

/** What came of a message. */
export interface Taken {
  readonly response: TurnAnswer;
  /** Where it leaves the person, if that is worth remembering. */
  readonly left: Remembered | null;
}

/** Where a message is taken. */
export interface Place {
  readonly store: Store;
  readonly workspaceId: string;
  /** The person's lock. */
  readonly lock: bigint;
  readonly groups: Groups;
}

/** What the engine makes of a message from what is remembered of the person. */
export interface Ahead {
  readonly remembered: Remembered;
  readonly heard: Heard;
}

/** Takes the message from what is remembered of the person, which spares reading it. Null when that does not hold any more:
 *  another process has taken a message meanwhile, or this message came before; nothing is written then. */
export async function takeRemembered(
  place: Place,
  message: Message,
  occasion: Occasion,
  { remembered, heard }: Ahead,
): Promise<Taken | null> {
  if (!changesCustomer(heard) || isSaidAgain(heard, remembered))
    return takeAlong(place, message, occasion, remembered, heard);
  return takeApart(place, message, occasion, remembered, heard);
}

/** Takes the message from what is read without a lock. Null when that does not hold any more. Otherwise as takeMessage. */
export async function takeRead(
  place: Place,
  asked: Message,
  occasion: Occasion,
): Promise<Taken | "action_changed" | null> {
  const opened = await inSealedWorkspace(place.store, place.workspaceId, (tx) => open(tx, occasion, "alone"));
  const met = meet(asked, opened);
  if (!("message" in met)) return met.taken;
  const { message } = met;
  const heard = hear(message, opened);
  return changesCustomer(heard) || provenBy(message, opened) !== null
    ? takeApart(place, message, occasion, opened, heard)
    : takeAlong(place, message, occasion, opened, heard);
}

/** Takes a message that may lead to another customer, in a transaction of its own. */
function takeApart(
  { store, workspaceId, lock }: Place,
  message: Message,
  occasion: Occasion,
  opened: Opened,
  heard: Heard,
): Promise<Taken | null> {
  const { handleId, revision, actionRevision } = opened;
  const { platform, handle, messageKey } = occasion;
  const check: Check =
    handleId === null
      ? { handleId, actionRevision, platform, handle }
      : { handleId, actionRevision, revision, messageKey };
  const work = (tx: SealedTransaction) => takeDetail(tx, message, occasion, opened, heard, check);
  return inSealedWorkspace(store, workspaceId, work, { locks: [lock] });
}

/** Records a message that changes no customer, together with others that are ready. */
async function takeAlong(
  { store, workspaceId, lock, groups }: Place,
  message: Message,
  occasion: Occasion,
  opened: Opened,
  heard: Heard,
): Promise<Taken | null> {
  // The statement that records it finds out whether all is as it was read.
  const { revision, actionRevision } = opened;
  const keyring = await store.keyrings.of(workspaceId);
  const { response, left, recorded } = settle(keyring, message, occasion, opened, heard, null);
  const handle = { ...recorded.handle, remembered: { revision, actionRevision } };
  const { link, ...statement } = record(keyring, { ...recorded, handle });
  const { customerId } = recorded.conversation;
  const isWritten = await groups.write(workspaceId, { lock, handleId: handle.id, customerId, statement });
  return isWritten ? { response: answered(message, response, heard), left: linkedBy(link, left) } : null;
}

/** Takes the message from what is read under the person's lock, which must be held. Null when it was overtaken, and
 *  "action_changed" when what is in force is not what the message goes by; nothing is written then. Throws
 *  `conversation_not_found` and `message_id_reused`. */
export async function takeMessage(
  tx: SealedTransaction,
  asked: Message,
  occasion: Occasion,
): Promise<Taken | "action_changed" | null> {
  const opened = await open(tx, occasion);
  const met = meet(asked, opened);
  if (!("message" in met)) return met.taken;
  const { message } = met;
  const { handleId, revision, actionRevision } = opened;
  const check = handleId === null ? null : { handleId, revision, actionRevision, messageKey: null };
  const heard = hear(message, opened);
  if (changesCustomer(heard) || provenBy(message, opened) !== null) {
    return takeDetail(tx, message, occasion, opened, heard, check);
  }
  // The statement that records it finds out whether all is as it was read.
  const { response, left, recorded } = settle(tx.keyring, message, occasion, opened, heard, null);
  const handle = { ...recorded.handle, remembered: check };
  const { sql, bindings, link } = record(tx.keyring, { ...recorded, handle });
  const rows = await tx.last(sql, bindings);
  return rows.length === 0
    ? null
    : { response: answered(message, response, heard), left: linkedBy(link, left) };
}

/** The message as it is to be taken; or what comes of it without that. */
function meet(
  asked: Message,
  opened: Opened,
): { readonly message: Message } | { readonly taken: Taken | "action_changed" } {
  const { request, action } = asked;
  if (opened.actionRevision !== action.revision) return { taken: "action_changed" };
  if (request.conversationId !== undefined && opened.conversation === null) {
    throw new AppError(
      "conversation_not_found",
      "There is no such conversation with this handle on this platform.",
    );
  }
  if (opened.earlier !== null) return { taken: { response: again(opened.earlier, request), left: null } };
  // Where nothing is collected, an address that is signed is not either.
  return { message: collectingFor(asked, opened) === "on" ? asked : { ...asked, identity: null } };
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
  // A claim moves no conversation whose customer is proved; nor any, where the workspace goes by proved addresses alone.
  const isHeeded = !opened.isShared && message.action.configuration.identity === "claimed";
  const claimed = isHeeded ? statedEmailKey(heard.turn?.collected ?? []) : null;
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

/** Whether it gives nothing but what this conversation gave last: a name under every message, an address that is sent twice. Then
 *  it leads where the conversation is, and the profile, a fold of what is claimed, stays what it is. */
function isSaidAgain({ turn }: Heard, { given }: Remembered): boolean {
  if (turn === null || turn.denied.length > 0) return false;
  return turn.collected.every(({ field, value, unvalidated }) => {
    const last = given.get(field);
    return last !== undefined && last.value === value && last.unvalidated === unvalidated;
  });
}

/** What the engine makes of a message. */
export function hear(message: Message, opened: Opened): Heard {
  const { pack, request, at, region, identity } = message;
  const before = opened.conversation?.state ?? INITIAL_STATE;
  if (request.role !== "customer") return { turn: null, state: hearOther(pack, before, request.text) };
  const coolOffMs = pack.limits.coolOffDays * DAY_MS;
  const turn = takeTurn(pack, before, request.text, {
    now: at,
    ...withIdentity(opened, identity),
    coolingOff: Object.fromEntries(
      Object.entries(opened.refusedAt).map(([field, refusedAt]) => [field, refusedAt + coolOffMs]),
    ),
    collecting: collectingFor(message, opened),
    region,
  });
  return { turn, state: turn.state };
}

function answered({ request }: Message, response: TurnAnswer, { turn }: Heard): TurnAnswer {
  return turn !== null && request.trace ? { ...response, trace: turn.trace } : response;
}

/** A message that came before: the answer it got then. */
function again(earlier: Earlier, request: ChatRequest): TurnAnswer {
  if (earlier.text !== request.text || earlier.role !== request.role) {
    throw new AppError(
      "message_id_reused",
      "This messageId was used before, for another message of this person.",
    );
  }
  // What this file stored: it was a TurnAnswer.
  const response: TurnAnswer = JSON.parse(earlier.response);
  return request.trace && earlier.trace !== null
    ? { ...response, trace: JSON.parse(earlier.trace) }
    : response;
}
