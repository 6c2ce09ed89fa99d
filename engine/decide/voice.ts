import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { toUnicode } from "tr46";
import type { RulePack, Wordings } from "../rules/pack.ts";
import type { FieldKey } from "../understand/understanding.ts";
import type { ChartEvent } from "./chart-events.ts";
import type { Act, Move } from "./decision.ts";
import { fieldOf, type Facts } from "./facts.ts";
import { ownValue } from "./own-value.ts";
import type { State } from "./state.ts";
import { byTime, fill, type Values } from "./wording.ts";

const DIGITS_MIN = 5; // a number with fewer was said in words

/** What every act is worded from. */
export interface Voice {
  readonly pack: RulePack;
  readonly facts: Facts;
  readonly move: Move;
  /** The state after the question was decided. */
  readonly state: State;
  /** The event that asks, offers or lets go, if any. */
  readonly question: ChartEvent | undefined;
  readonly values: Values;
}

/** Gathers what a turn is worded from. A phone number that was just given or offered back is echoed as typed; other values read well:
 *  earlier numbers are spaced, and a mail domain is in the letters of its language. */
export function voiceOf(
  pack: RulePack,
  facts: Facts,
  move: Move,
  state: State,
  question: ChartEvent | undefined,
): Voice {
  const values = {};
  for (const [field, value] of Object.entries(facts.situation.known)) {
    // Only when a wording uses it: reading a phone number well takes longer than most turns.
    Object.defineProperty(values, field, {
      enumerable: true,
      get: () => readable(pack, facts, field, value),
    });
  }
  return { pack, facts, move, state, question, values };
}

function readable(pack: RulePack, { collected, confirm }: Facts, field: FieldKey, value: string): string {
  const kind = fieldOf(pack, field)?.extractor.kind;
  if (kind === "email") return withUnicodeDomain(value);
  if (kind !== "phone") return value;
  const offered = confirm?.suggestion === null && confirm.stated === value ? confirm.raw : undefined;
  const given = collected.find((detail) => detail.field === field)?.raw ?? offered;
  // "oh four one two …" is echoed in digits.
  const typed =
    given !== undefined && (given.match(/\p{Nd}/gu)?.length ?? 0) >= DIGITS_MIN ? given : undefined;
  return typed ?? parsePhoneNumberFromString(value)?.formatInternational() ?? value;
}

function withUnicodeDomain(email: string): string {
  if (!email.includes("xn--")) return email;
  const at = email.lastIndexOf("@") + 1;
  return email.slice(0, at) + toUnicode(email.slice(at)).domain;
}

/** The key under which a state counts how often such an act was said. Questions count as attempts instead. */
export function actKey(act: Act): string | null {
  switch (act.act) {
    case "reply":
      return `reply ${act.rule}`;
    case "request":
    case "reprompt":
      return null;
    case "acknowledge":
    case "accept_refusal":
    case "let_go":
    case "answer_why":
    case "wait":
    case "pass_on":
    case "fall_back":
    case "confirm":
      return act.act;
    default:
      return act satisfies never;
  }
}

/** Counts what was said, so that the next time can be worded differently. */
export function countSaid(said: State["said"], acts: readonly Act[]): State["said"] {
  const counts = { ...said };
  for (const key of acts.map(actKey)) if (key !== null) counts[key] = (ownValue(counts, key) ?? 0) + 1;
  return counts;
}

/** The wording for the nth time that such an act is said; undefined when none of them can be said now. */
export function wordingFor(
  { state }: Voice,
  key: string,
  wordings: readonly string[],
  values: Values,
): string | undefined {
  return byTime(wordings, values, (ownValue(state.said, key) ?? 0) + 1);
}

/** A wording that belongs to no rule, filled in. */
export function sayGeneral(voice: Voice, key: string, wordings: Wordings, values = voice.values): string {
  return fill(wordingFor(voice, key, wordings, values) ?? wordings[0], values);
}
