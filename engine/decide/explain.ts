import type { FieldKey, Finding, RejectReason } from "../understand/understanding.ts";
import type { Move, Reason, Trace } from "./decision.ts";
import type { Confirm } from "./state.ts";

/** Says in plain lines why a turn went as it did: what was heard, which rule decided, and for every field why
 *  it was asked for or not. `text` is the customer's message, for quoting. */
export function explainTrace(trace: Trace, text: string): readonly string[] {
  const quote = ({ start, end }: { start: number; end: number }) =>
    `"${text.slice(start, end)}" [${start}, ${end})`;
  return [
    `Turn ${trace.turn}: ${MOVES[trace.move]}`,
    ...trace.rules.map(({ intent, at, span }) => `rule ${intent} matched ${quote(span)} by ${at}`),
    ...trace.signals.map(({ intent, at, span }) => `signal ${intent} in ${quote(span)} by ${at}`),
    ...trace.findings.map((finding) => {
      return `heard ${finding.field} ${quote(finding.span)} by ${finding.extractor}, ${verdictOn(finding)}`;
    }),
    ...trace.acts.flatMap((act) => (act.act === "confirm" ? [offerOf(act.confirm, trace)] : [])),
    // The fields of the pack that was in force then; today's may have others.
    ...Object.keys(trace.reasons).map((field) => `${field}: ${whyFor(field, trace)}`),
  ];
}

const MOVES: Readonly<Record<Move, string>> = {
  not_collecting: "nothing is collected in this conversation",
  hold: "the customer is upset or the moment is wrong, so nothing is asked",
  correction: "the customer put a detail right",
  confirmation: "the customer said whether the value offered back is right",
  answer: "the customer gave a detail",
  invalid_answer: "the answer to the open request is not a valid value",
  refusal: "the customer would rather not say",
  digression: "the customer turned to something else first; the open request costs no attempt",
  no_answer: "the open request was not answered",
  trigger: "the customer wants something that a rule knows",
  fall_back: "no rule matched",
};

const REASONS: Readonly<Record<Reason, string>> = {
  asked: "asked",
  known: "not asked: it is known",
  no_trigger: "not asked: no rule called for it",
  refused: "not asked: refused in this conversation",
  cooling_off: "not asked: refused earlier, and still cooling off",
  attempts_exhausted: "not asked: asked as often as is allowed",
  pending: "not asked: still open from before; it waits for the right moment",
  held: "not asked: held, the moment is wrong",
  lower_priority: "not asked: another question goes first",
  action_inactive: "not asked: the action is inactive",
  not_entitled: "not asked: the plan does not include collecting",
  started_before_activation: "not asked: the conversation began before the action was activated",
};

function verdictOn(finding: Finding): string {
  const because = finding.because === undefined ? "" : ` ("${finding.because}")`;
  switch (finding.status) {
    case "accepted":
      return `accepted as ${finding.value}`;
    case "unvalidated":
      return `noted unvalidated as ${finding.value}: ${inWords(finding.reason)}${because}`;
    case "rejected":
      return `rejected: ${inWords(finding.reason)}${because}`;
    default:
      return finding satisfies never;
  }
}

function inWords(reason: RejectReason): string {
  switch (reason) {
    case "ambiguous":
      return `no region is set to read it in (${reason})`;
    case "weaker_than_known":
      return `nobody asked for it, and the number that is known is a valid one (${reason})`;
    default:
      return reason;
  }
}

/** Why a value is offered back. */
function offerOf({ field, stated, suggestion }: Confirm, { findings, region }: Trace): string {
  if (suggestion !== null) return `offered back: ${suggestion} for ${stated}`;
  const doubted = findings.find((finding) => finding.field === field && finding.status === "unvalidated");
  const plan =
    region === null || stated.startsWith("+") ? "no numbering plan" : `no numbering plan of ${region}`;
  const why =
    doubted?.status === "unvalidated" && doubted.reason === "ambiguous"
      ? "no region is set to read it in"
      : `${plan} has it`;
  return `offered back: "${doubted?.raw ?? stated}": ${why}`;
}

function whyFor(field: FieldKey, { reasons, acts }: Trace): string {
  const reason = Object.hasOwn(reasons, field) ? reasons[field] : undefined;
  if (reason === undefined) return "not a field of this pack then";
  const ask = acts.find(
    (act) => (act.act === "request" || act.act === "reprompt") && act.request.field === field,
  );
  if (reason !== "asked" || !ask || !("request" in ask)) return `${REASONS[reason]} (${reason})`;
  if (ask.request.rule === field)
    return `asked, attempt ${ask.request.attempt}, because the value given was said not to be right (asked)`;
  return `asked, attempt ${ask.request.attempt}, because rule ${ask.request.rule} wants it (asked)`;
}
