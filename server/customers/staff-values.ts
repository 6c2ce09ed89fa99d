import type { Deed } from "../audit/events.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";
import type { BoundSql } from "../database/statement.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { familyOf } from "./family.ts";
import type { Said } from "./sealed.ts";
import { inFoldOrder, voiceOf, type Staff, type StaffClaim, type StaffTrust } from "./staff.ts";

/** What a row of staff_values has sealed. */
export type StaffSaid = Said & { readonly replaces: string | null };

export function sealStaffSaid(workspaceId: string, key: DataKey, id: string, said: StaffSaid): Buffer {
  const { value, raw, replaces } = said;
  return sealColumn(workspaceId, key, "staff_values.said", id, JSON.stringify({ value, raw, replaces }));
}

export function openStaffSaid(workspaceId: string, key: DataKey, id: string, sealed: Uint8Array): StaffSaid {
  return JSON.parse(unsealColumn(workspaceId, key, "staff_values.said", id, sealed)); // what sealStaffSaid wrote
}

/** A row of `staffOf`. */
export interface StaffRow {
  /** The customer that was asked for. */
  readonly id: string;
  /** That one, or one who was merged into it. */
  readonly member_id: string;
  readonly is_marked: boolean;
  /** As JSON: a Told for each. */
  readonly claims: string;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** What was said in hexadecimal. */
type Told = [seq: number, id: string, field: string, said: string, trust: StaffTrust, unvalidated: boolean];

/** What staff says of the customers whose ids `asked` selects, and of those who were merged into them: a row each. No "exists":
 *  that reads all notes of the workspace at once. */
export const staffOf = (asked: string) => `
  select asked.id, member.id as member_id,
    coalesce((select cardinality(own_tags) > 0 from customers where workspace_id = :workspaceId and id = member.id), false)
      or coalesce((select true from notes where workspace_id = :workspaceId and customer_id = member.id limit 1), false)
      as is_marked,
    cast(coalesce((
      select json_agg(json_build_array(seq, id, field, encode(said, 'hex'), trust, unvalidated) order by seq)
      from staff_values
      where workspace_id = :workspaceId and customer_id = member.id and withdrawn_at is null
    ), '[]') as text) as claims,
    key.key_version, key.key_wrapped
  from (${asked}) as asked
  cross join lateral (${familyOf("asked.id")}) as member
  ${joinDataKey("member.id")}
  where asked.id is not null`;

/** `rows` of `staffOf`, of which those about this customer count. */
export function staffFrom(
  { workspaceId, keyring }: SealedTransaction,
  customerId: string,
  rows: readonly StaffRow[],
): Staff {
  const family = rows.filter(({ id }) => id === customerId);
  const claims = family.flatMap((row) => {
    const told: Told[] = JSON.parse(row.claims);
    if (told.length === 0) return [];
    const key = openDataKey(keyring, row.member_id, row);
    return told.map(([seq, id, field, said, trust, unvalidated]): StaffClaim => {
      const { value, replaces } = openStaffSaid(workspaceId, key, id, Buffer.from(said, "hex"));
      const voice = { customerId: row.member_id, handleId: voiceOf(trust, row.member_id) };
      return { id, seq, ...voice, field, value, trust, unvalidated, denied: false, replaces };
    });
  });
  const marked = family.filter((row) => row.is_marked).map((row) => row.member_id);
  return { claims: inFoldOrder(customerId, claims), marked };
}

/** A value that staff sets or verifies. */
export interface StaffValue {
  readonly id: string;
  readonly field: string;
  readonly trust: StaffTrust;
  readonly said: StaffSaid;
  readonly unvalidated: boolean;
  /** The claim that is accepted. */
  readonly claimId: string | null;
}

export function insertStaffValue(
  workspaceId: string,
  key: DataKey,
  customerId: string,
  { id, field, trust, said, unvalidated, claimId }: StaffValue,
  { actor, at }: Deed,
): BoundSql {
  return {
    sql: `
      insert into staff_values (
        workspace_id, id, customer_id, field, trust, said, unvalidated, claim_id, actor_kind, actor_id, at)
      values (
        :workspaceId, :id, :customerId, :field, :trust, :said, :unvalidated, :claimId, :actorKind, :actorId, :at)`,
    bindings: {
      workspaceId,
      id,
      customerId,
      field,
      trust,
      said: sealStaffSaid(workspaceId, key, id, said),
      unvalidated,
      claimId,
      actorKind: actor.kind,
      actorId: actor.id,
      at: new Date(at),
    },
  };
}

export function withdrawStaffValues(
  workspaceId: string,
  ids: readonly string[],
  { actor, at }: Deed,
): BoundSql {
  return {
    sql: `
      update staff_values set withdrawn_at = :at, withdrawn_by_kind = :actorKind, withdrawn_by_id = :actorId
      where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))`,
    bindings: { workspaceId, ids, actorKind: actor.kind, actorId: actor.id, at: new Date(at) },
  };
}
