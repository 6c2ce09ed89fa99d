import type { Field, Intent, RulePack } from "../rules/pack.ts";
import { isFullerName } from "../understand/fuller-name.ts";
import type { FieldKey, Finding, Signal, Span, Understanding } from "../understand/understanding.ts";
import { progressOf } from "./chart.ts";
import { isDomainLabel, isInvalidAnswer, readConfirmation, type Confirmation } from "./confirmation.ts";
import { askedIn } from "./asked-in.ts";
import type { Circumstances, Collected, Denied } from "./decision.ts";
import { hindranceOf, isKnown, type Situation } from "./hindrance.ts";
import { knownAfter } from "./known-after.ts";
import { ownValue } from "./own-value.ts";
import type { Confirm, Request, State, Wanted } from "./state.ts";

/** What a message means in this conversation: the one reading that events, acts and reasons share. */
export interface Facts {
  readonly collecting: boolean;
  /** The intents that matched, the highest priority first. */
  readonly intents: readonly Intent[];
  readonly held: boolean;
  readonly signals: ReadonlySet<Signal>;
  /** The customer asks something that neither a rule has matched nor gives a detail ("can you use mike@gmail.com?"). */
  readonly asksBack: boolean;
  /** The field whose purpose the customer wants to know, or null. */
  readonly why: FieldKey | null;
  /** Nothing of ours is open, and the message before was somebody else's: an agent is speaking with the customer. */
  readonly afterOther: boolean;
  /** The open request at the beginning of the turn, or null. */
  readonly request: Request | null;
  /** The open confirmation at the beginning of the turn, or null. */
  readonly confirm: Confirm | null;
  readonly confirmation: Confirmation["answer"] | null;
  readonly collected: readonly Collected[];
  /** Collected fields whose known value this changes. */
  readonly corrected: readonly FieldKey[];
  readonly refused: readonly FieldKey[];
  /** The value that was offered back, when the customer takes it back. */
  readonly denied: readonly Denied[];
  /** A newly heard value that looks mistyped. */
  readonly offer: Confirm | null;
  /** An answer to the open request that was no valid value. */
  readonly invalid: boolean;
  /** Fields that the matched rules ask for and that may be asked for. */
  readonly wanted: readonly Wanted[];
  /** What is known after this message, and what else decides whether a field may be asked for. */
  readonly situation: Situation;
}

/** Reads a message in the light of the conversation. Pure. */
export function readFacts(
  pack: RulePack,
  state: State,
  text: string,
  heard: Understanding,
  circumstances: Circumstances,
): Facts {
  const collecting = circumstances.collecting === "on";
  const { dialogue } = state;
  const request = collecting && dialogue.mode === "requesting" ? dialogue.request : null;
  const confirm = collecting && dialogue.mode === "confirming" ? dialogue.confirm : null;
  const signals: ReadonlySet<Signal> = new Set(heard.signals.map(({ intent }) => intent));
  const intents = pack.intents.filter(({ intent }) => heard.intents.some((match) => match.intent === intent));
  const accepted = heard.findings.filter(
    (finding) => finding.status !== "rejected" && !(confirm && isDomainLabel(confirm, finding)),
  );
  const confirmation = confirm && readConfirmation(confirm, text, heard, accepted);
  const asked = askedIn(state.previous, request ?? confirm);
  const taken = collecting
    ? accepted.filter((finding) => !saysLess(pack, finding, circumstances.known, signals))
    : [];
  const collected = collecting
    ? [
        ...taken.map((finding) => collectedFrom(finding, request)),
        ...(confirmation?.answer === "accepted" ? [confirmation.collected] : []),
      ]
    : [];
  const takesBack = confirmation?.answer === "denied" || confirmation?.answer === "withdrawn";
  const denied = confirm && takesBack ? [{ field: confirm.field, value: confirm.stated }] : [];
  const situation = {
    ...circumstances,
    ...knownAfter(circumstances, { collected, denied }),
    attemptsMax: pack.limits.attemptsMax,
  };
  const held = intents.some(({ hold }) => hold);
  const about = confirmation?.answer === "withdrawn" ? confirm : null;
  const refused = collecting ? refusalsOf(state, request, about, heard, signals, intents, situation) : [];
  const wanted = collecting && !held ? wantedBy(pack, intents, state, situation) : [];
  return {
    collecting,
    intents,
    held,
    signals,
    asksBack: asksBack(text, heard, [...accepted, ...heard.intents]),
    why: signals.has("why_we_ask") ? (heard.mentions[0] ?? asked[0] ?? null) : null,
    afterOther: state.previous?.own === false && request === null && confirm === null,
    request,
    confirm,
    confirmation: confirmation?.answer ?? null,
    collected,
    corrected: collected
      .filter(({ field, value }) => (ownValue(circumstances.known, field) ?? value) !== value)
      .map(({ field }) => field),
    refused,
    denied,
    offer: held ? null : offerOf(pack, taken, state, request, circumstances.known),
    invalid:
      request !== null &&
      !isKnown(request.field, state.fields, situation.known) &&
      heard.findings.some((finding) => isInvalidAnswer(finding, request.field)),
    wanted: wanted.filter(({ field }) => !refused.includes(field)),
    situation,
  };
}

