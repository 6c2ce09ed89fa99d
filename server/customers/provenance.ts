import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { CustomerDetail, Provenance } from "./contract.ts";
import { chooseClaims } from "./choose-claims.ts";
import { foldProfile, type Claim, type Standing, type Trust } from "./fold.ts";
import { openSaid, type StoredProfile } from "./sealed.ts";

/** How many claims a customer is shown with. What its values rest on comes first, then what was replaced last. */
export const CLAIMS_SHOWN_MAX = 500;

const IMPORTANCE = {
  current: 0,
  conflicting: 1,
  agreeing: 2,
  superseded: 3,
  denied: 4,
} as const satisfies Record<Standing, number>;

interface ToldRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly handle_id: string;
  readonly field: string;
  readonly said: Uint8Array;
  readonly trust: Trust;
  readonly unvalidated: boolean;
  readonly denied: boolean;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** A claim with what was said, opened. */
interface ToldClaim extends Claim {
  readonly id: string;
  readonly raw: string;
}

interface ClaimRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly message_seq: number;
  readonly span_start: number;
  readonly span_end: number;
  readonly extractor: string;
  readonly rule: string | null;
  readonly pack_hash: string;
  readonly at: Date;
}

/** The claims of the customer's conversations, in the order in which they were recorded. */
export async function provenanceOf(
  tx: SealedTransaction,
  customerId: string,
  profile: StoredProfile,
): Promise<Pick<CustomerDetail, "provenance" | "provenanceTruncated">> {
  const { workspaceId } = tx;
  // What decides how a claim stands, of all of them; the rest of it only of those that are shown.
  const rows = await tx.prepared<ToldRow>(
    `select claim.id, conversation.id as conversation_id, claim.handle_id, claim.field, claim.said, claim.trust,
       claim.unvalidated, claim.denied, key.workspace_key_version as key_version, key.wrapped as key_wrapped
     from (
       select id from conversations where workspace_id = :workspaceId and customer_id = :customerId offset 0
     ) as conversation
     cross join lateral (
       select workspace_key_version, wrapped from data_keys
       where workspace_id = :workspaceId and subject_id = conversation.id
       offset 0
     ) as key
     cross join lateral (
       select id, handle_id, field, said, trust, unvalidated, denied, seq from claims
       where workspace_id = :workspaceId and conversation_id = conversation.id
       offset 0
     ) as claim
     order by claim.seq`,
    { workspaceId, customerId },
  );
  const told = openClaims(tx, rows);
  const shown = mostImportant(told, profile);
  const details = await tx.prepared<ClaimRow>(
    `select id, conversation_id, message_seq, span_start, span_end, extractor, rule, pack_hash, at
     from claims where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))
     order by seq`,
    { workspaceId, ids: [...shown.keys()] },
  );
  return {
    provenance: details.flatMap((row) => {
      const claim = shown.get(row.id);
      return claim === undefined ? [] : [provenance(row, claim)];
    }),
    provenanceTruncated: shown.size < told.length,
  };
}

function openClaims({ workspaceId, keyring }: SealedTransaction, rows: readonly ToldRow[]): ToldClaim[] {
  const keys = new Map<string, DataKey>();
  return rows.map(({ id, conversation_id: conversationId, handle_id: handleId, said, ...row }) => {
    const wrapped = { workspaceKeyVersion: row.key_version, wrapped: row.key_wrapped };
    const key = keys.get(conversationId) ?? openDataKey(keyring, conversationId, wrapped);
    keys.set(conversationId, key);
    const { value, raw } = openSaid(workspaceId, key, id, said);
    const { field, trust, unvalidated, denied } = row;
    return { id, handleId, field, value, raw, trust, unvalidated, denied };
  });
}

type StandingClaim = ToldClaim & { readonly standing: Standing };

/** The claims that are shown by their ids, with how they stand. */
function mostImportant(
  told: readonly ToldClaim[],
  { values, merged }: StoredProfile,
): ReadonlyMap<string, StandingClaim> {
  const { standings } = foldProfile(values["email"] ?? null, chooseClaims(told, merged?.chosen));
  const ranked = told
    .map((claim, index) => ({ ...claim, index, standing: standings[index] ?? ("superseded" as const) }))
    .toSorted((a, b) => IMPORTANCE[a.standing] - IMPORTANCE[b.standing] || b.index - a.index);
  return new Map(ranked.slice(0, CLAIMS_SHOWN_MAX).map((claim) => [claim.id, claim]));
}

function provenance(row: ClaimRow, claim: StandingClaim): Provenance {
  return {
    field: claim.field,
    value: claim.value,
    raw: claim.raw,
    conversationId: row.conversation_id,
    messageSeq: row.message_seq,
    span: { start: row.span_start, end: row.span_end },
    extractor: row.extractor,
    rule: row.rule,
    packHash: row.pack_hash,
    trust: claim.trust,
    unvalidated: claim.unvalidated,
    standing: claim.standing,
    at: row.at.toISOString(),
  };
}
