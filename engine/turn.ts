/** The front door of the engine: text and state in, decisions out. */
import { decide } from "./decide/decide.ts";
import type { Circumstances, Collected, Denied, Trace } from "./decide/decision.ts";
import { hear } from "./decide/hear.ts";
import type { Confirm, Request, State } from "./decide/state.ts";
import type { RulePack } from "./rules/pack.ts";
import type { FieldKey, Understanding } from "./understand/understanding.ts";

/** One customer message and what came of it. Plain JSON throughout. */
export interface Turn {
  readonly state: State;
  /** What to say: one message, or none. Never two questions. */
  readonly replies: readonly string[];
  /** What is being asked for now, with its wording when it was asked in this turn, else null. */
  readonly request: (Request & { readonly wording: string | null }) | null;
  /** A value offered back for confirmation, with the wording that offers it. */
  readonly confirm: (Confirm & { readonly wording: string }) | null;
  readonly understanding: Understanding;
  /** Values to store as claims of this conversation, in text order. */
  readonly collected: readonly Collected[];
  /** Fields that this message refused; they cool off across the person's conversations. */
  readonly refused: readonly FieldKey[];
  /** Values given earlier that this message takes back: they count as not given from now on (see knownAfter). */
  readonly denied: readonly Denied[];
  readonly trace: Trace;
}

/** Takes a turn with a customer's message. Pure and total: the same arguments give the same bytes, and no
 *  text makes it throw. */
export function takeTurn(pack: RulePack, state: State, text: string, circumstances: Circumstances): Turn {
  const understanding = hear(pack, state, text, circumstances);
  const { acts, ...decision } = decide(pack, state, text, understanding, circumstances);
  const said = acts.map((act) => act.text).filter((wording) => wording !== "");
  const { dialogue } = decision.state;
  const asking = acts.find((act) => act.act === "request" || act.act === "reprompt");
  const offering = acts.find((act) => act.act === "confirm");
  return {
    ...decision,
    replies: said.length > 0 ? [said.join(" ")] : [],
    request: dialogue.mode === "requesting" ? { ...dialogue.request, wording: asking?.text ?? null } : null,
    confirm:
      dialogue.mode === "confirming" && offering ? { ...dialogue.confirm, wording: offering.text } : null,
    understanding,
  };
}
