import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { Claim } from "./fold.ts";

/** The claims as staff want them heard: those that they chose, by field, count as said by staff. One that the customer has
 *  taken back since is nobody's choice any more; nor is one whose conversation has moved elsewhere. */
export function chooseClaims<Told extends Claim & { readonly id: string | null }>(
  claims: readonly Told[],
  chosen: Readonly<Record<FieldKey, string>> = {},
): readonly Told[] {
  return claims.map((claim) =>
    claim.id !== null && chosen[claim.field] === claim.id && !claim.denied
      ? { ...claim, trust: "staff" as const }
      : claim,
  );
}
