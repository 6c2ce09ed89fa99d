import type { RulePack } from "../rules/pack.ts";
import type { FieldKey } from "../understand/understanding.ts";
import { applyEvents } from "./chart.ts";
import type { Circumstances } from "./decision.ts";
import { hindranceOf } from "./hindrance.ts";
import { ownValue } from "./own-value.ts";
import type { State } from "./state.ts";

/** Closes what has become pointless since the last turn: the field is gone from the rules, or another conversation of the
 *  person has given or refused it. */
export function refresh(pack: RulePack, state: State, circumstances: Circumstances): State {
  const { dialogue, queue, fields } = state;
  const situation = { ...circumstances, attemptsMax: Infinity };
  const isPointless = (field: FieldKey) =>
    !pack.fields.some((defined) => defined.field === field) || hindranceOf(field, fields, situation) !== null;
  const waiting = dialogue.mode === "requesting" ? [dialogue.request, ...queue] : queue;
  const closed = waiting.map(({ field }) => field).filter(isPointless);
  const confirm = dialogue.mode === "confirming" ? dialogue.confirm : null;
  const outdated = confirm !== null && ownValue(circumstances.known, confirm.field) !== confirm.stated;
  if (closed.length === 0 && !outdated) return state;
  return applyEvents(state, [
    { type: "settled", fields: closed },
    ...(outdated ? [{ type: "resolved" } as const] : []),
  ]);
}
