import type { RulePack } from "../rules/pack.ts";
import type { FieldKey, Understanding } from "../understand/understanding.ts";
import { ENGINE_VERSION } from "../version.ts";
import { applyEvents } from "./chart.ts";
import type { Act, Circumstances, Collected, Denied, Trace } from "./decision.ts";
import { readFacts } from "./facts.ts";
import { isComplete, moveOf, nextQuestion, whatHappened } from "./policy.ts";
import { reasonsFor } from "./reasons.ts";
import { refresh } from "./refresh.ts";
import { speak } from "./speak.ts";
import type { State } from "./state.ts";
import { countSaid, voiceOf } from "./voice.ts";

/** What came of a message: the next state, what to say, what to store, and the record of why. */
export interface Decision {
  readonly state: State;
  readonly acts: readonly Act[];
  readonly collected: readonly Collected[];
  /** Fields that this message refused. */
  readonly refused: readonly FieldKey[];
  /** Values given earlier that this message takes back. */
  readonly denied: readonly Denied[];
  readonly trace: Trace;
}

/** Decides a turn. Pure: the same pack, state, message, understanding and circumstances give the same bytes. */
export function decide(
  pack: RulePack,
  before: State,
  text: string,
  heard: Understanding,
  circumstances: Circumstances,
): Decision {
  const current = refresh(pack, before, circumstances);
  const facts = readFacts(pack, current, text, heard, circumstances);
  const move = moveOf(facts);
  const settled = applyEvents(current, whatHappened(current, facts, move));
  const question = nextQuestion(pack, settled, facts, move);
  const asked = applyEvents(settled, [
    ...question,
    { type: isComplete(pack, facts) ? "all_known" : "some_missing" },
  ]);
  const acts = speak(voiceOf(pack, facts, move, asked, question[0]));
  const said = acts.map((act) => act.text).join(" ");
  const after: State = {
    ...asked,
    turn: before.turn + 1,
    said: countSaid(asked.said, acts),
    previous: said === "" ? null : { text: said, asked: [], own: true },
  };
  return {
    state: after,
    acts,
    collected: facts.collected,
    refused: facts.refused,
    denied: facts.denied,
    trace: {
      engine: ENGINE_VERSION,
      pack: pack.hash,
      settings: pack.settings,
      turn: after.turn,
      now: circumstances.now,
      region: circumstances.region,
      known: circumstances.known,
      unvalidated: circumstances.unvalidated ?? [],
      coolingOff: circumstances.coolingOff,
      collecting: circumstances.collecting,
      move,
      rules: heard.intents,
      signals: heard.signals,
      findings: heard.findings,
      reasons: reasonsFor(pack, facts, current, after, acts, circumstances.collecting),
      acts,
      before,
      after,
    },
  };
}
