import type { ToldClaim } from "./fold.ts";

/** "staff": set by hand. "verified": said to be right, by whoever gave it. */
export type StaffTrust = "staff" | "verified";

/** What staff says of a customer and of those who were merged into it, as far as the profile follows from it. */
export interface Staff {
  /** What stands: of the customer itself, then of the others; each oldest first. */
  readonly claims: readonly StaffClaim[];
  /** Which of these customers have tags or notes: with them, as with claims, a profile stays when its last conversation
   *  leaves. */
  readonly marked: readonly string[];
}

export interface StaffClaim extends ToldClaim {
  readonly id: string;
  /** Of whom it was said: the customer, or one who was merged into it since. */
  readonly customerId: string;
  readonly trust: StaffTrust;
  /** The email that the profile had before, of one that was set by hand; null where it had none. */
  readonly replaces: string | null;
}

export const NO_STAFF: Staff = { claims: [], marked: [] };

/** In place of a handle. Apart, so that a value that is set and then verified is both, and that of two customers who were merged
 *  neither takes back what was said of the other. */
export const voiceOf = (trust: StaffTrust, customerId: string) => `staff/${trust}/${customerId}`;

/** In the order in which the fold hears them: the customer's own first, so that they stay. */
export function inFoldOrder<Said extends Pick<StaffClaim, "customerId" | "seq">>(
  customerId: string,
  claims: readonly Said[],
): readonly Said[] {
  const rank = (claim: Said) => (claim.customerId === customerId ? 0 : 1);
  return claims.toSorted((a, b) => rank(a) - rank(b) || a.seq - b.seq);
}

/** What staff says of two customers who become one. */
export function joinStaff(customerId: string, own: Staff, other: Staff): Staff {
  return {
    claims: inFoldOrder(customerId, [...own.claims, ...other.claims]),
    marked: [...own.marked, ...other.marked],
  };
}

/** Of what staff says, that about these customers; it becomes the first one's. */
export function partOfStaff(customerId: string, { claims, marked }: Staff, ids: ReadonlySet<string>): Staff {
  return {
    claims: inFoldOrder(
      customerId,
      claims.filter((claim) => ids.has(claim.customerId)),
    ),
    marked: marked.filter((id) => ids.has(id)),
  };
}
