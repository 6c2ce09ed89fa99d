import { AppError } from "../app-error.ts";
import { foldCustomer } from "../customers/choose-claims.ts";
import type { ToldClaim } from "../customers/fold.ts";
import { claimsOf, type Talk } from "../customers/profile.ts";
import { ownEmailOf, type Merged, type StoredCustomer } from "../customers/sealed.ts";
import { joinStaff, type Staff } from "../customers/staff.ts";
import type { MergeRequest, MergeView, Side } from "./contract.ts";
import type { LockedCustomers } from "./lock-customers.ts";
import { mergeOnto, unmergedOutcome, type Choices, type Outcome } from "./merges.ts";

/** What a merge would make, before anything is written. */
export interface MergePlan {
  readonly choices: Choices;
  readonly outcome: Outcome;
  /** What staff says of both. */
  readonly staff: Staff;
  readonly view: Pick<MergeView, "fields" | "conflicts" | "emails" | "conversationCount">;
}

/** What two customers are as one. Pure. Throws `invalid_request` for a choice of a value that is not there. */
export function planMerge(
  survivor: StoredCustomer,
  other: StoredCustomer,
  { absorbed, talks }: LockedCustomers,
  choices: MergeRequest["choices"],
): MergePlan {
  const sides = { survivor: sideOf(survivor, talks), other: sideOf(other, talks) };
  const staff = joinStaff(survivor.id, survivor.staff, other.staff);
  const chosen = choicesOf(sides, staff, choices);
  const { profile } = survivor;
  const before = {
    merged: profile.merged ?? unmergedOutcome(survivor).merged,
    emailKey: survivor.emailKey,
  };
  const outcome = mergeOnto(before, other, chosen, survivor.id);
  const result = heldBy({ id: survivor.id, emailKey: outcome.emailKey, staff }, talks, outcome.merged);
  const owned = [survivor, other, ...absorbed].flatMap(({ profile }) => ownEmailOf(profile) ?? []);
  return {
    choices: chosen,
    outcome,
    staff,
    view: {
      fields: fieldsOf(sides, result, chosen),
      conflicts: Object.fromEntries(
        Object.entries(result.conflicts).map(([field, values]) => [field, [...values]]),
      ),
      emails: owned.toSorted(),
      conversationCount: {
        survivor: sides.survivor.talks.length,
        other: sides.other.talks.length,
        merged: talks.length,
      },
    },
  };
}

/** Values, and the claims that they rest on. */
interface Held {
  readonly values: Readonly<Record<string, string>>;
  readonly unvalidated: readonly string[];
  readonly conflicts: Readonly<Record<string, readonly string[]>>;
  /** Of what staff says there is no talk. */
  readonly current: ReadonlyMap<string, { readonly claim: ToldClaim; readonly talk: Talk | null }>;
}

type HeldSide = Held & { readonly talks: readonly Talk[] };

function sideOf(customer: StoredCustomer, talks: readonly Talk[]): HeldSide {
  const own = talks.filter(({ customerId }) => customerId === customer.id);
  return { ...heldBy(customer, own, customer.profile.merged), talks: own };
}

function heldBy(
  { id, emailKey, staff }: Pick<StoredCustomer, "id" | "emailKey" | "staff">,
  talks: readonly Talk[],
  merged: Merged | undefined,
): Held {
  const claims: readonly ToldClaim[] = [...claimsOf(talks), ...staff.claims];
  const { values, unvalidated, conflicts, standings } = foldCustomer(id, emailKey, claims, merged);
  const told = new Map(talks.flatMap((talk) => talk.claims.map((claim) => [claim.id, talk] as const)));
  const current = new Map(
    claims.flatMap((claim, index) => {
      const talk = told.get(claim.id) ?? null;
      return standings[index] === "current" ? [[claim.field, { claim, talk }] as const] : [];
    }),
  );
  return { values, unvalidated, conflicts, current };
}

type Sides = Readonly<Record<Side, HeldSide>>;

function choicesOf(sides: Sides, staff: Staff, choices: MergeRequest["choices"]): Choices {
  return Object.fromEntries(
    Object.entries(choices).map(([field, side]) => {
      const { values, current } = sides[side];
      if (!Object.hasOwn(values, field)) throw noSuchValue(field, side);
      const claimId = field === "email" ? null : (current.get(field)?.claim.id ?? null);
      const set = staff.claims.filter((claim) => claim.field === field && claim.trust === "staff");
      return [field, { side, claimId, over: set.map(({ id }) => id) }] as const;
    }),
  );
}

function noSuchValue(field: string, side: Side): AppError {
  const detail = `names a value that is not there: the ${side === "survivor" ? "survivor" : "other customer"} has none`;
  const pointer = `/choices/${field.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return new AppError("invalid_request", `${pointer} ${detail}.`, { faults: [{ pointer, detail }] });
}

function fieldsOf(sides: Sides, result: Held, choices: Choices): MergeView["fields"] {
  const names = new Set([sides.survivor, sides.other, result].flatMap(({ values }) => Object.keys(values)));
  return Object.fromEntries(
    [...names].map((field) => {
      const [survivor, other] = [valueOf(sides.survivor, field), valueOf(sides.other, field)];
      const value = result.values[field] ?? null;
      const ofSurvivor = survivor !== null && survivor.value === value;
      const ofOther = other !== null && other.value === value;
      const from = ofSurvivor ? (ofOther ? "both" : "survivor") : ofOther ? "other" : null;
      return [
        field,
        { survivor, other, result: value, from, chosen: Object.hasOwn(choices, field) },
      ] as const;
    }),
  );
}

function valueOf({ values, unvalidated, current }: Held, field: string) {
  const value = values[field];
  if (value === undefined) return null;
  const source = current.get(field);
  return {
    value,
    claimId: source?.claim.id ?? null,
    conversationId: source?.talk?.id ?? null,
    unvalidated: unvalidated.includes(field),
  };
}
