import { emailKey } from "../../engine/understand/email-key.ts";
import type { EditedCustomer } from "./locked-customer.ts";
import type { ToldClaim } from "./fold.ts";
import { inFoldOrder, voiceOf, type StaffClaim, type StaffTrust } from "./staff.ts";
import { ownEmailOf, type StoredProfile } from "./sealed.ts";
import type { StaffValue } from "./staff-values.ts";

/** A field that staff says something about. */
export interface Change {
  readonly field: string;
  readonly trust: StaffTrust;
  /** Null: what was said of the field in this trust is taken back. */
  readonly value: string | null;
  /** As it was typed. */
  readonly raw: string;
  readonly unvalidated: boolean;
  /** The claim that is accepted. */
  readonly claimId: string | null;
}

/** What changes of what staff says, and the profile's email with it. */
export interface EditPlan {
  readonly email: string | null;
  /** What stands afterwards. Of a customer's field there is one value of each trust at most. */
  readonly stands: readonly StaffClaim[];
  readonly said: readonly StaffValue[];
  /** Ids of what stands no more. */
  readonly withdrawn: readonly string[];
}

const LATEST = Number.MAX_SAFE_INTEGER; // after all that were recorded before

/** What a plan follows from: of a customer that is new, nothing yet. */
export interface Edited {
  readonly stored: Pick<EditedCustomer["stored"], "id" | "emailKey" | "profile" | "staff">;
  readonly talks: EditedCustomer["talks"];
}

/** Pure but for the ids. A change that says what stands already is none. */
export function planEdit(customer: Edited, changes: readonly Change[], newId: () => string): EditPlan {
  const { id: customerId, profile, staff } = customer.stored;
  const before = (change: Change) =>
    staff.claims.filter(({ field, trust }) => field === change.field && trust === change.trust);
  // What was set for one who was merged into the customer since stays beside a new value; it is taken back with the customer's.
  const own = (change: Change) => before(change).find((claim) => claim.customerId === customerId);
  const real = changes.filter((change) =>
    change.value === null ? before(change).length > 0 : !saysTheSame(change, own(change), profile),
  );
  const withdrawn = real.flatMap((change) =>
    change.value === null ? before(change).map(({ id }) => id) : (own(change)?.id ?? []),
  );
  const said = real.flatMap(({ value, ...change }): StaffValue[] => {
    if (value === null) return [];
    const replaced = own({ value, ...change });
    const replaces =
      replaced === undefined ? (change.field === "email" ? ownEmailOf(profile) : null) : replaced.replaces;
    return [{ ...change, id: newId(), said: { value, raw: change.raw, replaces } }];
  });
  const left = staff.claims.filter(({ id }) => !withdrawn.includes(id));
  const stands = inFoldOrder(customerId, [...left, ...said.map((value) => claimOf(customerId, value))]);
  return { email: emailAfter(customer, stands), stands, said, withdrawn };
}

/** What a merge's choice is over does not count: said again, it is over the choice. */
function saysTheSame(
  { field, value, unvalidated }: Change,
  standing: StaffClaim | undefined,
  { merged }: StoredProfile,
): boolean {
  if (standing === undefined || merged?.chosen[field]?.over.includes(standing.id) === true) return false;
  return standing.value === value && standing.unvalidated === unvalidated;
}

function claimOf(customerId: string, { id, field, trust, unvalidated, said }: StaffValue): StaffClaim {
  const { value, replaces } = said;
  const place = { id, seq: LATEST, customerId, handleId: voiceOf(trust, customerId), denied: false };
  return { ...place, field, trust, value, unvalidated, replaces };
}

/** The email that the profile has with what staff says now. One that is taken back gives way to the one that it replaced, if a
 *  conversation still goes by that or none by any; otherwise to the one that was stated last. */
function emailAfter({ stored, talks }: Edited, stands: readonly StaffClaim[]): string | null {
  const [now, before] = [emailSetFor(stored.id, stands), emailSetFor(stored.id, stored.staff.claims)];
  if (now?.id === before?.id) return stored.emailKey;
  if (now !== undefined) return emailKey(now.value);
  if (before === undefined) return stored.emailKey;
  const last = talks
    .flatMap(({ claims }) => claims.filter(isStated).toSorted(bySeq).slice(-1))
    .toSorted(bySeq);
  const own = stands.filter((claim) => claim.customerId === stored.id);
  const stated = [...own.filter(isStated), ...last].map(({ value }) => emailKey(value));
  return stated.includes(before.replaces) ? before.replaces : (stated.at(-1) ?? before.replaces);
}

const isStated = ({ field, denied }: ToldClaim) => field === "email" && !denied;
const bySeq = (a: ToldClaim, b: ToldClaim) => a.seq - b.seq;

/** What staff has set, at this very customer. */
export function emailSetFor(customerId: string, claims: readonly StaffClaim[]): StaffClaim | undefined {
  return claims.find(
    (claim) => claim.customerId === customerId && claim.field === "email" && claim.trust === "staff",
  );
}
