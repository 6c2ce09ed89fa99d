import type { RulePack } from "../rules/pack.ts";
import { progressOf } from "./chart.ts";
import type { ChartEvent } from "./chart-events.ts";
import type { Move } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { hindranceOf } from "./hindrance.ts";
import { ownValue } from "./own-value.ts";
import type { Confirm, State } from "./state.ts";

/** The policy's order, from the first that applies: nothing below a line is looked at when it holds. */
export function moveOf(facts: Facts): Move {
  const { confirmation, collected, intents } = facts;
  const open = facts.request !== null || facts.confirm !== null;
  if (!facts.collecting) return "not_collecting";
  if (facts.held) return "hold";
  if (facts.corrected.length > 0 && confirmation !== "accepted") return "correction";
  if (confirmation !== null && confirmation !== "passed" && confirmation !== "withdrawn")
    return "confirmation";
  if (isAnswered(facts) || (collected.length > 0 && facts.wanted.length === 0)) return "answer";
  if (facts.invalid) return "invalid_answer";
  if (facts.refused.length > 0) return "refusal";
  if (open && facts.why !== null) return "digression";
  if (open && changesSubject(facts)) return "trigger";
  if (open && isDigression(facts)) return "digression";
  if (open) return "no_answer";
  return intents.length > 0 ? "trigger" : "fall_back";
}

function isAnswered({ request, collected }: Facts): boolean {
  return request !== null && collected.some(({ field }) => field === request.field);
}

/** A rule wants other fields than the one that is open: the moment belongs to what the customer speaks of now. */
function changesSubject({ request, wanted }: Facts): boolean {
  return (
    wanted.some(({ rule }) => rule !== request?.rule) && wanted.every(({ field }) => field !== request?.field)
  );
}

/** A question back, a moment's patience, or other business: what is open stays open and costs nothing. */
function isDigression({ intents, signals, request }: Facts): boolean {
  if (signals.has("question") || signals.has("wait") || signals.has("yes")) return true;
  return intents.some(({ requests }) => request === null || !requests.includes(request.field));
}

/** What the message itself changes, before anything is asked. */
export function whatHappened(state: State, facts: Facts, move: Move): readonly ChartEvent[] {
  if (!facts.collecting) return [{ type: "collecting_off" }];
  const fields = facts.collected.map(({ field }) => field);
  const events: ChartEvent[] = [{ type: "collecting_on" }];
  if (facts.confirm && move !== "digression")
    events.push({ type: facts.denied.length > 0 ? "denied" : "resolved" });
  if (facts.refused.length > 0) events.push({ type: "refused", fields: facts.refused });
  if (fields.length > 0) events.push({ type: "settled", fields });
  const insisted = fields.filter((field) => progressOf(state.fields, field).denied);
  if (insisted.length > 0) events.push({ type: "given", fields: insisted });
  if (facts.held) return [...events, { type: "held" }];
  if (facts.wanted.length > 0) events.push({ type: "wanted", wanted: facts.wanted });
  if (facts.request && move === "trigger") events.push({ type: "suspended", behind: true });
  return events;
}

/** The one question of this turn, as the chart's event; nothing when it is not the moment. */
export function nextQuestion(pack: RulePack, state: State, facts: Facts, move: Move): readonly ChartEvent[] {
  const { attemptsMax } = pack.limits;
  const { dialogue } = state;
  if (!facts.collecting || facts.held || dialogue.mode === "confirming") return [];
  if (facts.offer) return [{ type: "offered", confirm: facts.offer }];
  if (facts.refused.length > 0) return [];
  if (facts.confirm && facts.confirmation === "denied")
    return askAgain(facts.confirm, state, facts, attemptsMax);
  if (dialogue.mode === "requesting") {
    if (!facts.invalid && move !== "no_answer") return [];
    const { field, rule, attempt } = dialogue.request;
    return [
      attempt < attemptsMax ? { type: "asked", wanted: { field, rule }, attemptsMax } : { type: "let_go" },
    ];
  }
  if (isCourtesy(facts) || (facts.afterOther && facts.wanted.length === 0)) return [];
  const wanted = state.queue.find(({ field }) => hindranceOf(field, state.fields, facts.situation) === null);
  return wanted ? [{ type: "asked", wanted, attemptsMax }] : [];
}

/** "No, that's not the whole number": asks for it once more, or for nothing. */
function askAgain(
  confirm: Confirm,
  state: State,
  { situation }: Facts,
  attemptsMax: number,
): readonly ChartEvent[] {
  const { field } = confirm;
  if (confirm.suggestion !== null || hindranceOf(field, state.fields, situation) !== null) return [];
  return [{ type: "asked", wanted: { field, rule: confirm.rule ?? field }, attemptsMax }];
}

/** A greeting, thanks or goodbye and nothing else is no moment to come back to what was left over; nor is it while
 *  somebody else is speaking with the customer. */
function isCourtesy({ intents, collected }: Facts): boolean {
  return (
    intents.length > 0 && collected.length === 0 && intents.every(({ requests }) => requests.length === 0)
  );
}

/** Every required field is known. */
export function isComplete(pack: RulePack, { situation, collecting }: Facts): boolean {
  const { known } = situation;
  return (
    collecting &&
    pack.fields.every(({ field, required }) => !required || ownValue(known, field) !== undefined)
  );
}
