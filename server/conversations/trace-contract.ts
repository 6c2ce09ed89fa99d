import { z } from "zod";
import type { Act, Reason, Trace } from "../../engine/decide/decision.ts";
import type { Confirm, State } from "../../engine/decide/state.ts";
import type { Finding, RejectReason, Signal } from "../../engine/understand/understanding.ts";

// The engine's own types hold here: what it adds and this does not know is refused by the compiler.

export const ReasonView = z.enum([
  "asked",
  "known",
  "no_trigger",
  "refused",
  "cooling_off",
  "attempts_exhausted",
  "pending",
  "held",
  "lower_priority",
  "action_inactive",
  "not_entitled",
  "started_before_activation",
] as const satisfies readonly Reason[]);

const field = z.string();
const span = z.object({ start: z.int().min(0), end: z.int().min(0) });
const request = z.object({ field, rule: z.string(), attempt: z.int().min(1) });
const confirm: z.ZodType<Confirm, Confirm> = z.union([
  z.object({ field, stated: z.string(), suggestion: z.string() }),
  z.object({
    field,
    stated: z.string(),
    suggestion: z.null(),
    raw: z.string(),
    rule: z.string().nullable(),
  }),
]);

/** What the engine remembers of a conversation between two turns, as it is stored. `mode`, `request` and `confirm` say the
 *  part that callers act on. */
export const StateView: z.ZodType<State, State> = z.object({
  version: z.literal(1),
  turn: z.int().min(0),
  dialogue: z.discriminatedUnion("mode", [
    z.object({ mode: z.literal("inactive") }),
    z.object({ mode: z.literal("listening") }),
    z.object({ mode: z.literal("requesting"), request }),
    z.object({ mode: z.literal("confirming"), confirm }),
    z.object({ mode: z.literal("complete") }),
  ]),
  queue: z.array(z.object({ field, rule: z.string() })),
  fields: z.record(
    z.string(),
    z.object({
      asks: z.int().min(0),
      refused: z.boolean(),
      offered: z.string().nullable(),
      denied: z.boolean(),
    }),
  ),
  said: z.record(z.string(), z.int()),
  previous: z.object({ text: z.string(), asked: z.array(field), own: z.boolean() }).nullable(),
});

const rejected = z.enum([
  "malformed",
  "incomplete",
  "invalid_for_region",
  "ambiguous",
  "not_a_phone",
  "someone_else",
  "recipient",
  "negated",
  "superseded",
  "in_question",
  "agent_name",
  "not_a_name",
  "weaker_than_known",
  "claimed_by_other_field",
] as const satisfies readonly RejectReason[]);

const found = {
  field,
  value: z.string(),
  raw: z.string(),
  span,
  extractor: z.string(),
  suggestion: z.string().exactOptional(),
  because: z.string().exactOptional(),
};
const finding: z.ZodType<Finding, Finding> = z.discriminatedUnion("status", [
  z.object({ ...found, status: z.literal("accepted") }),
  z.object({
    ...found,
    status: z.literal("unvalidated"),
    reason: z.enum(["invalid_for_region", "ambiguous"]),
  }),
  z.object({ ...found, status: z.literal("rejected"), reason: rejected }),
]);

const signal = z.enum([
  "refusal",
  "correction",
  "question",
  "why_we_ask",
  "yes",
  "no",
  "wait",
  "request",
] as const satisfies readonly Signal[]);
const match = { intent: z.string(), trigger: z.string(), at: z.string(), span };

const text = z.string();
const act: z.ZodType<Act, Act> = z.discriminatedUnion("act", [
  z.object({ text, act: z.literal("reply"), rule: z.string() }),
  z.object({ text, act: z.literal("acknowledge"), fields: z.array(field) }),
  z.object({ text, act: z.literal("accept_refusal"), field }),
  z.object({ text, act: z.literal("let_go"), field }),
  z.object({ text, act: z.literal("answer_why"), field }),
  z.object({ text, act: z.literal("wait") }),
  z.object({ text, act: z.literal("pass_on") }),
  z.object({ text, act: z.literal("fall_back") }),
  z.object({ text, act: z.literal("request"), request }),
  z.object({ text, act: z.literal("reprompt"), request, invalid: z.boolean() }),
  z.object({ text, act: z.literal("confirm"), confirm }),
]);

/** The record of a turn's decisions: enough to explain it to a person and to run it again. */
export const TraceView: z.ZodType<Trace, Trace> = z.object({
  engine: z.string(),
  pack: z.string(),
  settings: z
    .object({
      fields: z.array(z.object({ field, required: z.boolean() })).nullable(),
      attemptsMax: z.int().nullable(),
      coolOffDays: z.int().nullable(),
      greetingAsks: field.nullable(),
      hold: z.boolean(),
      languages: z.array(z.string()).nullable(),
    })
    .nullable(),
  turn: z.int(),
  now: z.number(),
  region: z.string().nullable(),
  known: z.record(field, z.string()),
  unvalidated: z.array(field),
  coolingOff: z.record(field, z.number()),
  collecting: z.enum(["on", "action_inactive", "not_entitled", "started_before_activation"]),
  move: z.enum([
    "not_collecting",
    "hold",
    "correction",
    "confirmation",
    "answer",
    "invalid_answer",
    "refusal",
    "digression",
    "no_answer",
    "trigger",
    "fall_back",
  ]),
  rules: z.array(z.object(match)),
  signals: z.array(z.object({ ...match, intent: signal })),
  findings: z.array(finding),
  reasons: z.record(field, ReasonView),
  acts: z.array(act),
  before: StateView,
  after: StateView,
});
