import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { Platform } from "../conversations/contract.ts";
import type { DataKey } from "../privacy/seal.ts";
import type { Keyring, WrappedDataKey } from "../privacy/keyring.ts";
import { sealColumn, unsealColumn, unsealColumnOnce } from "../privacy/sealed-columns.ts";
import type { Profile } from "./fold.ts";
import type { Staff } from "./staff.ts";

/** What a customer's row has sealed: the fold, but for how each claim stands. */
export type StoredProfile = Omit<Profile, "standings"> & {
  /** Of a customer that others were merged into: what staff decided then. */
  readonly merged?: Merged;
};

/** What merges decide of the profile that survives them. */
export interface Merged {
  /** The email that the customer's own row stands for; the profile may show that of one who was merged into it. */
  readonly ownEmail: string | null;
  /** The emails of those who were merged into it: they lead to it, too. */
  readonly emails: readonly string[];
  /** Field → what staff chose. */
  readonly chosen: Readonly<Record<FieldKey, Choice>>;
}

/** What staff chose for a field when they merged two customers. */
export interface Choice {
  readonly claimId: string;
  /** The customer who survived that merge. */
  readonly survivorId: string;
  /** The values of the field that staff had set by then, ids: the choice is over them. */
  readonly over: readonly string[];
}

/** What a claim's row has sealed. */
export interface Said {
  readonly value: string;
  /** As it was typed. */
  readonly raw: string;
}

/** A customer as it is stored, opened. */
export interface StoredCustomer {
  readonly id: string;
  readonly key: DataKey;
  /** The canonical email, or null; which the profile's values have too. */
  readonly emailKey: string | null;
  readonly profile: StoredProfile;
  /** What staff says of it, and of those who were merged into it. */
  readonly staff: Staff;
  /** In alphabetical order. */
  readonly platforms: readonly Platform[];
}

/** The email that the customer's row is found by: its own, whatever is shown since a merge. */
export function ownEmailOf({ values, merged }: StoredProfile): string | null {
  return merged === undefined ? (values["email"] ?? null) : merged.ownEmail;
}

/** The emails that lead to the customer: the one that is shown, its row's own, and those of whom was merged into it. */
export function emailsOf(profile: StoredProfile): readonly string[] {
  const { email } = profile.values;
  const own = ownEmailOf(profile);
  const shown = email === undefined ? [] : [email];
  return [...new Set([...shown, ...(own === null ? [] : [own]), ...(profile.merged?.emails ?? [])])];
}

export function sealProfile(
  workspaceId: string,
  key: DataKey,
  customerId: string,
  { values, unvalidated, verified, conflicts, merged }: StoredProfile,
): Buffer {
  const json = JSON.stringify({ values, unvalidated, verified, conflicts, merged });
  return sealColumn(workspaceId, key, "customers.profile", customerId, json);
}

export function openProfile(
  workspaceId: string,
  key: DataKey,
  customerId: string,
  sealed: Uint8Array,
): StoredProfile {
  // What sealProfile wrote: a value that was changed does not open.
  return JSON.parse(unsealColumn(workspaceId, key, "customers.profile", customerId, sealed));
}

/** The same for a row of which nothing else is opened. */
export function openProfileOf(
  keyring: Keyring,
  customer: WrappedDataKey & { readonly id: string; readonly profile: Uint8Array },
): StoredProfile {
  const { id, profile } = customer;
  return JSON.parse(unsealColumnOnce(keyring, id, customer, "customers.profile", id, profile));
}

export function sealSaid(workspaceId: string, key: DataKey, claimId: string, { value, raw }: Said): Buffer {
  return sealColumn(workspaceId, key, "claims.said", claimId, JSON.stringify({ value, raw }));
}

export function openSaid(workspaceId: string, key: DataKey, claimId: string, sealed: Uint8Array): Said {
  return JSON.parse(unsealColumn(workspaceId, key, "claims.said", claimId, sealed)); // as above
}
