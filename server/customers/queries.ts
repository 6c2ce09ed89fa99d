import { joinDataKey } from "../privacy/data-key-sql.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import { opener } from "../conversations/queries.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { CustomerDetail } from "./contract.ts";
import { LINKED_COLUMNS, linkedView, type LinkedRow } from "./linked-conversation.ts";
import { marksOf } from "./marks.ts";
import { missingCustomer } from "./missing-customer.ts";
import { provenanceOf } from "./provenance.ts";
import { profileOf, summaryOf, type CustomerRow } from "./summary.ts";

/** How many conversations a customer is shown with, the latest ones: more are not read on a page. */
export const CONVERSATIONS_SHOWN_MAX = 200;

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
 *  are not complete. `by`: who looks, which is audited; null for the program itself. Throws `customer_not_found` and
 *  `customer_merged`. */
export async function getCustomer(
  store: Store,
  workspaceId: string,
  id: string,
  by: Deed | null = null,
): Promise<CustomerDetail> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    // First: a version that is older than the values makes an edit fail, a newer one would let it undo what nobody saw.
    const marks = await marksOf(tx, id);
    const [row] = await tx.prepared<CustomerRow>(one, { workspaceId, id });
    if (marks === null || row === undefined) throw await missingCustomer(tx, id);
    const conversations = await conversationsOf(tx, id);
    const profile = profileOf(tx, row);
    const provenance = await provenanceOf(tx, { id, profile });
    if (by !== null) {
      const { actor, at } = by;
      const subject = { kind: "customer", id } as const;
      writeEvent(tx, { actor, action: "customer.viewed", subject, details: { seen: "profile" }, at });
    }
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

/** The latest, in the order in which they began. */
async function conversationsOf(
  tx: SealedTransaction,
  customerId: string,
): Promise<CustomerDetail["conversations"]> {
  const rows = await tx.prepared<LinkedRow>(
    `select conversation.*, key.key_version, key.key_wrapped
     from (
       select ${LINKED_COLUMNS} from conversations
       where workspace_id = :workspaceId and customer_id = :customerId
       order by started_at desc, id desc limit :most
     ) as conversation
  ${joinDataKey("conversation.id")}
     order by started_at desc, id desc`,
    { workspaceId: tx.workspaceId, customerId, most: CONVERSATIONS_SHOWN_MAX },
  );
  return rows.toReversed().map((row) => linkedView(opener(tx, row.id, row), row));
}
