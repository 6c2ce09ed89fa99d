import type { Intent, Wordings } from "../rules/pack.ts";
import type { FieldKey } from "../understand/understanding.ts";
import { acknowledge } from "./acknowledge.ts";
import type { Act } from "./decision.ts";
import { fieldOf } from "./facts.ts";
import { ownValue } from "./own-value.ts";
import { sayGeneral, wordingFor, type Voice } from "./voice.ts";
import { byAttempt, fill, isQuestion, placeholdersOf } from "./wording.ts";

/** Says what was decided: acknowledge, answer, then at most one question. */
export function speak(voice: Voice): readonly Act[] {
  const { facts, pack } = voice;
  const asking = ask(voice);
  const passing = facts.asksBack && facts.refused.length === 0 && facts.why === null;
  const { replies, named } = reply(voice, asking.length > 0 || passing);
  const spoken = facts.held
    ? replies
    : [...acknowledge(voice, named), ...replies, ...react(voice, replies.length > 0), ...asking];
  if (spoken.length > 0) return spoken;
  return [{ act: "fall_back", text: sayGeneral(voice, "fall_back", pack.wordings.fall_back) }];
}

/** The question of this turn, if there is one. */
function ask(voice: Voice): readonly Act[] {
  const { pack, facts, state, question, values } = voice;
  const { dialogue } = state;
  if (question?.type === "offered" && dialogue.mode === "confirming") {
    const { confirm } = dialogue;
    if (confirm.suggestion === null) {
      const asked = fieldOf(pack, confirm.field)?.unvalidated ?? "";
      return [{ act: "confirm", confirm, text: fill(asked, values) }];
    }
    const offered = { ...values, value: confirm.stated, suggestion: confirm.suggestion };
    return [{ act: "confirm", confirm, text: sayGeneral(voice, "confirm", pack.wordings.confirm, offered) }];
  }
  if (question?.type !== "asked" || dialogue.mode !== "requesting") return [];
  const { request } = dialogue;
  const rule = pack.intents.find(({ intent }) => intent === request.rule);
  const field = fieldOf(pack, request.field);
  const word = (own: Wordings | undefined, general: Wordings | undefined, nth: number) =>
    fill(byAttempt(own ?? general ?? [], nth), values);
  const isInvalid = facts.invalid && facts.request?.field === request.field;
  if (isInvalid || facts.confirmation === "denied") {
    const nth = Math.max(1, request.attempt - 1);
    const text = word(ownValue(rule?.invalid ?? {}, request.field), field?.invalid, nth);
    return [{ act: "reprompt", request, invalid: true, text }];
  }
  const text = word(ownValue(rule?.ask ?? {}, request.field), field?.ask, request.attempt);
  return request.attempt === 1
    ? [{ act: "request", request, text }]
    : [{ act: "reprompt", request, invalid: false, text }];
}

/** The reply of the matched rule that goes first, and the fields that it speaks of. With `statement`, a reply that
 *  asks something itself gives way. */
function reply(
  voice: Voice,
  statement: boolean,
): { readonly replies: readonly Act[]; readonly named: readonly FieldKey[] } {
  const { facts, values } = voice;
  const speaking = facts.held ? facts.intents.filter(({ hold }) => hold) : byWeight(facts.intents);
  for (const { intent, replies } of speaking) {
    const wordings = replies.filter((wording) => !statement || !isQuestion(wording));
    const wording = wordingFor(voice, `reply ${intent}`, wordings, values);
    if (wording === undefined) continue;
    return {
      replies: [{ act: "reply", rule: intent, text: fill(wording, values) }],
      named: placeholdersOf(wording),
    };
  }
  return { replies: [], named: [] };
}

/** Business before courtesy: an intent that wants something speaks before a greeting, whatever the priorities. */
function byWeight(intents: readonly Intent[]): readonly Intent[] {
  return [
    ...intents.filter(({ requests }) => requests.length > 0),
    ...intents.filter(({ requests }) => requests.length === 0),
  ];
}

/** What is said besides: a refusal accepted, why we ask, a question passed on, patience, letting go. */
function react(voice: Voice, hasReplied: boolean): readonly Act[] {
  const { pack, facts, move, question } = voice;
  const { wordings } = pack;
  const [refused] = facts.refused;
  if (refused !== undefined) {
    const text = sayGeneral(voice, "accept_refusal", wordings.refused);
    return [{ act: "accept_refusal", field: refused, text }];
  }
  const why = facts.why === null ? undefined : fieldOf(pack, facts.why)?.why;
  if (facts.why !== null && why !== undefined) return [{ act: "answer_why", field: facts.why, text: why }];
  if (facts.asksBack) return [{ act: "pass_on", text: sayGeneral(voice, "pass_on", wordings.passed_on) }];
  if (hasReplied) return [];
  if (move === "digression") return [{ act: "wait", text: sayGeneral(voice, "wait", wordings.waiting) }];
  const left = question?.type === "let_go" ? facts.request : isLeft(voice) ? facts.confirm : null;
  if (left !== null)
    return [{ act: "let_go", field: left.field, text: sayGeneral(voice, "let_go", wordings.let_go) }];
  return [];
}

/** The value offered back is not right, and asked as often as is allowed. */
function isLeft({ facts, question }: Voice): boolean {
  return facts.confirmation === "denied" && question === undefined;
}
