import type { Platform } from "../conversations/contract.ts";
import type { BoundSql } from "../database/statement.ts";
import { newDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { customerCreated, customerUpdated } from "../webhooks/customer-events.ts";
import { tell } from "../webhooks/tell.ts";
import { foldCustomer } from "./choose-claims.ts";
import { enterCustomers } from "./entries.ts";
import type { ToldClaim } from "./fold.ts";
import { indexedOf } from "./indexed.ts";
import { insertCustomer } from "./insert-customer.ts";
import { removeProfile } from "./remove-profile.ts";
import { sealProfile, type Merged, type StoredCustomer, type StoredProfile } from "./sealed.ts";
import { NO_STAFF, type Staff } from "./staff.ts";

/** A conversation as far as a profile follows from it. Times in milliseconds since the epoch. */
export interface Talk {
  readonly id: string;
  readonly customerId: string | null;
  readonly handleId: string;
  /** The place of its link among those of its handle; null before it has one. */
  readonly linkSeq: number | null;
  readonly platform: Platform;
  readonly startedAt: number;
  readonly lastAt: number;
  readonly claims: readonly ToldClaim[];
}

/** A customer with all that its conversations say; without an email it hangs on its handle. */
export interface Told {
  readonly id: string;
  readonly emailKey: string | null;
  readonly talks: readonly Talk[];
  /** Who has its conversations now, if nothing keeps it any more. */
  readonly successorId?: string;
  /** It was merged into another one until now. */
  readonly isRestored?: boolean;
}

/** Writes a customer as it follows from its conversations and from what staff says: values, conflicts, count and dates. One
 *  that nothing keeps (see isKept) is removed; one without conversations has the dates that it had last.
 *  `stored`: as it stands, its row locked; null for one that is new. `merged`: where it changes, what merges decide of it. */
export function writeProfile(
  tx: SealedTransaction,
  told: Told,
  stored: StoredCustomer | null,
  now: number,
  merged: Merged | null = mergedWith(told, stored),
): readonly BoundSql[] {
  const { workspaceId } = tx;
  const { id, talks } = told;
  const staff = stored?.staff ?? NO_STAFF;
  if (!isKept(told, merged, staff)) return removeProfile(workspaceId, told, merged !== null, now);
  const profile = profileOf(told, merged, staff);
  const platforms = [...new Set(talks.map(({ platform }) => platform))].toSorted();
  const activity = activityOf(workspaceId, told);
  if (stored === null) {
    const { key, row } = newDataKey(tx.keyring, id);
    const customer = { ...columnsOf(tx, key, id, profile, now), platforms };
    return [insertCustomer(customer, row, activity, customerCreated({ id, key, profile }, now))];
  }
  const written = { id, key: stored.key, profile };
  const also = isSame(stored.platforms, platforms) ? [] : ["platforms"];
  // A value that is given again changes nothing: then neither the index nor the version moves.
  const isUnchanged = isSame(stored.profile, profile) && also.length === 0;
  return [
    ...(isUnchanged
      ? []
      : [
          { sql: update, bindings: { ...columnsOf(tx, stored.key, id, profile, now), platforms } },
          enterCustomers(workspaceId, [id]),
        ]),
    ...(isUnchanged || told.isRestored
      ? []
      : [tell(workspaceId, customerUpdated(written, stored.profile, now, also))]),
    ...(told.isRestored ? [tell(workspaceId, customerCreated(written, now, "unmerged"))] : []),
    talks.length === 0
      ? { sql: emptyActivity, bindings: { workspaceId, id } }
      : { sql: updateActivity, bindings: activity },
  ];
}

/** Writes a customer of whom staff says something else now, its row locked. The version moves even where no value does, and
 *  dates and count are left alone: who only talks waits for nobody who edits. */
export function rewriteProfile(
  tx: SealedTransaction,
  told: Told,
  stored: StoredCustomer,
  now: number,
  merged: Merged | null = mergedWith(told, stored),
): readonly BoundSql[] {
  const profile = profileOf(told, merged, stored.staff);
  const { platforms } = stored;
  return [
    { sql: update, bindings: { ...columnsOf(tx, stored.key, told.id, profile, now), platforms } },
    enterCustomers(tx.workspaceId, [told.id]),
    tell(tx.workspaceId, customerUpdated({ id: told.id, key: stored.key, profile }, stored.profile, now)),
  ];
}

/** Writes a customer of whom nobody has said anything but staff. `key` seals what staff said of it. */
export function createProfile(
  tx: SealedTransaction,
  told: Pick<Told, "id" | "emailKey">,
  staff: Staff,
  now: number,
): { readonly key: DataKey; readonly writes: readonly BoundSql[] } {
  const { id } = told;
  const { key, row } = newDataKey(tx.keyring, id);
  const profile = profileOf({ ...told, talks: [] }, null, staff);
  const customer = { ...columnsOf(tx, key, id, profile, now), platforms: [] };
  const at = new Date(now);
  const activity = { firstAt: at, lastAt: at, conversationCount: 0 };
  return {
    key,
    writes: [insertCustomer(customer, row, activity, customerCreated({ id, key, profile }, now))],
  };
}

/** Whether there is a profile: with conversations; with what staff says or notes; and since a merge with an email, because the
 *  emails of those who were merged into it go on to lead there, until staff part them again. */
export function isKept(
  { emailKey, talks }: Pick<Told, "emailKey" | "talks">,
  merged: Merged | null,
  staff: Staff,
): boolean {
  if (talks.length > 0 || staff.marked.length > 0 || staff.claims.length > 0) return true;
  return merged !== null && emailKey !== null;
}

/** What a customer's conversations and its staff say, and what staff decided of it in merges. */
function profileOf({ id, emailKey, talks }: Told, merged: Merged | null, staff: Staff): StoredProfile {
  const said = [...claimsOf(talks), ...staff.claims];
  const { standings: _, ...profile } = foldCustomer(id, emailKey, said, merged);
  return merged === null ? profile : { ...profile, merged };
}

/** What conversations claim, in the order in which it was recorded. */
export function claimsOf(talks: readonly Talk[]): readonly ToldClaim[] {
  return talks.flatMap((talk) => talk.claims).toSorted((a, b) => a.seq - b.seq);
}

function activityOf(workspaceId: string, { id, talks }: Told) {
  return {
    workspaceId,
    id,
    firstAt: new Date(Math.min(...talks.map(({ startedAt }) => startedAt))),
    lastAt: new Date(Math.max(...talks.map(({ lastAt }) => lastAt))),
    conversationCount: talks.length,
  };
}

/** Its own email comes later where none of the merged ones had any. */
function mergedWith({ emailKey }: Told, stored: StoredCustomer | null): Merged | null {
  const merged = stored?.profile.merged ?? null;
  if (merged === null || stored === null || stored.emailKey !== null) return merged;
  return { ...merged, ownEmail: emailKey };
}

const isSame = <T extends object>(a: T, b: T) => JSON.stringify(a) === JSON.stringify(b);

function columnsOf(
  { workspaceId, keyring }: SealedTransaction,
  key: StoredCustomer["key"],
  id: string,
  profile: StoredProfile,
  now: number,
) {
  return {
    workspaceId,
    id,
    ...indexedOf(keyring, profile),
    profile: sealProfile(workspaceId, key, id, profile),
    fields: Object.keys(profile.values),
    verifiedFields: profile.verified,
    now: new Date(now),
  };
}

const update = `
  update customers set
    email_key = :emailKey, mailbox_key = :mailboxKey, phone_key = :phoneKey, tokens = :tokens, index_version = :indexVersion,
    profile = :profile, fields = :fields, verified_fields = :verifiedFields, platforms = :platforms, updated_at = :now,
    version = version + 1
  where workspace_id = :workspaceId and id = :id`;

const updateActivity = `
  update customer_activity set first_at = :firstAt, last_at = :lastAt, conversation_count = :conversationCount
  where workspace_id = :workspaceId and customer_id = :id`;

/** The dates stay: nothing has happened since. */
const emptyActivity = `
  update customer_activity set conversation_count = 0 where workspace_id = :workspaceId and customer_id = :id`;
