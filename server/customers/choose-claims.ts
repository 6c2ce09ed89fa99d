import { foldProfile, type Claim, type Profile } from "./fold.ts";
import type { Choice, Merged } from "./sealed.ts";

type Choosable = Claim & {
  readonly id: string | null;
  /** Of what staff says: of whom. */
  readonly customerId?: string;
};

/** A customer's profile as it follows from such claims and from what staff decided in merges. `emailKey`: the one that it shows.
 *  No address that leads to the customer contradicts that one. */
export function foldCustomer<Told extends Choosable>(
  id: string,
  emailKey: string | null,
  claims: readonly Told[],
  merged: Merged | null | undefined,
): Profile {
  if (merged === null || merged === undefined) return foldProfile(emailKey, claims);
  const emails = [...merged.emails, ...(merged.ownEmail === null ? [] : [merged.ownEmail])];
  return foldProfile(emailKey, chooseClaims(id, claims, merged.chosen), emails);
}

/** The claims as staff want them heard. What they chose in a merge, by field, counts as said by staff, and what they had set
 *  before no longer does; what they set later at the survivor is over the choice. A choice of what the customer has taken back
 *  since is nobody's any more; nor is one whose conversation has moved elsewhere. */
function chooseClaims<Told extends Choosable>(
  customerId: string,
  claims: readonly Told[],
  chosen: Merged["chosen"],
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
