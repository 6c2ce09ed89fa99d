import type { Claim, Trust } from "../customers/fold.ts";
import { openSaid } from "../customers/sealed.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { PersonExport } from "./contract.ts";
import type { Talk } from "./person-talks.ts";

/** A claim as the fold takes it, and as it is exported. */
export interface PersonClaim extends Claim {
  readonly exported: Omit<PersonExport["provenance"][number], "standing">;
}

interface ClaimRow {
  readonly id: string;
  readonly conversation_id: string;
  readonly handle_id: string;
  readonly field: string;
  readonly said: Uint8Array;
  readonly message_seq: number;
  readonly span_start: number;
  readonly span_end: number;
  readonly extractor: string;
  readonly rule: string | null;
  readonly pack_hash: string;
  readonly trust: Trust;
  readonly unvalidated: boolean;
  readonly denied: boolean;
  readonly at: Date;
}

/** Every claim of the conversations, in the order in which they were recorded. */
export async function claimsOf(
  tx: SealedTransaction,
  talks: readonly Talk[],
): Promise<readonly PersonClaim[]> {
  const rows = await tx.prepared<ClaimRow>(
    `select claim.* from unnest(cast(:ids as uuid[])) as conversation (id)
     cross join lateral (
       select id, conversation_id, handle_id, field, said, message_seq, span_start, span_end, extractor, rule, pack_hash,
         trust, unvalidated, denied, at, seq
       from claims where workspace_id = :workspaceId and conversation_id = conversation.id
       offset 0
     ) as claim
     order by claim.seq`,
    { workspaceId: tx.workspaceId, ids: talks.map(({ id }) => id) },
  );
  const byId = new Map(talks.map((talk) => [talk.id, talk]));
  return rows.flatMap((row) => {
    const talk = byId.get(row.conversation_id);
    return talk === undefined ? [] : [claimOf(tx.workspaceId, talk, row)];
  });
}

function claimOf(workspaceId: string, { id: conversationId, key, link }: Talk, row: ClaimRow): PersonClaim {
  const { value, raw } = openSaid(workspaceId, key, row.id, row.said);
  const { handle_id: handleId, field, trust, unvalidated, denied } = row;
  const exported = {
    field,
    value,
    raw,
    conversationId,
    link,
    messageSeq: row.message_seq,
    span: { start: row.span_start, end: row.span_end },
    extractor: row.extractor,
    rule: row.rule,
    packHash: row.pack_hash,
    trust,
    unvalidated,
    at: row.at.toISOString(),
  };
  return { handleId, field, value, trust, unvalidated, denied, exported };
}

interface RefusalRow {
  readonly field: string;
  readonly conversation_id: string;
  readonly at: Date;
}

/** What was refused in the conversations, the earliest first. */
export async function refusalsOf(
  tx: SealedTransaction,
  talks: readonly Talk[],
): Promise<PersonExport["refusals"]> {
  const rows = await tx.prepared<RefusalRow>(
    `select refusal.* from unnest(cast(:ids as uuid[])) as conversation (id)
     cross join lateral (
       select field, conversation_id, at from refusals
       where workspace_id = :workspaceId and conversation_id = conversation.id
       offset 0
     ) as refusal
     order by refusal.at, refusal.conversation_id, refusal.field`,
    { workspaceId: tx.workspaceId, ids: talks.map(({ id }) => id) },
  );
  return rows.map(({ field, conversation_id: conversationId, at }) => ({
    field,
    conversationId,
    at: at.toISOString(),
  }));
}
