import type { Settings } from "../rules/pack.ts";
import type { FieldKey, Finding, RuleMatch, Signal, Span } from "../understand/understanding.ts";
import type { Confirm, Request, State } from "./state.ts";

/** What is true around the message: facts of this person and of the workspace, and the time. */
export interface Circumstances {
  /** Milliseconds since the epoch; the engine has no clock of its own. */
  readonly now: number;
  /** What this handle itself has given, or a verified link: field → value. */
  readonly known: Readonly<Record<FieldKey, string>>;
  /** Known fields whose value was noted without being known to be a valid one. None, where it is left out. */
  readonly unvalidated?: readonly FieldKey[];
  /** Fields refused in an earlier conversation: field → milliseconds since the epoch when it may be asked again. */
  readonly coolingOff: Readonly<Record<FieldKey, number>>;
  /** Whether details are collected in this conversation, or the reason why not. */
  readonly collecting: "on" | "action_inactive" | "not_entitled" | "started_before_activation";
  /** Country for national phone numbers, or null. */
  readonly region: string | null;
}

/** Why a field was, or was not, asked for in a turn. */
export type Reason =
  | "asked"
  | "known"
  | "no_trigger"
  | "refused"
  | "cooling_off"
  | "attempts_exhausted"
  | "pending" // wanted or asked earlier; not asked (again) in this turn
  | "held"
  | "lower_priority" // wanted by a rule in this turn, but another field goes first
  | "action_inactive"
  | "not_entitled"
  | "started_before_activation";

/** What the engine decides to say. `text` is the finished wording. */
export type Act = { readonly text: string } & (
  | { readonly act: "reply"; readonly rule: string }
  | { readonly act: "acknowledge"; readonly fields: readonly FieldKey[] }
  | { readonly act: "accept_refusal"; readonly field: FieldKey }
  | { readonly act: "let_go"; readonly field: FieldKey }
  | { readonly act: "answer_why"; readonly field: FieldKey }
  | { readonly act: "wait" }
  | { readonly act: "pass_on" }
  | { readonly act: "fall_back" }
  | { readonly act: "request"; readonly request: Request }
  | { readonly act: "reprompt"; readonly request: Request; readonly invalid: boolean }
  | { readonly act: "confirm"; readonly confirm: Confirm }
);

/** Which line of the policy decided the turn, in the policy's order. */
export type Move =
  | "not_collecting"
  | "hold"
  | "correction"
  | "confirmation"
  | "answer"
  | "invalid_answer"
  | "refusal"
  | "digression"
  | "no_answer"
  | "trigger"
  | "fall_back";

/** The record of a turn's decisions: enough to explain it to a person and to run it again. */
export interface Trace {
  readonly engine: string;
  readonly pack: string;
  /** What the workspace had changed of the pack, or null. */
  readonly settings: Settings | null;
  readonly turn: number;
  readonly now: number;
  /** The country that national phone numbers were read in. */
  readonly region: string | null;
  /** The other circumstances of the message, as the turn was given them: with them it can be run again. */
  readonly known: Circumstances["known"];
  readonly unvalidated: readonly FieldKey[];
  readonly coolingOff: Circumstances["coolingOff"];
  readonly collecting: Circumstances["collecting"];
  readonly move: Move;
  readonly rules: readonly RuleMatch[];
  readonly signals: readonly (RuleMatch & { readonly intent: Signal })[];
  readonly findings: readonly Finding[];
  readonly reasons: Readonly<Record<FieldKey, Reason>>;
  readonly acts: readonly Act[];
  readonly before: State;
  readonly after: State;
}

/** A value to store as a claim of this conversation. */
export interface Collected {
  readonly field: FieldKey;
  readonly value: string;
  readonly raw: string;
  readonly span: Span;
  readonly extractor: string;
  /** Given, but not known to be a valid value. */
  readonly unvalidated?: true;
  /** The intent that asked for it, or null when it was volunteered. */
  readonly rule: string | null;
}

/** A value given earlier that the customer takes back: it counts as not given. */
export interface Denied {
  readonly field: FieldKey;
  readonly value: string;
}