/** The field's definition in the pack, if it has one. */
export function fieldOf(pack: RulePack, key: FieldKey): Field | undefined {
  return pack.fields.find(({ field }) => field === key);
}

/** "It's Mike" from the one who is known as Mike Lindqvist tells nothing new, unless it puts the name right. */
function saysLess(
  pack: RulePack,
  { field, value }: Finding,
  known: Situation["known"],
  signals: ReadonlySet<Signal>,
): boolean {
  const before = ownValue(known, field);
  if (before === undefined || signals.has("correction")) return false;
  return fieldOf(pack, field)?.extractor.kind === "name" && isFullerName(before, value);
}

function collectedFrom(finding: Finding, request: Request | null): Collected {
  const { field, value, raw, span, extractor } = finding;
  const rule = request?.field === field ? request.rule : null;
  const doubt = finding.status === "unvalidated" ? ({ unvalidated: true } as const) : {};
  return { field, value, raw, span, extractor, ...doubt, rule };
}

function refusalsOf(
  state: State,
  request: Request | null,
  withdrawn: Confirm | null,
  { mentions, findings }: Understanding,
  signals: ReadonlySet<Signal>,
  intents: readonly Intent[],
  { known }: Situation,
): readonly FieldKey[] {
  const unknown = (fields: readonly FieldKey[]) =>
    [...new Set(fields)].filter((field) => !isKnown(field, state.fields, known));
  if (signals.has("refusal")) {
    // "I don't give out my number", said when asked for the name, refuses the number. What the message itself gives is
    // spoken of for another reason.
    const given = findings.filter(({ status }) => status !== "rejected").map(({ field }) => field);
    const meant = mentions.filter((field) => !given.includes(field));
    const asked = askedIn(state.previous, request ?? withdrawn);
    // With nothing open it means what is waiting: the customer has seen what comes next.
    const open = asked.length > 0 ? asked : state.queue.map(({ field }) => field);
    return unknown(meant.length > 0 ? meant : open);
  }
  // A bare no answers the question that was asked last, whoever asked it. With a question back, a wish for patience or
  // business of its own it answers nothing.
  const bare =
    !signals.has("question") &&
    !signals.has("wait") &&
    intents.every(({ requests }) => requests.length === 0);
  if (!signals.has("no") || !bare) return [];
  if (state.previous?.own === false) return unknown(state.previous.asked);
  return unknown(request ? [request.field] : []);
}

function offerOf(
  pack: RulePack,
  taken: readonly Finding[],
  state: State,
  request: Request | null,
  known: Situation["known"],
): Confirm | null {
  // One question at a time, and a mistyped address leads nowhere: it goes before a number that may well be whole.
  for (const { field, value, suggestion } of taken) {
    if (suggestion !== undefined && progressOf(state.fields, field).offered !== value)
      return { field, stated: value, suggestion };
  }
  for (const { field, value, raw, status } of taken) {
    // Asked once whether it is whole, and never again: whatever comes next is kept.
    const isNew = progressOf(state.fields, field).offered === null && ownValue(known, field) !== value;
    if (status === "unvalidated" && isNew && fieldOf(pack, field)?.unvalidated) {
      const rule = request?.field === field ? request.rule : null;
      return { field, stated: value, suggestion: null, raw, rule };
    }
  }
  return null;
}

/** Of what the intents ask for, what is collected and may be asked for now. */
function wantedBy(
  pack: RulePack,
  intents: readonly Intent[],
  state: State,
  situation: Situation,
): readonly Wanted[] {
  return intents.flatMap(({ intent, requests }) =>
    requests
      .filter((field) => fieldOf(pack, field) !== undefined)
      .filter((field) => hindranceOf(field, state.fields, situation) === null)
      .map((field) => ({ field, rule: intent })),
  );
}

const SENTENCE_END = /[.!?…。？！؟]+(?=\s)|\n/g;

/** Whether a question is more than the way in which a detail was given or a wish was put: `heard` are these. */
function asksBack(
  text: string,
  { signals }: Understanding,
  heard: readonly { readonly span: Span }[],
): boolean {
  const question = signals.find(({ intent }) => intent === "question");
  if (!question) return false;
  const ends = [...text.matchAll(SENTENCE_END)].map((match) => match.index + match[0].length);
  const sentenceOf = ({ start }: Span) => ends.filter((end) => end <= start).length;
  // "Mike, do you have parking?" and "Hello, are you open?" ask; "can you use mike@gmail.com?", "mike@gmail.com ok?" and
  // "can you send me the list?" do not.
  // A question's trigger may begin with the greeting before it; a single word with a question mark ends all that it could be about.
  const isMark = !/\s/.test(text.slice(question.span.start, question.span.end));
  const isBefore = ({ end }: Span) => !isMark && end < question.span.end;
  return heard.every(({ span }) => sentenceOf(span) !== sentenceOf(question.span) || isBefore(span));
}
