import type { Field, Intent, RulePack } from "../rules/pack.ts";
import type { FieldKey, Finding, Signal, Understanding } from "../understand/understanding.ts";
import { progressOf } from "./chart.ts";
import type { Circumstances, Collected } from "./decision.ts";
import type { Confirm, Request, State, Wanted } from "./state.ts";

/** What a message means in this conversation: the one reading that events, acts and reasons share. */
export interface Facts {
  readonly collecting: boolean;
  /** The intents that matched, the highest priority first. */
  readonly intents: readonly Intent[];
  readonly held: boolean;
  readonly signals: ReadonlySet<Signal>;
  /** The open request at the beginning of the turn, or null. */
  readonly request: Request | null;
  /** The open confirmation at the beginning of the turn, or null. */
  readonly confirm: Confirm | null;
  /** How the open confirmation was answered; "passed" when the customer spoke of something else. */
  readonly confirmation: "accepted" | "kept" | "restated" | "passed" | null;
  readonly collected: readonly Collected[];
  /** Collected fields whose known value this changes. */
  readonly corrected: readonly FieldKey[];
  readonly refused: readonly FieldKey[];
  /** A newly heard value that looks mistyped. */
  readonly offer: Confirm | null;
  /** An answer to the open request that was no valid value. */
  readonly invalid: boolean;
  /** Fields that the matched rules ask for and that may be asked for. */
  readonly wanted: readonly Wanted[];
  /** What is known after this message. */
  readonly known: Readonly<Record<FieldKey, string>>;
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
  const accepted = heard.findings.filter(({ status }) => status === "accepted");
  const confirmation = confirm && confirmationOf(confirm, signals, accepted);
  const stated = collecting ? accepted.map((finding) => collectedFrom(finding, request)) : [];
  const agreed = confirmation === "accepted" && confirm ? consentTo(confirm, text, heard) : [];
  const collected = [...stated, ...agreed];
  const known = {
    ...circumstances.known,
    ...Object.fromEntries(collected.map(({ field, value }) => [field, value])),
  };
  const held = intents.some(({ hold }) => hold);
  const open = [...(request ? [request.field] : []), ...(state.previous?.asked ?? [])];
  // With nothing open, a refusal means what is waiting: the customer has seen what comes next.
  const asked = open.length > 0 ? open : state.queue.map(({ field }) => field);
  const refused = collecting ? refusalsOf(asked, heard, signals, known) : [];
  return {
    collecting,
    intents,
    held,
    signals,
    request,
    confirm,
    confirmation,
    collected,
    corrected: collected
      .filter(({ field, value }) => (ownValue(circumstances.known, field) ?? value) !== value)
      .map(({ field }) => field),
    refused,
    offer: collecting && !held ? offerOf(accepted, state) : null,
    invalid: request !== null && heard.findings.some((finding) => isInvalidAnswer(finding, request)),
    wanted: collecting && !held ? wantedBy(pack, intents, known, refused, state, circumstances) : [],
    known,
  };
}

/** The field's definition in the pack, if it has one. */
export function fieldOf(pack: RulePack, key: FieldKey): Field | undefined {
  return pack.fields.find(({ field }) => field === key);
}

/** A record's own value; keys such as "constructor" find nothing. */
export function ownValue<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function confirmationOf(
  confirm: Confirm,
  signals: ReadonlySet<Signal>,
  accepted: readonly Finding[],
): NonNullable<Facts["confirmation"]> {
  const restated = accepted.find(({ field }) => field === confirm.field);
  if (restated && restated.value !== confirm.stated) return "restated";
  // "No, gmial is right": the no wins over the "right" that would sound like a yes.
  if (signals.has("no") || restated) return "kept";
  return signals.has("yes") ? "accepted" : "passed";
}

function collectedFrom({ field, value, raw, span, extractor }: Finding, request: Request | null): Collected {
  return { field, value, raw, span, extractor, rule: request?.field === field ? request.rule : null };
}

/** The value was ours, the consent is theirs: the provenance is the characters of the yes. */
function consentTo(confirm: Confirm, text: string, { signals }: Understanding): readonly Collected[] {
  return signals
    .filter(({ intent }) => intent === "yes")
    .slice(0, 1)
    .map(({ span }) => ({
      field: confirm.field,
      value: confirm.suggestion,
      raw: text.slice(span.start, span.end),
      span,
      extractor: "confirmation",
      rule: null,
    }));
}

function refusalsOf(
  asked: readonly FieldKey[],
  { mentions }: Understanding,
  signals: ReadonlySet<Signal>,
  known: Facts["known"],
): readonly FieldKey[] {
  const unknown = (field: FieldKey) => ownValue(known, field) === undefined;
  if (signals.has("refusal")) {
    // "I don't give out my number", said when asked for the name, refuses the number.
    const meant = mentions.length > 0 ? mentions : asked;
    return [...new Set(meant.filter(unknown))];
  }
  // A bare no answers the question that is open; a question back or a wait does not.
  const declined = signals.has("no") && !signals.has("question") && !signals.has("wait");
  return declined ? [...new Set(asked.filter(unknown))] : [];
}

function offerOf(accepted: readonly Finding[], state: State): Confirm | null {
  for (const { field, value, suggestion } of accepted)
    if (suggestion !== undefined && !progressOf(state.fields, field).confirmed)
      return { field, stated: value, suggestion };
  return null;
}

function isInvalidAnswer(finding: Finding, request: Request): boolean {
  if (finding.status !== "rejected" || finding.field !== request.field) return false;
  switch (finding.reason) {
    case "malformed":
    case "incomplete":
    case "invalid_for_region":
    case "ambiguous":
      return true;
    default:
      return false;
  }
}

function wantedBy(
  pack: RulePack,
  intents: readonly Intent[],
  known: Facts["known"],
  refused: readonly FieldKey[],
  state: State,
  { coolingOff, now }: Circumstances,
): readonly Wanted[] {
  const mayAsk = (field: FieldKey) => {
    const progress = progressOf(state.fields, field);
    return (
      ownValue(known, field) === undefined &&
      !refused.includes(field) &&
      !progress.refused &&
      progress.asks < pack.limits.attemptsMax &&
      (ownValue(coolingOff, field) ?? now) <= now
    );
  };
  return intents.flatMap(({ intent, requests }) =>
    requests.filter(mayAsk).map((field) => ({ field, rule: intent })),
  );
}
