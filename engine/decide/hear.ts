import type { MatcherResult, RulePack } from "../rules/pack.ts";
import { understand } from "../understand/understand.ts";
import type { FieldKey, Signal, Understanding } from "../understand/understanding.ts";
import { applyEvents } from "./chart.ts";
import type { Circumstances } from "./decision.ts";
import { refresh } from "./refresh.ts";
import type { State } from "./state.ts";

// A question stands at the end of what an agent says, and a state should stay small.
const PREVIOUS_CHARS_MAX = 1_000;
const SENTENCE_BREAK = /(?<=[.!?…。？！؟])\s+|\n+/;

/** Understands a customer's message in the light of what the conversation was asking. */
export function hear(
  pack: RulePack,
  state: State,
  text: string,
  circumstances: Circumstances,
): Understanding {
  const { region } = circumstances;
  return understand(pack, text, {
    requested: requestedIn(refresh(pack, state, circumstances)),
    previous: state.previous?.text ?? null,
    region,
  });
}

/** Remembers what a bot or an agent said, and which fields were asked for in it. Takes no turn. */
export function hearOther(pack: RulePack, state: State, text: string): State {
  // Sentence by sentence: "I've updated your phone number. Anything else?" asks for no number.
  const heard = text.split(SENTENCE_BREAK).map((sentence) => pack.matcher.match(sentence));
  const asked = heard.filter((sentence) => has(sentence, "request")).flatMap(({ mentions }) => mentions);
  const asks = heard.some((sentence) => has(sentence, "request") || has(sentence, "question"));
  const own = state.dialogue.mode === "requesting" ? state.dialogue.request.field : null;
  // What the customer says next answers their question. Ours waits, unless it is ours that they put in their own words.
  const waits = asks && own !== null && !asked.includes(own);
  const current = waits ? applyEvents(state, [{ type: "suspended", behind: false }]) : state;
  return { ...current, previous: { text: tail(text), asked: [...new Set(asked)], own: false } };
}

function has({ signals }: MatcherResult, signal: Signal): boolean {
  return signals.some(({ intent }) => intent === signal);
}

/** The fields that the customer was just asked for: by the engine, then by somebody else. */
function requestedIn({ dialogue, previous }: State): readonly FieldKey[] {
  const own =
    dialogue.mode === "requesting"
      ? [dialogue.request.field]
      : dialogue.mode === "confirming"
        ? [dialogue.confirm.field]
        : [];
  return [...new Set([...own, ...(previous?.asked ?? [])])];
}

function tail(text: string): string {
  const end = text.slice(-PREVIOUS_CHARS_MAX);
  // A cut through a surrogate pair would leave half a character, which no database takes.
  return end.isWellFormed() ? end : end.slice(1).toWellFormed();
}
