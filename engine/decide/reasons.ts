import type { RulePack } from "../rules/pack.ts";
import type { FieldKey } from "../understand/understanding.ts";
import { progressOf } from "./chart.ts";
import type { Act, Circumstances, Reason } from "./decision.ts";
import { ownValue, type Facts } from "./facts.ts";
import type { State } from "./state.ts";

/** One reason a field of the pack: why it was, or was not, asked for in this turn. */
export function reasonsFor(
  pack: RulePack,
  facts: Facts,
  before: State,
  after: State,
  acts: readonly Act[],
  circumstances: Circumstances,
): Readonly<Record<FieldKey, Reason>> {
  return Object.fromEntries(
    pack.fields.map(({ field }) => [
      field,
      reasonFor(field, pack, facts, before, after, acts, circumstances),
    ]),
  );
}

function reasonFor(
  field: FieldKey,
  pack: RulePack,
  facts: Facts,
  before: State,
  after: State,
  acts: readonly Act[],
  { collecting, coolingOff, now }: Circumstances,
): Reason {
  if (collecting !== "on") return collecting;
  if (ownValue(facts.known, field) !== undefined) return "known";
  if (acts.some((act) => isAsk(act) && act.request.field === field)) return "asked";
  if (facts.held) return "held";
  const { refused, asks } = progressOf(after.fields, field);
  if (refused) return "refused";
  if ((ownValue(coolingOff, field) ?? now) > now) return "cooling_off";
  if (after.dialogue.mode === "requesting" && after.dialogue.request.field === field) return "pending";
  if (asks >= pack.limits.attemptsMax) return "attempts_exhausted";
  if (after.queue.some((wanted) => wanted.field === field)) {
    const waited = before.queue.some((wanted) => wanted.field === field) || facts.request?.field === field;
    const overtaken = acts.some(isAsk) || acts.some(({ act }) => act === "confirm");
    return !waited && overtaken ? "lower_priority" : "pending";
  }
  return "no_trigger";
}

function isAsk(act: Act): act is Extract<Act, { act: "request" | "reprompt" }> {
  return act.act === "request" || act.act === "reprompt";
}
