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

/** Why a field must not be asked for, whoever wants it; null when it may be. */
export function hindranceOf(
  field: FieldKey,
  fields: State["fields"],
  { known, coolingOff, now, attemptsMax }: Situation,
): Extract<Reason, "known" | "refused" | "cooling_off" | "attempts_exhausted"> | null {
  const { refused, asks } = progressOf(fields, field);
  if (ownValue(known, field) !== undefined) return "known";
  if (refused) return "refused";
  if ((ownValue(coolingOff, field) ?? now) > now) return "cooling_off";
  return asks >= attemptsMax ? "attempts_exhausted" : null;
}
