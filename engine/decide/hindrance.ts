import type { FieldKey } from "../understand/understanding.ts";
import { progressOf } from "./chart.ts";
import type { Reason } from "./decision.ts";
import { ownValue } from "./own-value.ts";
import type { State } from "./state.ts";

/** What decides whether a field may be asked for at all. */
export interface Situation {
  readonly known: Readonly<Record<FieldKey, string>>;
  /** Field → milliseconds since the epoch from when on it may be asked for again. */
  readonly coolingOff: Readonly<Record<FieldKey, number>>;
  readonly now: number;
  readonly attemptsMax: number;
}

/** Whether a field has a value that the customer stands by. */
export function isKnown(field: FieldKey, fields: State["fields"], known: Situation["known"]): boolean {
  const value = ownValue(known, field);
  const { denied, offered } = progressOf(fields, field);
  return value !== undefined && !(denied && value === offered);
}

/** Why a field must not be asked for, whoever wants it; null when it may be. */
export function hindranceOf(
  field: FieldKey,
  fields: State["fields"],
  { known, coolingOff, now, attemptsMax }: Situation,
): Extract<Reason, "known" | "refused" | "cooling_off" | "attempts_exhausted"> | null {
  const { refused, asks } = progressOf(fields, field);
  if (isKnown(field, fields, known)) return "known";
  if (refused) return "refused";
  if ((ownValue(coolingOff, field) ?? now) > now) return "cooling_off";
  return asks >= attemptsMax ? "attempts_exhausted" : null;
}
