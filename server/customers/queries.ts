import { joinDataKey } from "../privacy/data-key-sql.ts";
import type { Platform } from "../conversations/contract.ts";
import { openDataKey } from "../privacy/keyring.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { CustomerDetail } from "./contract.ts";
import { marksOf } from "./marks.ts";
import { missingCustomer } from "./missing-customer.ts";
import { provenanceOf } from "./provenance.ts";
import { profileOf, summaryOf, type CustomerRow } from "./summary.ts";

/** How many conversations a customer is shown with, the latest ones: more are not read on a page. */
export const CONVERSATIONS_SHOWN_MAX = 200;

interface KeyColumns {
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

const one = `
  select customer.id, customer.profile, customer.platforms,
    activity.first_at, activity.last_at, activity.conversation_count,
    key.key_version, key.key_wrapped
  from (
    select id, profile, platforms from customers where workspace_id = :workspaceId and id = :id offset 0
  ) as customer
  cross join lateral (
    select first_at, last_at, conversation_count from customer_activity
    where workspace_id = :workspaceId and customer_id = customer.id
    offset 0
  ) as activity
  ${joinDataKey("customer.id")}`;

/** A customer with its latest conversations and where its values come from; both lists are bounded, and say so when they
 *  are not complete. Throws `customer_not_found` and `customer_merged`. */
export async function getCustomer(store: Store, workspaceId: string, id: string): Promise<CustomerDetail> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    // First: a version that is older than the values makes an edit fail, a newer one would let it undo what nobody saw.
    const marks = await marksOf(tx, id);
    const [row] = await tx.prepared<CustomerRow>(one, { workspaceId, id });
    if (marks === null || row === undefined) throw await missingCustomer(tx, id);
    const conversations = await conversationsOf(tx, id);
    const profile = profileOf(tx, row);
    const provenance = await provenanceOf(tx, { id, profile });
    return {
      ...summaryOf(row, profile),
      ...marks,
      verified: [...profile.verified],
      conflicts: Object.fromEntries(
        Object.entries(profile.conflicts).map(([field, values]) => [field, [...values]]),
      ),
      conversations,
      conversationsTruncated: conversations.length < row.conversation_count,
      ...provenance,
    };
  });
}

interface ConversationRow extends KeyColumns {
  readonly id: string;
  readonly platform: Platform;
  readonly handle: Uint8Array;
  readonly link_trust: "claimed" | "verified";
  readonly started_at: Date;
  readonly last_at: Date;
  readonly turn: number;
  readonly message_count: number;
}

/** The latest, in the order in which they began. */
async function conversationsOf(
  tx: SealedTransaction,
  customerId: string,
): Promise<CustomerDetail["conversations"]> {
  const rows = await tx.prepared<ConversationRow>(
    `select conversation.*, key.key_version, key.key_wrapped
     from (
       select id, platform, handle, link_trust, started_at, last_at, turn, message_count from conversations
       where workspace_id = :workspaceId and customer_id = :customerId
       order by started_at desc, id desc limit :most
     ) as conversation
  ${joinDataKey("conversation.id")}
     order by started_at desc, id desc`,
    { workspaceId: tx.workspaceId, customerId, most: CONVERSATIONS_SHOWN_MAX },
  );
  return rows.toReversed().map((row) => ({
    id: row.id,
    platform: row.platform,
    handle: handleOf(tx, row),
    linkTrust: row.link_trust,
    startedAt: row.started_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    turn: row.turn,
    messageCount: row.message_count,
  }));
}

function handleOf({ workspaceId, keyring }: SealedTransaction, row: ConversationRow): string {
  const { id } = row;
  const key = openDataKey(keyring, id, row);
  return unsealColumn(workspaceId, key, "conversations.handle", id, row.handle);
}
