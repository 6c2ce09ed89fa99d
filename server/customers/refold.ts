import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { foldProfile, type Claim } from "./fold.ts";

interface Row {
  readonly id: string;
  readonly conversation_count: number;
  readonly first_at: Date | null;
  readonly last_at: Date | null;
  /** [handle id, field, value, trust] of every claim, in order; as JSON. */
  readonly claims: string;
}

/** Brings customers up to date with their conversations: values, conflicts, count and dates; and removes those that no
 *  conversation is left of. `emailKey` is the email each has from now on. Their rows must be locked. */
export async function refold(
  tx: WorkspaceTransaction,
  customers: readonly { readonly id: string; readonly emailKey: string | null }[],
  now: number,
): Promise<void> {
  const rows = await tx.prepared<Row>(
    `select customer.id, said.conversation_count, said.first_at, said.last_at,
       cast(coalesce(
         (select json_agg(json_build_array(claim.handle_id, claim.field, claim.value, claim.trust) order by claim.seq)
          from claims claim join conversations conversation
            on conversation.workspace_id = :workspaceId and conversation.id = claim.conversation_id
          where claim.workspace_id = :workspaceId and conversation.customer_id = customer.id), '[]') as text) as claims
     from customers customer
     cross join lateral (
       select cast(count(*) as integer) as conversation_count, min(started_at) as first_at, max(last_at) as last_at
       from conversations where workspace_id = :workspaceId and customer_id = customer.id
     ) as said
     where customer.workspace_id = :workspaceId
       and customer.id in (select cast(id as uuid) from json_array_elements_text(cast(:ids as json)) as asked (id))`,
    { workspaceId: tx.workspaceId, ids: JSON.stringify(customers.map(({ id }) => id)) },
  );
  const left = rows.filter((row) => row.conversation_count > 0);
  const empty = rows.filter((row) => row.conversation_count === 0);
  const keys = new Map(customers.map(({ id, emailKey }) => [id, emailKey]));
  await tx.prepared(
    `with gone as (
       delete from customers
       where workspace_id = :workspaceId
         and id in (select cast(id as uuid) from json_array_elements_text(cast(:gone as json)) as empty (id))
     )
     update customers set
       email_key = folded.email, email = folded.email, name = folded.name, phone = folded.phone,
       details = folded.details, conflicts = folded.conflicts,
       first_at = folded.first_at, last_at = folded.last_at, conversation_count = folded.conversation_count,
       updated_at = :now, version = version + 1
     from json_to_recordset(cast(:folded as json)) as folded (
       id uuid, email text, name text, phone text, details jsonb, conflicts jsonb,
       first_at timestamptz, last_at timestamptz, conversation_count integer)
     where customers.workspace_id = :workspaceId and customers.id = folded.id`,
    {
      workspaceId: tx.workspaceId,
      now: new Date(now),
      gone: JSON.stringify(empty.map(({ id }) => id)),
      folded: JSON.stringify(left.map((row) => folded(row, keys.get(row.id) ?? null))),
    },
  );
}

function folded({ claims, ...row }: Row, emailKey: string | null) {
  const told: [handleId: string, field: string, value: string, trust: Claim["trust"]][] = JSON.parse(claims);
  const { values, conflicts } = foldProfile(
    emailKey,
    told.map(([handleId, field, value, trust]) => ({ handleId, field, value, trust })),
  );
  const { email = null, name = null, phone = null, ...details } = values;
  return { ...row, email, name, phone, details, conflicts };
}
