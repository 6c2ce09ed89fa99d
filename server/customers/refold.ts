import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { foldProfile, type Claim } from "./fold.ts";

type Told = [
  handleId: string,
  field: string,
  value: string,
  trust: Claim["trust"],
  unvalidated: boolean,
  denied: boolean,
];

interface Row {
  readonly conversation_count: number;
  readonly first_at: Date | null;
  readonly last_at: Date | null;
  /** [handle id, field, value, trust, unvalidated, denied] of every claim, in order; as JSON. */
  readonly claims: string;
}

// From the customer to its conversations to their claims, each by its index: joined plainly, the first plans compared every
// claim of the workspace with every conversation (see turn/open-statement.ts): 4 s at 2,400 conversations without statistics, now 0.2 ms.
const told = `
  select said.conversation_count, said.first_at, said.last_at,
    cast(coalesce((
      select json_agg(json_build_array(
        claim.handle_id, claim.field, claim.value, claim.trust, claim.unvalidated, claim.denied) order by claim.seq)
      from (
        select id from conversations where workspace_id = :workspaceId and customer_id = :id offset 0
      ) as conversation
      cross join lateral (
        select handle_id, field, value, trust, unvalidated, denied, seq from claims
        where workspace_id = :workspaceId and conversation_id = conversation.id
        offset 0
      ) as claim), '[]') as text) as claims
  from (
    select cast(count(*) as integer) as conversation_count, min(started_at) as first_at, max(last_at) as last_at
    from conversations where workspace_id = :workspaceId and customer_id = :id
  ) as said`;

const update = `
  update customers set
    email_key = cast(:email as text), email = :email, name = :name, phone = :phone,
    unvalidated = :unvalidated, details = :details, conflicts = :conflicts,
    first_at = :firstAt, last_at = :lastAt, conversation_count = :conversationCount,
    updated_at = :now, version = version + 1
  where workspace_id = :workspaceId and id = :id`;

/** Brings a customer up to date with its conversations: values, conflicts, count and dates; and removes it when no
 *  conversation is left of it. `emailKey` is the email it has from now on. Its row must be locked. */
export async function refold(
  tx: WorkspaceTransaction,
  { id, emailKey }: { readonly id: string; readonly emailKey: string | null },
  now: number,
): Promise<void> {
  const { workspaceId } = tx;
  const [row] = await tx.prepared<Row>(told, { workspaceId, id });
  if (row === undefined || row.first_at === null || row.last_at === null) {
    tx.later("delete from customers where workspace_id = :workspaceId and id = :id", {
      workspaceId,
      id,
    });
    return;
  }
  tx.later(update, {
    workspaceId,
    id,
    ...folded(row.claims, emailKey),
    firstAt: row.first_at,
    lastAt: row.last_at,
    conversationCount: row.conversation_count,
    now: new Date(now),
  });
}

/** The values that follow from claims, as columns. */
function folded(claims: string, emailKey: string | null) {
  const told: Told[] = JSON.parse(claims);
  const { values, unvalidated, conflicts } = foldProfile(
    emailKey,
    told.map(([handleId, field, value, trust, unvalidated, denied]) => {
      return { handleId, field, value, trust, unvalidated, denied };
    }),
  );
  const { email = null, name = null, phone = null, ...details } = values;
  return {
    email,
    name,
    phone,
    unvalidated: JSON.stringify(unvalidated),
    details: JSON.stringify(details),
    conflicts: JSON.stringify(conflicts),
  };
}
