import type { RulePack } from "../rules/pack.ts";
import type { FieldKey, Understanding } from "../understand/understanding.ts";
import { ENGINE_VERSION } from "../version.ts";
import { applyEvents, progressOf, type ChartEvent } from "./chart.ts";
import type { Act, Circumstances, Collected, Move, Trace } from "./decision.ts";
import { ownValue, readFacts, type Facts } from "./facts.ts";
import { reasonsFor } from "./reasons.ts";
import { speak } from "./speak.ts";
import type { State, Wanted } from "./state.ts";

/** What came of a message: the next state, what to say, what to store, and the record of why. */
export interface Decision {
  readonly state: State;
  readonly acts: readonly Act[];
  readonly collected: readonly Collected[];
  /** Fields that this message refused. */
  readonly refused: readonly FieldKey[];
  readonly trace: Trace;
}

/** Decides a turn. Pure: the same pack, state, message, understanding and circumstances give the same bytes. */
export function decide(
  pack: RulePack,
  state: State,
  text: string,
  heard: Understanding,
  circumstances: Circumstances,
): Decision {
  const facts = readFacts(pack, state, text, heard, circumstances);
  const move = moveOf(facts);
  const heardState = applyEvents(state, whatHappened(facts, move));
  const question = nextQuestion(pack, heardState, facts, move, circumstances);
  const askedState = applyEvents(heardState, [
    ...question,
    { type: "rested", complete: isComplete(pack, facts) },
  ]);
  const acts = speak(pack, facts, move, askedState, question);
  const said = acts.map((act) => act.text).join(" ");
  const after: State = {
    ...askedState,
    turn: state.turn + 1,
    previous: said === "" ? null : { text: said, asked: [] },
  };
  return {
    state: after,
    acts,
    collected: facts.collected,
    refused: facts.refused,
    trace: {
      engine: ENGINE_VERSION,
      pack: pack.hash,
      turn: after.turn,
      now: circumstances.now,
      move,
      rules: heard.intents,
      signals: heard.signals,
      findings: heard.findings,
      reasons: reasonsFor(pack, facts, state, after, acts, circumstances),
      acts,
      before: state,
      after,
    },
  };
}

/** The policy's order, from the first that applies: nothing below a line is looked at when it holds. */
function moveOf(facts: Facts): Move {
  const { request, confirmation, collected, intents, signals } = facts;
  const open = request !== null;
  const answered = open && collected.some(({ field }) => field === request.field);
  const changedSubject = facts.wanted.some(({ rule }) => rule !== request?.rule);
  if (!facts.collecting) return "not_collecting";
  if (facts.held) return "hold";
  if (facts.corrected.length > 0 && confirmation !== "accepted") return "correction";
  if (confirmation !== null && confirmation !== "passed") return "confirmation";
  if (answered || (collected.length > 0 && facts.wanted.length === 0)) return "answer";
  if (facts.invalid) return "invalid_answer";
  if (facts.refused.length > 0) return "refusal";
  if (open && signals.has("why_we_ask")) return "digression";
  if (open && changedSubject && !facts.wanted.some(({ field }) => field === request.field)) return "trigger";
  if (open && isDigression(facts)) return "digression";
  if (open) return "no_answer";
  return intents.length > 0 ? "trigger" : "fall_back";
}

/** A question back, a moment's patience, or other business: the request stays open and costs nothing. */
function isDigression({ intents, signals, request }: Facts): boolean {
  if (signals.has("question") || signals.has("wait") || signals.has("yes")) return true;
  return intents.some(({ requests }) => request !== null && !requests.includes(request.field));
}

/** What the message itself changes, before anything is asked. */
function whatHappened(facts: Facts, move: Move): readonly ChartEvent[] {
  if (!facts.collecting) return [{ type: "collecting_off" }];
  const fields = facts.collected.map(({ field }) => field);
  const events: ChartEvent[] = [{ type: "collecting_on" }];
  if (facts.confirm) events.push({ type: "resolved" });
  if (facts.refused.length > 0) events.push({ type: "refused", fields: facts.refused });
  if (fields.length > 0) events.push({ type: "settled", fields });
  if (facts.held) return [...events, { type: "held" }];
  if (facts.wanted.length > 0) events.push({ type: "wanted", wanted: facts.wanted });
  if (facts.request && move === "trigger") events.push({ type: "suspended" });
  return events;
}

/** The one question of this turn, as the chart's event; nothing when it is not the moment. */
function nextQuestion(
  pack: RulePack,
  state: State,
  facts: Facts,
  move: Move,
  { coolingOff, now }: Circumstances,
): readonly ChartEvent[] {
  const { attemptsMax } = pack.limits;
  if (!facts.collecting || facts.held) return [];
  if (facts.offer) return [{ type: "offered", confirm: facts.offer }];
  if (state.dialogue.mode === "requesting") {
    if (move !== "invalid_answer" && move !== "no_answer") return [];
    const { field, rule, attempt } = state.dialogue.request;
    return [
      attempt < attemptsMax ? { type: "asked", wanted: { field, rule }, attemptsMax } : { type: "let_go" },
    ];
  }
  if (move === "refusal") return [];
  const mayAsk = ({ field }: Wanted) =>
    ownValue(facts.known, field) === undefined &&
    !progressOf(state.fields, field).refused &&
    progressOf(state.fields, field).asks < attemptsMax &&
    (ownValue(coolingOff, field) ?? now) <= now;
  const wanted = state.queue.find(mayAsk);
  return wanted ? [{ type: "asked", wanted, attemptsMax }] : [];
}

function isComplete(pack: RulePack, { known, collecting }: Facts): boolean {
  return (
    collecting &&
    pack.fields.every(({ field, required }) => !required || ownValue(known, field) !== undefined)
  );
}
