import { v7 as uuid } from "uuid";
import type { Circumstances } from "../../engine/decide/decision.ts";
import { knownAfter, type Known } from "../../engine/decide/known-after.ts";
import type { State } from "../../engine/decide/state.ts";
import { collectingIn, type InForce } from "../actions/in-force.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import type { Turn } from "../../engine/turn.ts";
import type { ChatRequest } from "../conversations/contract.ts";
import { newRowId } from "../uuid.ts";
import { answer, type TurnAnswer } from "./answer.ts";
import type { OwnTalk } from "./link.ts";
import { inOrder, type Given, type Occasion, type Opened } from "./open.ts";
import { newDataKey, type Keyring } from "../privacy/keyring.ts";
import { isOf, type LinkPlan } from "./plan-link.ts";
import type { Recorded } from "./recorded.ts";
import { provenEmail, type Said } from "./said.ts";
import type { Remembered } from "./remembered.ts";

/** A message and what is true around it. */
export interface Message {
  /** What of the action and the plan is in force. */
  readonly action: InForce;
  /** The rule pack in force, as it is configured. */
  readonly pack: RulePack;
  readonly request: ChatRequest;
  readonly at: number;
  readonly now: number;
  readonly region: string | null;
  /** The canonical email that the host has signed the person's identity with, or null. */
  readonly identity: string | null;
}

/** Whether details are collected in the message's conversation, or why not. */
export function collectingFor({ action }: Message, { conversation }: Opened): Circumstances["collecting"] {
  return collectingIn(action, conversation ?? { sinceActivation: action.isActivated });
}

/** The email that this message proves, or null: it was proved in this conversation before, or nothing is. */
export function provenBy({ identity }: Message, { isShared, customer }: Opened): string | null {
  return isShared && isOf(customer, identity) ? null : identity;
}

/** What is claimed: what the customer said, and what the host has proved. */
function saysOf(turn: Turn | null, proven: string | null): readonly Said[] {
  const said = (turn?.collected ?? []).map((collected) => ({ ...collected, trust: "claimed" as const }));
  return proven === null ? said : [...said, provenEmail(proven, "host_identity")];
}

/** The same map where nothing is given: most turns give nothing. */
function givenAfter(given: Given, turn: Turn | null): Given {
  if (turn === null || turn.collected.length === 0) return given;
  return new Map([...given, ...turn.collected.map((collected) => [collected.field, collected] as const)]);
}

/** The key of the conversation's rows: its own, or for one that begins a new one with its row. */
function keyOf(keyring: Keyring, conversationId: string, conversation: Opened["conversation"]) {
  if (conversation !== null) return { key: conversation.key, wrappedKey: null };
  const { key, row } = newDataKey(keyring, conversationId);
  return { key, wrappedKey: row };
}

/** What the engine made of it; no turn for a message of another role. */
export interface Heard {
  readonly turn: Turn | null;
  readonly state: State;
}

/** Whoever is signed in has given the address as far as asking goes. */
export function withIdentity({ known, unvalidated }: Known, identity: string | null): Known {
  if (identity === null) return { known, unvalidated };
  return {
    known: { ...known, email: identity },
    unvalidated: unvalidated.filter((field) => field !== "email"),
  };
}

/** All that follows from a message, before anything of it is written. Pure but for the ids and the key of what is new. */
export interface Settled {
  readonly response: TurnAnswer;
  readonly recorded: Recorded;
  /** The conversation after it, but for what it claimed before. */
  readonly own: OwnTalk;
  /** Where it leaves the person, or null where that is not worth remembering. */
  readonly left: Remembered | null;
}

/** The same with the link that recording the message added to the chain. */
export function linkedBy(link: Uint8Array, left: Remembered | null): Remembered | null {
  return left && { ...left, conversation: { ...left.conversation, chain: link } };
}

export function settle(
  keyring: Keyring,
  message: Message,
  occasion: Occasion,
  opened: Opened,
  { turn, state }: Heard,
  link: LinkPlan | null,
): Settled {
  const { pack, request, at, now } = message;
  const { conversation, customer } = opened;
  const proven = provenBy(message, opened);
  const says = saysOf(turn, proven);
  const conversationId = conversation?.id ?? uuid();
  const { key, wrappedKey } = keyOf(keyring, conversationId, conversation);
  const handleId = opened.handleId ?? uuid();
  const messageCount = conversation?.messageCount ?? 0;
  const linkSeq = opened.linkSeq + 1;
  const known: Known = turn === null ? opened : knownAfter(withIdentity(opened, message.identity), turn);
  const reply = request.respond ? (turn?.replies[0] ?? null) : null;
  const response = answer(pack, {
    conversationId,
    customerId: link?.target.id ?? customer?.id ?? null,
    known,
    state,
    turn,
    responds: request.respond,
  });
  const recorded: Recorded = {
    handle: {
      id: handleId,
      isNew: opened.handleId === null,
      platform: request.platform,
      handle: request.handle,
      remembered: null,
    },
    conversation: {
      id: conversationId,
      key,
      wrappedKey,
      state,
      messageCount,
      sinceActivation: message.action.isActivated,
      chain: conversation?.chain ?? null,
      customerId: link?.target.id ?? customer?.id ?? null,
      linkSeq,
      relinks: link === null ? null : link.moves !== "none" || proven !== null,
      linkTrust: proven === null ? "claimed" : "verified",
    },
    message: {
      role: request.role,
      text: request.text,
      key: request.messageId ?? null,
      response: JSON.stringify(response),
    },
    reply,
    turn,
    says,
    packHash: pack.hash,
    at,
    now,
    newId: newRowId,
  };
  const takesBack = turn !== null && turn.denied.length > 0;
  const isLinked = (link !== null && link.moves !== "none") || (conversation === null && customer !== null);
  const left: Remembered = {
    handleId,
    revision: opened.revision + 1,
    actionRevision: opened.actionRevision,
    conversation: {
      id: conversationId,
      key,
      state,
      messageCount: messageCount + (reply === null ? 1 : 2),
      chain: null, // known once it is recorded: see linkedBy
      startedAt: Math.min(conversation?.startedAt ?? at, at),
      lastAt: Math.max(conversation?.lastAt ?? at, at),
      sinceActivation: conversation?.sinceActivation ?? message.action.isActivated,
    },
    customer: link?.target ?? customer,
    linkSeq: isLinked ? linkSeq : opened.linkSeq,
    ...inOrder(occasion.fields, known),
    isShared: false,
    given: givenAfter(opened.given, turn),
    refusedAt: opened.refusedAt,
    earlier: null,
    isLatest: request.conversationId === undefined,
    packHash: pack.hash,
    refusedSince: occasion.refusedSince,
  };
  return {
    response,
    recorded,
    own: {
      id: conversationId,
      handleId,
      platform: request.platform,
      startedAt: left.conversation.startedAt,
      lastAt: left.conversation.lastAt,
      says,
      takesBack: turn?.denied ?? [],
    },
    // An imported message may belong to an older conversation than the one that goes on now; what is known across a verified
    // link changes with another handle's messages; and what is denied here may have been given in another conversation, too.
    left: request.at !== undefined || opened.isShared || proven !== null || takesBack ? null : left,
  };
}
