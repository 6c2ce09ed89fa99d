import type { Choice, Merged, StoredCustomer } from "../customers/sealed.ts";
import { ownEmailOf } from "../customers/sealed.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import type { Side } from "./contract.ts";

/** Field → whose value staff chose. */
export type Choices = Readonly<Record<string, Chosen>>;

export interface Chosen {
  readonly side: Side;
  /** The claim that it rests on; null for an email. */
  readonly claimId: string | null;
  /** What staff had set by then, ids: see Choice. */
  readonly over: readonly string[];
}

/** A merge as it is stored. */
export interface StoredMerge {
  readonly id: string;
  readonly survivorId: string;
  readonly absorbedId: string;
  /** The conversations that came with it. */
  readonly conversationIds: readonly string[];
  readonly choices: Choices;
  readonly isUndone: boolean;
}

/** What merges into a customer make of it, and the email that its profile shows. */
export interface Outcome {
  readonly merged: Merged;
  readonly emailKey: string | null;
}

/** What one more merge makes of a customer: choices of before stay, and newer ones take their place. */
export function mergeOnto(
  { merged, emailKey }: Outcome,
  absorbed: StoredCustomer,
  choices: Choices,
  survivorId: string,
): Outcome {
  const chosen: Record<string, Choice> = { ...absorbed.profile.merged?.chosen, ...merged.chosen };
  for (const [field, { claimId, over }] of Object.entries(choices))
    if (claimId !== null) chosen[field] = { claimId, survivorId, over };
  const showsOther = choices["email"]?.side === "other" || emailKey === null;
  return {
    merged: { ownEmail: merged.ownEmail, emails: [...merged.emails, ...emailsOf(absorbed)], chosen },
    emailKey: showsOther ? absorbed.emailKey : emailKey,
  };
}

/** Its own, and of those who were merged into it. */
function emailsOf({ profile }: StoredCustomer): readonly string[] {
  const own = ownEmailOf(profile);
  return [...(own === null ? [] : [own]), ...(profile.merged?.emails ?? [])];
}

/** A customer by itself, before any of the merges that `mergeOnto` adds. */
export function unmergedOutcome(customer: StoredCustomer): Outcome {
  const ownEmail = ownEmailOf(customer.profile);
  return { merged: { ownEmail, emails: [], chosen: {} }, emailKey: ownEmail };
}

interface MergeRow {
  readonly id: string;
  readonly survivor_id: string;
  readonly absorbed_id: string;
  readonly conversation_ids: string[];
  readonly choices: Choices;
  readonly unmerged_at: Date | null;
}

const columns = "id, survivor_id, absorbed_id, conversation_ids, choices, unmerged_at";

export async function readMerge(tx: WorkspaceTransaction, id: string): Promise<StoredMerge | null> {
  const [row] = await tx.prepared<MergeRow>(
    `select ${columns} from merges where workspace_id = :workspaceId and id = :id`,
    { workspaceId: tx.workspaceId, id },
  );
  return row === undefined ? null : mergeFrom(row);
}

/** The merges in which one of these customers was absorbed and that still hold, oldest first. */
export async function mergesOfAbsorbed(
  tx: WorkspaceTransaction,
  absorbedIds: readonly string[],
): Promise<readonly StoredMerge[]> {
  const rows = await tx.prepared<MergeRow>(
    `select merge.*
     from unnest(cast(:absorbedIds as uuid[])) as asked (id)
     cross join lateral (
       select ${columns} from merges
       where workspace_id = :workspaceId and absorbed_id = asked.id and unmerged_at is null
       offset 0
     ) as merge
     order by merge.id`,
    { workspaceId: tx.workspaceId, absorbedIds },
  );
  return rows.map(mergeFrom);
}

function mergeFrom(row: MergeRow): StoredMerge {
  return {
    id: row.id,
    survivorId: row.survivor_id,
    absorbedId: row.absorbed_id,
    conversationIds: row.conversation_ids,
    choices: row.choices,
    isUndone: row.unmerged_at !== null,
  };
}
