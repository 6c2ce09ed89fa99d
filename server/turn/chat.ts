import { v7 as uuid } from "uuid";
import { INITIAL_STATE, type State } from "../../engine/decide/state.ts";
import { hearOther } from "../../engine/decide/hear.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { takeTurn, type Turn } from "../../engine/turn.ts";
import type { ChatRequest, ChatResponse } from "../conversations/contract.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { AppError } from "../app-error.ts";
import { answer } from "./answer.ts";
import { applyLink, settleLink } from "./link.ts";
import { open, type Earlier, type Opened } from "./open.ts";
import { statedEmailKey } from "./plan-link.ts";
import { record } from "./record.ts";
import { timeSaid } from "./time-said.ts";
import { createTurnQueue, type TurnQueue } from "./turn-queue.ts";

export const SILENCE_MS = 30 * 60 * 1000; // after half an hour without a word, the next one begins a conversation
const DAY_MS = 24 * 60 * 60 * 1000;

export interface ChatOptions {
  /** How long a conversation may be silent and still go on. */
  readonly silenceMs?: number;
  /** Country for national phone numbers where the request states none. */
  readonly region?: string | null;
}

/** Takes a message of anyone in a conversation, and returns what the caller is answered.
 *
 *  Messages of one handle take turns, in the order in which they come. The same messageId again gets the stored answer.
 *  Throws an AppError: `too_many_waiting`, `message_id_reused`, `conversation_not_found`, and `invalid_request` for an `at`
 *  in the future. `now`: milliseconds. */
export async function chat(
  database: Database,
  pack: RulePack,
  workspaceId: string,
  request: ChatRequest,
  now: number,
  options: ChatOptions = {},
): Promise<ChatResponse> {
  const person = ["handle", workspaceId, request.platform, request.handle];
  const lock = advisoryKey(...person);
  const at = timeSaid(request.at, now);
  return queueOf(database).run(JSON.stringify(person), () =>
    inWorkspace(database, workspaceId, (tx) => takeMessage(tx, pack, request, { at, now }, options), {
      lock,
    }),
  );
}

const queues = new WeakMap<Database, TurnQueue>();

function queueOf(database: Database): TurnQueue {
  const queue = queues.get(database) ?? createTurnQueue();
  queues.set(database, queue);
  return queue;
}

async function takeMessage(
  tx: WorkspaceTransaction,
  pack: RulePack,
  request: ChatRequest,
  { at, now }: { readonly at: number; readonly now: number },
  options: ChatOptions,
): Promise<ChatResponse> {
  const silenceMs = options.silenceMs ?? SILENCE_MS;
  const coolOffMs = pack.limits.coolOffDays * DAY_MS;
  const opened = await open(tx, {
    platform: request.platform,
    handle: request.handle,
    conversationId: request.conversationId ?? null,
    newConversation: request.newConversation,
    messageKey: request.messageId ?? null,
    fields: pack.fields.map(({ field }) => field),
    aliveSince: at - silenceMs,
    aliveUntil: at + silenceMs,
    refusedSince: at - coolOffMs,
  });
  if (request.conversationId !== undefined && opened.conversation === null) {
    throw new AppError(
      "conversation_not_found",
      "There is no such conversation with this handle on this platform.",
    );
  }
  if (opened.earlier !== null) return again(opened.earlier, request);

  const before = opened.conversation?.state ?? INITIAL_STATE;
  const turn =
    request.role === "customer"
      ? takeTurn(pack, before, request.text, {
          now: at,
          known: opened.known,
          coolingOff: Object.fromEntries(
            Object.entries(opened.refusedAt).map(([field, refusedAt]) => [field, refusedAt + coolOffMs]),
          ),
          collecting: "on",
          region: request.region ?? options.region ?? null,
        })
      : null;
  const state = turn?.state ?? hearOther(pack, before, request.text);
  return keep(tx, pack, request, opened, { turn, state, at, now });
}

interface Heard {
  readonly turn: Turn | null;
  readonly state: State;
  readonly at: number;
  readonly now: number;
}

/** Links, records, answers. */
async function keep(
  tx: WorkspaceTransaction,
  pack: RulePack,
  request: ChatRequest,
  opened: Opened,
  { turn, state, at, now }: Heard,
): Promise<ChatResponse> {
  const collected = turn?.collected ?? [];
  const stated = statedEmailKey(collected);
  const link = collected.length === 0 ? null : await settleLink(tx, opened.customer, stated, uuid());

  const conversationId = opened.conversation?.id ?? uuid();
  const handleId = opened.handleId ?? uuid();
  const linkSeq = opened.linkSeq + 1;
  const replies = turn !== null && request.respond ? turn.replies : [];
  const response = answer(pack, {
    conversationId,
    customerId: link?.target.id ?? opened.customer?.id ?? null,
    known: opened.known,
    state,
    turn,
    responds: request.respond,
  });

  record(tx, {
    handle: {
      id: handleId,
      isNew: opened.handleId === null,
      platform: request.platform,
      handle: request.handle,
    },
    conversation: {
      id: conversationId,
      isNew: opened.conversation === null,
      state,
      messageCount: opened.conversation?.messageCount ?? 0,
      customerId: opened.customer?.id ?? null,
      linkSeq,
      statedEmailKey: stated,
    },
    message: {
      role: request.role,
      text: request.text,
      key: request.messageId ?? null,
      response: JSON.stringify(response),
    },
    replies,
    turn,
    at,
    now,
    newId: uuid,
  });
  if (link !== null) await applyLink(tx, link, { conversationId, handleId, linkSeq, at, now });
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
