import type { Intent, RulePack, Wordings } from "../rules/pack.ts";
import type { FieldKey } from "../understand/understanding.ts";
import type { ChartEvent } from "./chart.ts";
import type { Act, Move } from "./decision.ts";
import { fieldOf, ownValue, type Facts } from "./facts.ts";
import type { State } from "./state.ts";
import { byAttempt, byTurn, fill, isQuestion, placeholdersOf, type Values } from "./wording.ts";

/** Says what was decided: acknowledge, answer, then at most one question. */
export function speak(
  pack: RulePack,
  facts: Facts,
  move: Move,
  state: State,
  question: readonly ChartEvent[],
): readonly Act[] {
  const values = echoes(pack, facts);
  const asking = questionActs(pack, state, facts, question, values);
  const replies = replyActs(facts, state.turn, values, asking.some(isAskingAct));
  const spoken = [
    ...(facts.held ? [] : acknowledgements(pack, facts, move, state.turn, values, replies)),
    ...replies,
    ...(facts.held ? [] : reactions(pack, facts, move, replies)),
    ...asking,
  ];
  if (spoken.length > 0) return spoken;
  if (facts.signals.has("question")) return [{ act: "pass_on", text: pack.wordings.passed_on[0] }];
  return [{ act: "fall_back", text: byTurn(pack.wordings.fall_back, values, state.turn) ?? "" }];
}

/** What is known, as the customer typed it where that reads better than its normal form. */
function echoes(pack: RulePack, { known, collected }: Facts): Values {
  const typed = collected.filter(({ field }) => fieldOf(pack, field)?.extractor.kind === "phone");
  return { ...known, ...Object.fromEntries(typed.map(({ field, raw }) => [field, raw])) };
}

function isAskingAct({ act }: Act): boolean {
  return act === "request" || act === "reprompt" || act === "confirm";
}

function questionActs(
  pack: RulePack,
  { dialogue }: State,
  { invalid }: Facts,
  question: readonly ChartEvent[],
  values: Values,
): readonly Act[] {
  const [event] = question;
  if (event?.type === "offered" && dialogue.mode === "confirming") {
    const { confirm } = dialogue;
    const text = fill(pack.wordings.confirm[0], {
      ...values,
      value: confirm.stated,
      suggestion: confirm.suggestion,
    });
    return [{ act: "confirm", confirm, text }];
  }
  if (event?.type !== "asked" || dialogue.mode !== "requesting") return [];
  const { request } = dialogue;
  const rule = pack.intents.find(({ intent }) => intent === request.rule);
  const field = fieldOf(pack, request.field);
  const askWith = (own: Wordings | undefined, general: Wordings | undefined, nth: number) =>
    fill(byAttempt(own ?? general ?? [], nth), values);
  if (invalid) {
    const text = askWith(ownValue(rule?.invalid ?? {}, request.field), field?.invalid, request.attempt - 1);
    return [{ act: "reprompt", request, invalid, text }];
  }
  const text = askWith(ownValue(rule?.ask ?? {}, request.field), field?.ask, request.attempt);
  return request.attempt === 1
    ? [{ act: "request", request, text }]
    : [{ act: "reprompt", request, invalid, text }];
}

/** The reply of the matched rule that goes first; a question of its own gives way to the one being asked. */
function replyActs(facts: Facts, turn: number, values: Values, asking: boolean): readonly Act[] {
  const speaking = facts.held ? facts.intents.filter(({ hold }) => hold) : byWeight(facts.intents);
  for (const { intent, replies } of speaking) {
    const wordings = replies.filter((wording) => !asking || !isQuestion(wording));
    const wording = byTurn(wordings, values, turn);
    if (wording !== undefined) return [{ act: "reply", rule: intent, text: fill(wording, values) }];
  }
  return [];
}

/** Business before courtesy: an intent that wants something speaks before a greeting, whatever the priorities. */
function byWeight(intents: readonly Intent[]): readonly Intent[] {
  return [
    ...intents.filter(({ requests }) => requests.length > 0),
    ...intents.filter(({ requests }) => requests.length === 0),
  ];
}

function acknowledgements(
  pack: RulePack,
  facts: Facts,
  move: Move,
  turn: number,
  values: Values,
  replies: readonly Act[],
): readonly Act[] {
  // A value that is offered back is acknowledged by the offer; a name in the greeting, by the greeting.
  const said = replies.flatMap((act) => (act.act === "reply" ? namedIn(facts, act.rule, turn, values) : []));
  const collected = facts.collected.filter(
    ({ field }) => field !== facts.offer?.field && !said.includes(field),
  );
  if (facts.confirmation === "kept" && facts.confirm && collected.length === 0) {
    const { field } = facts.confirm;
    return [{ act: "acknowledge", fields: [field], text: thanksFor(pack, field, "thanks", turn, values) }];
  }
  const fields = [...new Set(collected.map(({ field }) => field))];
  const [only] = fields;
  if (only === undefined) return [];
  const acknowledge = (text: string): readonly Act[] => [{ act: "acknowledge", fields, text }];
  if (move === "correction" || facts.confirmation === "accepted")
    return acknowledge(fields.map((field) => thanksFor(pack, field, "corrected", turn, values)).join(" "));
  const done = byTurn(doneWordings(pack, facts), values, turn);
  if (done !== undefined) return acknowledge(fill(done, values));
  if (fields.length === 1) return acknowledge(thanksFor(pack, only, "thanks", turn, values));
  const details = fields.map((field) => ownValue(values, field) ?? "").join(", ");
  return acknowledge(fill(pack.wordings.thanks_all[0], { ...values, details }));
}

function namedIn({ intents }: Facts, rule: string, turn: number, values: Values): readonly FieldKey[] {
  const replies = intents.find(({ intent }) => intent === rule)?.replies ?? [];
  return placeholdersOf(byTurn(replies, values, turn) ?? "");
}

function thanksFor(
  pack: RulePack,
  field: FieldKey,
  kind: "thanks" | "corrected",
  turn: number,
  values: Values,
): string {
  return fill(byTurn(fieldOf(pack, field)?.[kind] ?? [], values, turn) ?? "", values);
}

/** The answered rule's own closing words, once everything that it asked for is known. */
function doneWordings(pack: RulePack, { request, collected, known }: Facts): readonly string[] {
  const rule = pack.intents.find(({ intent }) => intent === request?.rule);
  if (!rule || !collected.some(({ field }) => field === request?.field)) return [];
  const all = rule.requests.every((field) => ownValue(known, field) !== undefined);
  return all ? rule.done : [];
}

/** What is said of the open request besides asking: refusals, why, patience, passing a question on. */
function reactions(pack: RulePack, facts: Facts, move: Move, replies: readonly Act[]): readonly Act[] {
  const { wordings, limits } = pack;
  const { request, refused, signals } = facts;
  const [refusedField] = refused;
  if (move === "refusal" && refusedField !== undefined)
    return [{ act: "accept_refusal", field: refusedField, text: wordings.refused[0] }];
  if (signals.has("why_we_ask") && request && move === "digression") {
    const why = fieldOf(pack, request.field)?.why ?? "";
    return [{ act: "answer_why", field: request.field, text: why }];
  }
  if (move === "digression" && replies.length === 0) {
    if (signals.has("question")) return [{ act: "pass_on", text: wordings.passed_on[0] }];
    return [{ act: "wait", text: wordings.waiting[0] }];
  }
  const exhausted = request !== null && request.attempt >= limits.attemptsMax;
  if ((move === "no_answer" || move === "invalid_answer") && exhausted)
    return [{ act: "let_go", field: request.field, text: wordings.let_go[0] }];
  return [];
}
