import type { NoteView } from "../customers/note-contract.ts";
import { notesOfFamily, noteView, type NoteRow } from "../customers/notes.ts";
import { withDetails } from "../customers/provenance.ts";
import { claimsOf, type StandingClaim, type ToldCustomer } from "../customers/told-claims.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { PersonExport } from "./contract.ts";
import type { Talk } from "./person-talks.ts";

/** A claim as the fold takes it, and as it is exported. */
export interface PersonClaim {
  readonly claim: StandingClaim;
  readonly exported: PersonExport["provenance"][number];
}

/** Every claim of the conversations in the order in which they were recorded, and then those of staff. */
export async function personClaimsOf(
  tx: SealedTransaction,
  customer: ToldCustomer,
  talks: readonly Talk[],
): Promise<readonly PersonClaim[]> {
  const told = await claimsOf(tx, customer);
  const details = new Map((await withDetails(tx, told)).map((one) => [one.id, one]));
  const linkOf = new Map(talks.map(({ id, link }) => [id, link]));
  return told.flatMap((claim): PersonClaim[] => {
    const shown = details.get(claim.id);
    if (shown === undefined) return [];
    if (shown.conversationId === null) return [{ claim, exported: { ...shown, link: null } }];
    const link = linkOf.get(shown.conversationId);
    return link === undefined ? [] : [{ claim, exported: { ...shown, link } }];
  });
}

/** What staff noted down, the earliest first. */
export async function notesOf(tx: SealedTransaction, customerId: string): Promise<readonly NoteView[]> {
  const { workspaceId } = tx;
  const rows = await tx.prepared<NoteRow>(`${notesOfFamily("true offset 0")} order by note.id`, {
    workspaceId,
    customerId,
  });
  return rows.map((row) => noteView(tx, row));
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
