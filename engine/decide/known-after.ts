import type { FieldKey } from "../understand/understanding.ts";
import type { Circumstances, Collected, Denied } from "./decision.ts";

/** What is known of a person, and which of it could not be validated. */
export type Known = Required<Pick<Circumstances, "known" | "unvalidated">>;

/** What is known after a turn, for the next one: what it collected takes the place of what was known, and what it denied is
 *  known no more. */
export function knownAfter(
  { known, unvalidated = [] }: Pick<Circumstances, "known" | "unvalidated">,
  turn: { readonly collected: readonly Collected[]; readonly denied: readonly Denied[] },
): Known {
  const after = new Map(Object.entries(known));
  const doubted = new Set<FieldKey>(unvalidated);
  for (const { field } of turn.denied) after.delete(field);
  for (const collected of turn.collected) {
    after.set(collected.field, collected.value);
    if (collected.unvalidated) doubted.add(collected.field);
    else doubted.delete(collected.field);
  }
  return {
    known: Object.fromEntries(after),
    unvalidated: [...doubted].filter((field) => after.has(field)),
  };
}
