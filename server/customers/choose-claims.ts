import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { Claim } from "./fold.ts";

/** What staff chose for a field when they merged two customers. */
export interface Choice {
  readonly claimId: string;
  /** The customer who survived that merge. */
  readonly survivorId: string;
  /** The values of the field that staff had set by then, ids: the choice is over them. */
  readonly over: readonly string[];
}

type Choosable = Claim & {
  readonly id: string | null;
  /** Of what staff says: of whom. */
  readonly customerId?: string;
};

/** The claims as staff want them heard. What they chose in a merge, by field, counts as said by staff, and what they had set
 *  before no longer does; what they set later at the survivor is over the choice. A choice of what the customer has taken back
 *  since is nobody's any more; nor is one whose conversation has moved elsewhere. */
export function chooseClaims<Told extends Choosable>(
  customerId: string,
  claims: readonly Told[],
  chosen: Readonly<Record<FieldKey, Choice>> = {},
): readonly Told[] {
  const holds = new Set(
    Object.entries(chosen).flatMap(([field, choice]) => {
      const said = claims.filter((claim) => claim.field === field);
      const isThere = said.some(({ id, denied }) => id === choice.claimId && !denied);
      const isOverruled = said.some((claim) => overrules(claim, choice, customerId));
      return isThere && !isOverruled ? [field] : [];
    }),
  );
  return claims.map((claim) => {
    if (!holds.has(claim.field)) return claim;
    if (claim.id !== null && claim.id === chosen[claim.field]?.claimId) return { ...claim, trust: "staff" };
    return claim.trust === "staff" ? { ...claim, trust: "claimed" } : claim;
  });
}

function overrules(claim: Choosable, { claimId, survivorId, over }: Choice, customerId: string): boolean {
  const { id, trust } = claim;
  if (trust !== "staff" || claim.customerId === undefined || id === claimId) return false;
  const isOfSurvivor = claim.customerId === survivorId || claim.customerId === customerId;
  return isOfSurvivor && (id === null || !over.includes(id));
}
