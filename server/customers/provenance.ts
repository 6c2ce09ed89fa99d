import type { SealedTransaction } from "../privacy/store.ts";
import type { CustomerDetail, Provenance } from "./contract.ts";
import { claimsOf, type StandingClaim, type ToldCustomer } from "./told-claims.ts";

/** How many claims a customer is shown with. What its values rest on comes first, then what was replaced last. */
export const CLAIMS_SHOWN_MAX = 500;

const IMPORTANCE = {
  current: 0,
  conflicting: 1,
  agreeing: 2,
  superseded: 3,
  denied: 4,
  withdrawn: 5,
} as const satisfies Record<StandingClaim["standing"], number>;

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

/** The claims of the customer's conversations in the order in which they were recorded, then what staff says now. */
export async function provenanceOf(
  tx: SealedTransaction,
  customer: ToldCustomer,
): Promise<Pick<CustomerDetail, "provenance" | "provenanceTruncated">> {
  const told = (await claimsOf(tx, customer)).filter(({ standing }) => standing !== "withdrawn");
  const shown = mostImportant(told);
  return {
    provenance: await withDetails(
      tx,
      told.filter(({ id }) => shown.has(id)),
    ),
    provenanceTruncated: shown.size < told.length,
  };
}

function mostImportant(told: readonly StandingClaim[]): ReadonlySet<string> {
  const ranked = told
    .map(({ id, standing }, index) => ({ id, index, rank: IMPORTANCE[standing] }))
    .toSorted((a, b) => a.rank - b.rank || b.index - a.index);
  return new Set(ranked.slice(0, CLAIMS_SHOWN_MAX).map(({ id }) => id));
}

/** The claims with where each comes from, in their order: what decides how they stand was read of all of them, this is only of
 *  those that are shown. */
export async function withDetails(
  tx: SealedTransaction,
  claims: readonly StandingClaim[],
): Promise<Provenance[]> {
  const rows = await tx.prepared<ClaimRow>(
    `select id, conversation_id, message_seq, span_start, span_end, extractor, rule, pack_hash, at
     from claims where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))`,
    {
      workspaceId: tx.workspaceId,
      ids: claims.filter(({ staff }) => staff === null).map(({ id }) => id),
    },
  );
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  return claims.flatMap((claim) => {
    const row = rowOf.get(claim.id) ?? null;
    const at = claim.staff?.at ?? row?.at;
    return at === undefined ? [] : [provenance(claim, row, at)]; // it was erased while this was read
  });
}

function provenance(claim: StandingClaim, row: ClaimRow | null, at: Date): Provenance {
  return {
    id: claim.id,
    field: claim.field,
    value: claim.value,
    raw: claim.raw,
    conversationId: row?.conversation_id ?? null,
    messageSeq: row?.message_seq ?? null,
    span: row === null ? null : { start: row.span_start, end: row.span_end },
    extractor: row?.extractor ?? null,
    rule: row?.rule ?? null,
    packHash: row?.pack_hash ?? null,
    by: claim.staff?.by ?? null,
    acceptedClaimId: claim.staff?.claimId ?? null,
    trust: claim.trust,
    unvalidated: claim.unvalidated,
    standing: claim.standing,
    at: at.toISOString(),
  };
}
