import { openDataKey } from "../privacy/keyring.ts";
import { openProfile } from "../customers/sealed.ts";
import { missingCustomer } from "../customers/missing-customer.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { MergeList } from "./contract.ts";
import type { Choices } from "./merges.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";

/** How many merges of a customer are listed: more are no list for people. */
export const MERGES_SHOWN_MAX = 100;

interface Row {
  readonly id: string;
  readonly absorbed_id: string;
  readonly conversation_count: number;
  readonly choices: Choices;
  readonly actor_kind: string;
  readonly actor_id: string;
  readonly merged_at: Date;
  readonly unmerged_at: Date | null;
  readonly profile: Uint8Array;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** The merges that a customer survived, the latest first. Throws `customer_not_found` and `customer_merged`. */
export async function listMerges(store: Store, workspaceId: string, id: string): Promise<MergeList> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const [customer] = await tx.prepared(
      "select customer_id from customer_activity where workspace_id = :workspaceId and customer_id = :id",
      { workspaceId, id },
    );
    if (customer === undefined) throw await missingCustomer(tx, id);
    const rows = await tx.prepared<Row>(select, { workspaceId, id, most: MERGES_SHOWN_MAX + 1 });
    const shown = rows.slice(0, MERGES_SHOWN_MAX);
    return { merges: shown.map((row) => view(tx, row)), truncated: rows.length > shown.length };
  });
}

const select = `
  select merge.*, customer.profile, key.key_version, key.key_wrapped
  from (
    select id, absorbed_id, cardinality(conversation_ids) as conversation_count, choices, actor_kind, actor_id,
      merged_at, unmerged_at
    from merges where workspace_id = :workspaceId and survivor_id = :id
    order by id desc limit :most
  ) as merge
  cross join lateral (
    select profile from customers where workspace_id = :workspaceId and id = merge.absorbed_id offset 0
  ) as customer
  ${joinDataKey("merge.absorbed_id")}
  order by merge.id desc`;

function view({ workspaceId, keyring }: SealedTransaction, row: Row): MergeList["merges"][number] {
  const { absorbed_id: absorbedId, unmerged_at: unmergedAt } = row;
  const key = openDataKey(keyring, absorbedId, row);
  const { values } = openProfile(workspaceId, key, absorbedId, row.profile);
  const isMerged = unmergedAt === null;
  return {
    id: row.id,
    absorbedId,
    name: isMerged ? (values["name"] ?? null) : null,
    email: isMerged ? (values["email"] ?? null) : null,
    choices: Object.fromEntries(Object.entries(row.choices).map(([field, { side }]) => [field, side])),
    conversationCount: row.conversation_count,
    mergedBy: { kind: row.actor_kind, id: row.actor_id },
    mergedAt: row.merged_at.toISOString(),
    unmergedAt: unmergedAt?.toISOString() ?? null,
  };
}
