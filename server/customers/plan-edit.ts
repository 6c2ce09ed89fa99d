import { emailKey } from "../../engine/understand/email-key.ts";
import type { EditedCustomer } from "./locked-customer.ts";
import type { ToldClaim } from "./fold.ts";
import { voiceOf, type StaffClaim, type StaffTrust } from "./staff.ts";
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
  /** What stands afterwards. Of a field there is one value of each trust at most. */
  readonly stands: readonly StaffClaim[];
  readonly said: readonly StaffValue[];
  /** Ids of what stands no more. */
  readonly withdrawn: readonly string[];
}

const LATEST = Number.MAX_SAFE_INTEGER; // after all that were recorded before

/** What a plan follows from: of a customer that is new, nothing yet. */
export interface Edited {
  readonly stored: Pick<EditedCustomer["stored"], "emailKey" | "staff">;
  readonly talks: EditedCustomer["talks"];
}

/** Pure but for the ids. A change that says what stands already is none. */
export function planEdit(customer: Edited, changes: readonly Change[], newId: () => string): EditPlan {
  const { emailKey: email, staff } = customer.stored;
  const before = (change: Change) =>
    staff.claims.find(({ field, trust }) => field === change.field && trust === change.trust);
  const real = changes.filter((change) => !saysTheSame(change, before(change)));
  const withdrawn = real.flatMap((change) => before(change)?.id ?? []);
  const said = real.flatMap(({ value, ...change }): StaffValue[] => {
    if (value === null) return [];
    const replaced = before({ value, ...change });
    const replaces = replaced === undefined ? (change.field === "email" ? email : null) : replaced.replaces;
    return [{ ...change, id: newId(), said: { value, raw: change.raw, replaces } }];
  });
  const stands = [...staff.claims.filter(({ id }) => !withdrawn.includes(id)), ...said.map(claimOf)];
  return { email: emailAfter(customer, stands), stands, said, withdrawn };
}

function saysTheSame({ value, unvalidated }: Change, standing: StaffClaim | undefined): boolean {
  if (standing === undefined) return value === null;
  return standing.value === value && standing.unvalidated === unvalidated;
}

function claimOf({ id, field, trust, unvalidated, said }: StaffValue): StaffClaim {
  const { value, replaces } = said;
  const place = { id, seq: LATEST, handleId: voiceOf(trust), denied: false };
  return { ...place, field, trust, value, unvalidated, replaces };
}

/** The email that the profile has with what staff says now. One that is taken back gives way to the one that it replaced, if a
 *  conversation still goes by that or none by any; otherwise to the one that was stated last. */
function emailAfter({ stored, talks }: Edited, stands: readonly StaffClaim[]): string | null {
  const now = emailSet(stands);
  if (now !== undefined) return emailKey(now.value);
  const before = emailSet(stored.staff.claims);
  if (before === undefined) return stored.emailKey;
  const last = talks
    .flatMap(({ claims }) => claims.filter(isStated).toSorted(bySeq).slice(-1))
    .toSorted(bySeq);
  const stated = [...stands.filter(isStated), ...last].map(({ value }) => emailKey(value));
  return stated.includes(before.replaces) ? before.replaces : (stated.at(-1) ?? before.replaces);
}

const isStated = ({ field, denied }: ToldClaim) => field === "email" && !denied;
const bySeq = (a: ToldClaim, b: ToldClaim) => a.seq - b.seq;

function emailSet(claims: readonly StaffClaim[]): StaffClaim | undefined {
  return claims.find(({ field, trust }) => field === "email" && trust === "staff");
}
