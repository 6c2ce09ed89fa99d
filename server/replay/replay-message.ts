import type { Trace } from "../../engine/decide/decision.ts";
import { hearOther } from "../../engine/decide/hear.ts";
import { knownAfter } from "../../engine/decide/known-after.ts";
import { parseState, type State } from "../../engine/decide/state.ts";
import { configurePack } from "../../engine/rules/configure.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { takeTurn, type Turn } from "../../engine/turn.ts";
import { missedIn } from "../findings/missed.ts";
import { answer } from "../turn/answer.ts";

/** A message as it is stored, opened, with what it left. */
export interface StoredMessage {
  readonly conversationId: string;
  readonly text: string;
  /** The answer's JSON. */
  readonly response: string;
  /** The reply's text, or null when nothing was said. */
  readonly reply: string | null;
  /** The trace's JSON, or null for a message that took no turn. */
  readonly trace: string | null;
  /** In the order in which they were recorded. */
  readonly claims: readonly Readonly<Record<string, unknown>>[];
  /** In no order. */
  readonly findings: readonly Readonly<Record<string, unknown>>[];
}

export interface Replayed {
  readonly state: State;
  /** Null for a message that takes none. */
  readonly turn: Turn | null;
  /** What came out otherwise than it is stored: names of parts. */
  readonly differences: readonly string[];
}

/** Runs a stored message again in the state that the message before it left, and compares all that came of it. `rules`: the
 *  pack that was in force; what the workspace had changed of it is in the trace. */
export function replayMessage(rules: RulePack, before: State, message: StoredMessage): Replayed {
  if (message.trace === null)
    return { state: hearOther(rules, before, message.text), turn: null, differences: [] };
  const trace: Trace = JSON.parse(message.trace);
  const pack = configurePack(rules, trace.settings);
  const { now, known, unvalidated, coolingOff, collecting, region } = trace;
  const circumstances = { now, known, unvalidated, coolingOff, collecting, region };
  const turn = takeTurn(pack, trace.before, message.text, circumstances);
  const differences = [
    sameValue(trace.before, before) ? null : "the state before it",
    JSON.stringify(turn.trace) === message.trace ? null : traceDifference(trace, turn.trace),
    isReply(turn, message) ? null : "reply",
    isAnswer(pack, turn, trace, message) ? null : "response",
    sameValue(turn.collected.map(claimOf), message.claims) ? null : "claims",
    sameValue(inOrder(missedIn(turn.trace.findings).map(findingOf)), inOrder(message.findings))
      ? null
      : "findings",
  ];
  return { state: turn.state, turn, differences: differences.filter((part) => part !== null) };
}

function traceDifference(stored: Trace, again: Trace): string {
  if (stored.engine !== again.engine)
    return `trace (of engine ${stored.engine}; this one is ${again.engine})`;
  const parts = Object.entries(again)
    .filter(([part, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(stored, part)))
    .map(([part]) => part);
  return `trace (${parts.join(", ") || "the order of its parts"})`;
}

function isReply({ replies }: Turn, { reply }: StoredMessage): boolean {
  return reply === null || reply === replies[0];
}

/** Byte for byte. Which customer it was is not the engine's to say: that is taken from the stored answer. */
function isAnswer(pack: RulePack, turn: Turn, trace: Trace, message: StoredMessage): boolean {
  const { conversationId, response, reply } = message;
  const stored: { readonly customer: { readonly id: string } | null } = JSON.parse(response);
  const known = knownAfter(trace, turn);
  const as = (responds: boolean) =>
    JSON.stringify(
      answer(pack, {
        conversationId,
        customerId: stored.customer?.id ?? null,
        known,
        state: turn.state,
        turn,
        responds,
      }),
    );
  // Without a reply, the caller spoke for itself, or there was nothing to say.
  if (reply !== null || turn.replies.length === 0)
    return as(true) === response || (reply === null && as(false) === response);
  return as(false) === response;
}

function claimOf({ span, unvalidated, ...claim }: Turn["collected"][number]) {
  const { field, value, raw, extractor, rule } = claim;
  const isDoubtful = unvalidated ?? false;
  return { field, value, raw, start: span.start, end: span.end, extractor, rule, unvalidated: isDoubtful };
}

function findingOf({ field, reason, extractor, span }: ReturnType<typeof missedIn>[number]) {
  return { field, reason, extractor, start: span.start, end: span.end };
}

const inOrder = (rows: readonly object[]) => rows.map((row) => canonical(row)).toSorted();

/** Whether two values are the same JSON, whatever the order of their keys. */
export function sameValue(one: unknown, other: unknown): boolean {
  return canonical(one) === canonical(other);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** A state as the database gives it back. */
export const storedState = (state: State): State => parseState(JSON.parse(JSON.stringify(state)));
