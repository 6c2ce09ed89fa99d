import { joinDataKey } from "../privacy/data-key-sql.ts";
import type { Platform } from "../conversations/contract.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { Talk } from "./profile.ts";
import type { ToldClaim } from "./fold.ts";
import { openProfile, openSaid, type StoredCustomer } from "./sealed.ts";
import { staffFrom, type StaffRow } from "./staff-values.ts";

/** A row of `lockCustomers`. */
export interface LockedRow {
  readonly id: string;
  readonly profile: Uint8Array;
  readonly platforms: readonly Platform[];
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** A row of `talksOf`. */
export interface TalkRow {
  readonly id: string;
  readonly customer_id: string | null;
  readonly handle_id: string;
  readonly link_seq: number | null;
  readonly platform: Platform;
  readonly started_at: Date;
  readonly last_at: Date;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
  /** As JSON: a Told for each. */
  readonly claims: string;
}

/** A statement that locks the customers whose ids `asked` selects. Rows wait in the order of their ids; with the activity,
 *  because a turn that gives nothing writes that alone. A customer who was removed meanwhile, or merged into another one, is not
 *  among them. */
export const lockCustomers = (asked: string) => `
  select locked.id, locked.profile, locked.platforms, key.key_version, key.key_wrapped
  from (${asked} order by id) as asked
  cross join lateral (
    select id, profile, platforms from customers
    where workspace_id = :workspaceId and id = asked.id for no key update
  ) as locked
  cross join lateral (
    select customer_id from customer_activity
    where workspace_id = :workspaceId and customer_id = locked.id for no key update
  ) as activity
  ${joinDataKey("locked.id")}`;

/** The same without the activity, which the caller locks in its time. */
export const lockCustomersAlone = (asked: string) => `
  select locked.id, locked.profile, locked.platforms, key.key_version, key.key_wrapped
  from (${asked} order by id) as asked
  cross join lateral (
    select id, profile, platforms from customers
    where workspace_id = :workspaceId and id = asked.id and merged_into is null for no key update
  ) as locked
  ${joinDataKey("locked.id")}`;

/** The conversations of the customers whose ids `asked` selects, for `talksOf`. */
export const conversationsOf = (asked: string) => `
  select conversation.* from (${asked}) as asked
  cross join lateral (
    select id, customer_id, handle_id, link_seq, platform, started_at, last_at from conversations
    where workspace_id = :workspaceId and customer_id = asked.id
    offset 0
  ) as conversation`;

/** A statement that reads what conversations say. From the customer to its conversations to their claims, each by its index:
 *  joined plainly, the first plans compared every claim of the workspace with every conversation (see
 *  turn/open-statement.ts): 4 s at 2,400 conversations without statistics. */
export const talksOf = (conversations: string) => `
  select talk.id, talk.customer_id, talk.handle_id, talk.link_seq, talk.platform, talk.started_at, talk.last_at,
    key.key_version, key.key_wrapped,
    cast(coalesce((
      select json_agg(json_build_array(seq, id, field, encode(said, 'hex'), trust, unvalidated, denied))
      from claims where workspace_id = :workspaceId and conversation_id = talk.id
    ), '[]') as text) as claims
  from (${conversations}) as talk
  ${joinDataKey("talk.id")}`;

/** What was said in hexadecimal. */
type Told = [
  seq: number,
  id: string,
  field: string,
  said: string,
  trust: ToldClaim["trust"],
  unvalidated: boolean,
  denied: boolean,
];

/** `staff`: rows of `staffOf`, read behind the lock; none where it does not matter what staff says. */
export function storedFrom(
  tx: SealedTransaction,
  row: LockedRow,
  staff: readonly StaffRow[],
): StoredCustomer {
  const { workspaceId, keyring } = tx;
  const { id, platforms } = row;
  const key = openDataKey(keyring, id, row);
  const profile = openProfile(workspaceId, key, id, row.profile);
  const emailKey = profile.values["email"] ?? null;
  return { id, key, profile, emailKey, platforms, staff: staffFrom(tx, id, staff) };
}

export function talkFrom({ workspaceId, keyring }: SealedTransaction, row: TalkRow): Talk {
  const { id, handle_id: handleId } = row;
  const key = openDataKey(keyring, id, row);
  const told: Told[] = JSON.parse(row.claims);
  return {
    id,
    customerId: row.customer_id,
    handleId,
    linkSeq: row.link_seq,
    platform: row.platform,
    startedAt: row.started_at.getTime(),
    lastAt: row.last_at.getTime(),
    claims: told.map(([seq, claimId, field, said, trust, unvalidated, denied]) => {
      const { value } = openSaid(workspaceId, key, claimId, Buffer.from(said, "hex"));
      return { id: claimId, seq, handleId, field, value, trust, unvalidated, denied };
    }),
  };
}
