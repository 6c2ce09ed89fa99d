import type { FieldKey } from "../understand/understanding.ts";
import type { State } from "./state.ts";

/** The fields that the customer was just asked for: by the engine, then by somebody else. */
export function askedIn(
  previous: State["previous"],
  own: { readonly field: FieldKey } | null,
): readonly FieldKey[] {
  return [...new Set([...(own === null ? [] : [own.field]), ...(previous?.asked ?? [])])];
}
