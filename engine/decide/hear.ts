import type { MatcherResult, RulePack } from "../rules/pack.ts";
import { understand } from "../understand/understand.ts";
import type { Finding, Signal, Understanding } from "../understand/understanding.ts";
import { askedIn } from "./asked-in.ts";
import { applyEvents, progressOf } from "./chart.ts";
import type { Circumstances } from "./decision.ts";
import { ownValue } from "./own-value.ts";
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
  const requested = requestedIn(refresh(pack, state, circumstances));
  const previous = state.previous?.text ?? null;
  const heard = understand(pack, text, { requested, previous, region: circumstances.region });
  // Where nothing is collected, nobody is told what could have been either.
  if (circumstances.collecting !== "on") return { ...heard, findings: [] };
  const putsRight = heard.signals.some(({ intent }) => intent === "correction");
  const isWeaker = (finding: Finding) =>
    !putsRight && !requested.includes(finding.field) && isWeakerThanKnown(finding, circumstances);
  if (!heard.findings.some(isWeaker)) return heard;
  return {
    ...heard,
    findings: heard.findings.map((finding) =>
      isWeaker(finding) ? { ...finding, status: "rejected", reason: "weaker_than_known" } : finding,
    ),
  };
}

/** A number that no numbering plan has takes no valid one's place, unless it was asked for or is said to put it right. */
function isWeakerThanKnown({ field, value, status }: Finding, circumstances: Circumstances): boolean {
  const { known, unvalidated = [] } = circumstances;
  const before = ownValue(known, field);
  return status === "unvalidated" && before !== undefined && before !== value && !unvalidated.includes(field);
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

function requestedIn({ dialogue, previous, queue, fields }: State) {
  switch (dialogue.mode) {
    case "requesting":
      return askedIn(previous, dialogue.request);
    case "confirming": {
      // The request that the offer took the place of was asked a moment ago, and may still be answered.
      const [next] = queue;
      const displaced = next !== undefined && progressOf(fields, next.field).asks > 0 ? [next.field] : [];
      return [...new Set([...askedIn(previous, dialogue.confirm), ...displaced])];
    }
    default:
      return askedIn(previous, null);
  }
}

function tail(text: string): string {
  const end = text.slice(-PREVIOUS_CHARS_MAX);
  // A cut through a surrogate pair would leave half a character, which no database takes.
  return end.isWellFormed() ? end : end.slice(1).toWellFormed();
}
