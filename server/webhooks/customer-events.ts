import type { ErasureCause } from "../erasure/contract.ts";
import type { DataKey } from "../privacy/seal.ts";
import type { WebhookEvent } from "./tell.ts";

/** What a profile shows, as far as endpoints are told of it. */
interface Shown {
  readonly values: Readonly<Record<string, string>>;
  readonly unvalidated: readonly string[];
  readonly verified: readonly string[];
  readonly conflicts: Readonly<Record<string, readonly unknown[]>>;
}

/** A customer whose profile was written, as it is now. */
export interface WrittenCustomer {
  readonly id: string;
  readonly key: DataKey;
  readonly profile: Shown;
}

/** A profile came to be; or is there again, since a merge was undone. */
export function customerCreated(
  { id, key, profile }: WrittenCustomer,
  now: number,
  cause: "unmerged" | null = null,
): WebhookEvent {
  const about = { customerId: id, ...(cause === null ? {} : { cause }), ...aboutOf(profile) };
  return { ...eventOf(id, now), type: "customer.created", about, personal: personalOf(id, key, profile) };
}

/** A profile shows something else than before. `also`: what has changed beside its fields. */
export function customerUpdated(
  { id, key, profile }: WrittenCustomer,
  before: Shown,
  now: number,
  also: readonly string[] = [],
): WebhookEvent {
  const about = {
    customerId: id,
    changed: [...changedFields(before, profile), ...also],
    ...aboutOf(profile),
  };
  return { ...eventOf(id, now), type: "customer.updated", about, personal: personalOf(id, key, profile) };
}

/** Something of a customer has changed that its profile does not hold. */
export function customerMarked(id: string, changed: readonly string[], now: number): WebhookEvent {
  return {
    ...eventOf(id, now),
    type: "customer.updated",
    about: { customerId: id, changed },
    personal: null,
  };
}

/** `absorbedId` is no more by itself: what it had is the customer's. "staff" merged them, or its last conversation "moved", because
 *  an email led there. */
export function customerMerged(
  id: string,
  absorbedId: string,
  cause: "staff" | "moved",
  now: number,
): WebhookEvent {
  const about = { customerId: id, absorbedId, cause };
  return { ...eventOf(id, now), type: "customer.merged", about, personal: null };
}

/** "left_empty": what was erased was all that the profile followed from. */
export function customerErased(id: string, cause: ErasureCause | "left_empty", now: number): WebhookEvent {
  return { ...eventOf(id, now), type: "customer.erased", about: { customerId: id, cause }, personal: null };
}

const eventOf = (id: string, at: number) => ({ conversationId: null, customerId: id, at });

const aboutOf = ({ values, verified, unvalidated }: Shown) => ({
  fields: Object.keys(values),
  verified,
  unvalidated,
});

const personalOf = (of: string, key: DataKey, { values }: Shown) => ({ of, key, told: { values } });

/** The fields whose value, standing or conflicting claims differ. */
function changedFields(before: Shown, after: Shown): readonly string[] {
  const fields = [...Object.keys(before.values), ...Object.keys(after.values)];
  const more = [...Object.keys(before.conflicts), ...Object.keys(after.conflicts)];
  const standing = ({ values, verified, unvalidated, conflicts }: Shown, field: string) =>
    JSON.stringify([
      values[field] ?? null,
      verified.includes(field),
      unvalidated.includes(field),
      conflicts[field] ?? [],
    ]);
  return [...new Set([...fields, ...more])].filter(
    (field) => standing(before, field) !== standing(after, field),
  );
}
