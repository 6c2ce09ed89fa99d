import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import type { CustomerDetail, Provenance } from "./contract.ts";
import { foldProfile, type Claim, type Standing, type Trust } from "./fold.ts";

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
  readonly handle_id: string;
  readonly field: string;
  readonly value: string;
  readonly trust: Trust;
  readonly unvalidated: boolean;
  readonly denied: boolean;
}

interface ClaimRow extends ToldRow {
  readonly conversation_id: string;
  readonly message_seq: number;
  readonly raw: string;
  readonly span_start: number;
  readonly span_end: number;
  readonly extractor: string;
  readonly rule: string | null;
  readonly pack_hash: string;
  readonly at: Date;
}

/** The claims of the customer's conversations, in the order in which they were recorded. */
export async function provenanceOf(
  tx: WorkspaceTransaction,
  customerId: string,
  emailKey: string | null,
): Promise<Pick<CustomerDetail, "provenance" | "provenanceTruncated">> {
  const { workspaceId } = tx;
  // What decides how a claim stands, of all of them; the rest of it only of those that are shown.
  const told = await tx.prepared<ToldRow>(
    `select claim.id, claim.handle_id, claim.field, claim.value, claim.trust, claim.unvalidated, claim.denied
     from (
       select id from conversations where workspace_id = :workspaceId and customer_id = :customerId offset 0
     ) as conversation
     cross join lateral (
       select id, handle_id, field, value, trust, unvalidated, denied, seq from claims
       where workspace_id = :workspaceId and conversation_id = conversation.id
       offset 0
     ) as claim
     order by claim.seq`,
    { workspaceId, customerId },
  );
  const shown = mostImportant(told, emailKey);
  const rows = await tx.prepared<ClaimRow>(
    `select id, handle_id, conversation_id, message_seq, field, value, raw, span_start, span_end, extractor, rule, unvalidated,
       denied, pack_hash, trust, at
     from claims where workspace_id = :workspaceId and id = any(cast(:ids as uuid[]))
     order by seq`,
    { workspaceId, ids: [...shown.keys()] },
  );
  return {
    provenance: rows.map((row) => provenance(row, shown.get(row.id) ?? "superseded")),
    provenanceTruncated: shown.size < told.length,
  };
}

/** Claim id → how it stands, of the claims that are shown. */
function mostImportant(told: readonly ToldRow[], emailKey: string | null): ReadonlyMap<string, Standing> {
  const claims = told.map(({ handle_id: handleId, field, value, trust, unvalidated, denied }): Claim => {
    return { handleId, field, value, trust, unvalidated, denied };
  });
  const { standings } = foldProfile(emailKey, claims);
  const ranked = told
    .map(({ id }, index) => ({ id, index, standing: standings[index] ?? ("superseded" as const) }))
    .toSorted((a, b) => IMPORTANCE[a.standing] - IMPORTANCE[b.standing] || b.index - a.index);
  return new Map(ranked.slice(0, CLAIMS_SHOWN_MAX).map(({ id, standing }) => [id, standing]));
}

function provenance(row: ClaimRow, standing: Standing): Provenance {
  return {
    field: row.field,
    value: row.value,
    raw: row.raw,
    conversationId: row.conversation_id,
    messageSeq: row.message_seq,
    span: { start: row.span_start, end: row.span_end },
    extractor: row.extractor,
    rule: row.rule,
    packHash: row.pack_hash,
    trust: row.trust,
    unvalidated: row.unvalidated,
    standing,
    at: row.at.toISOString(),
  };
}
