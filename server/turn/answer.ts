import type { Known } from "../../engine/decide/known-after.ts";
import type { State } from "../../engine/decide/state.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import type { Turn } from "../../engine/turn.ts";
import type { FieldKey, Finding } from "../../engine/understand/understanding.ts";
import type {
  ChatResponse,
  ConfirmView,
  CustomerView,
  FindingView,
  RequestView,
} from "../conversations/contract.ts";

export interface Answered {
  readonly conversationId: string;
  readonly customerId: string | null;
  /** With this message: what this handle itself has given, or a verified link. Nothing else of the profile. */
  readonly known: Known;
  readonly state: State;
  /** Null for a message of another role: nothing is said then. */
  readonly turn: Turn | null;
  /** False: the caller speaks for itself and gets the wording of the question instead. */
  readonly responds: boolean;
}

/** A message's answer as it is stored: with the customer's id, which is for staff. */
export interface TurnAnswer extends Omit<ChatResponse, "customer"> {
  customer: (CustomerView & { readonly id: string }) | null;
}

/** What whoever chats may be told of it: a known address is answered like an unknown one. */
export function told(answer: TurnAnswer): ChatResponse {
  if (answer.customer === null) return { ...answer, customer: null };
  const { known, unvalidated, missing } = answer.customer;
  return { ...answer, customer: { known, unvalidated, missing } };
}

/** What comes of a message. */
export function answer(pack: RulePack, { turn, state, ...answered }: Answered): TurnAnswer {
  const { customerId, responds } = answered;
  return {
    conversationId: answered.conversationId,
    replies: turn !== null && responds ? [...turn.replies] : [],
    request: requestOf(state, responds ? null : (turn?.request?.wording ?? null)),
    confirm: confirmOf(state, responds ? null : (turn?.confirm?.wording ?? null)),
    findings: (turn?.understanding.findings ?? []).map(findingView),
    customer: customerId === null ? null : customerOf(pack, customerId, answered.known),
    mode: state.dialogue.mode,
    turn: state.turn,
    reasons: turn?.trace.reasons ?? {},
  };
}

function customerOf(pack: RulePack, id: string, { known, unvalidated }: Known): TurnAnswer["customer"] {
  return { id, known: { ...known }, unvalidated: [...unvalidated], missing: missingOf(pack, known) };
}

/** What the conversation asks for now. */
export function requestOf({ dialogue }: State, wording: string | null): RequestView | null {
  if (dialogue.mode !== "requesting") return null;
  const { field, rule, attempt } = dialogue.request;
  return { field, rule, attempt, ...(wording === null ? {} : { wording }) };
}

/** What the conversation offers back now. */
export function confirmOf({ dialogue }: State, wording: string | null): ConfirmView | null {
  if (dialogue.mode !== "confirming") return null;
  const { field, stated, suggestion } = dialogue.confirm;
  return { field, stated, suggestion, ...(wording === null ? {} : { wording }) };
}

function missingOf(pack: RulePack, known: Readonly<Record<FieldKey, string>>): FieldKey[] {
  return pack.fields.map(({ field }) => field).filter((field) => !Object.hasOwn(known, field));
}

function findingView(finding: Finding): FindingView {
  const { field, value, raw, span, status, suggestion, because } = finding;
  return {
    field,
    value,
    raw,
    span: { start: span.start, end: span.end },
    status,
    ...(finding.status === "accepted" ? {} : { reason: finding.reason }),
    ...(because === undefined ? {} : { because }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}
