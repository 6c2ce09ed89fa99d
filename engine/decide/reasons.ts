import type { RulePack } from "../rules/pack.ts";
import type { FieldKey } from "../understand/understanding.ts";
import type { Act, Circumstances, Reason } from "./decision.ts";
import type { Facts } from "./facts.ts";
import { hindranceOf } from "./hindrance.ts";
import type { State } from "./state.ts";

/** One reason a field of the pack: why it was, or was not, asked for in this turn. */
export function reasonsFor(
  pack: RulePack,
  facts: Facts,
  before: State,
  after: State,
  acts: readonly Act[],
  collecting: Circumstances["collecting"],
): Readonly<Record<FieldKey, Reason>> {
  const reasonFor = (field: FieldKey): Reason => {
    if (collecting !== "on") return collecting;
    if (acts.some((act) => isAsk(act) && act.request.field === field)) return "asked";
    const hindrance = hindranceOf(field, after.fields, facts.situation);
    if (hindrance === "known") return hindrance;
    if (facts.held) return "held";
    // Asked as often as is allowed, but the last time is still open.
    const isOpen = after.dialogue.mode === "requesting" && after.dialogue.request.field === field;
    if (hindrance !== null && !isOpen) return hindrance;
    if (isOpen) return "pending";
    if (!after.queue.some((wanted) => wanted.field === field)) return "no_trigger";
    const waited = before.queue.some((wanted) => wanted.field === field) || facts.request?.field === field;
    const overtaken = acts.some((act) => isAsk(act) || act.act === "confirm");
    return !waited && overtaken ? "lower_priority" : "pending";
  };
  return Object.fromEntries(pack.fields.map(({ field }) => [field, reasonFor(field)]));
}

function isAsk(act: Act): act is Extract<Act, { act: "request" | "reprompt" }> {
  return act.act === "request" || act.act === "reprompt";
}
