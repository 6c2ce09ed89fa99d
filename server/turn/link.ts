import { advisoryKey } from "../database/advisory-key.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { refold } from "../customers/refold.ts";
import { leadsElsewhere, planLink, type Identity, type LinkPlan } from "./plan-link.ts";

/** Settles which customer the conversation belongs to, and locks the customers concerned until the transaction ends:
 *  the email first, then the rows in the order of their ids, so that no two turns wait for each other.
 *  `current` is the conversation's customer as the turn found it; the handle's lock must be held. */
export async function settleLink(
  tx: WorkspaceTransaction,
  current: Identity | null,
  stated: string | null,
  newId: string,
): Promise<LinkPlan> {
  const sought = leadsElsewhere(current, stated) ? stated : null;
  if (sought !== null) {
    // A statement of its own: the next one must see what the turn that held the lock before has committed.
    const lock = advisoryKey("email", tx.workspaceId, sought);
    tx.later("select pg_advisory_xact_lock(:lock)", { lock });
  }
  const currentId = current?.id ?? null;
  const locked = currentId === null && sought === null ? [] : await lockCustomers(tx, currentId, sought);
  const owner = locked.find(({ email_key: key }) => key !== null && key === sought);
  return planLink(current, stated, owner ? { id: owner.id, emailKey: owner.email_key } : null, newId);
}

/** Rows wait in the order of their ids. One that was removed meanwhile is not among them. Each is searched by itself: with
 *  "id = … or email_key = …" the first plans read the whole workspace (see turn/open-statement.ts). */
async function lockCustomers(tx: WorkspaceTransaction, currentId: string | null, sought: string | null) {
  return tx.prepared<{ id: string; email_key: string | null }>(
    `select locked.id, locked.email_key
     from (
       select cast(:currentId as uuid) as id
       union
       select (select id from customers where workspace_id = :workspaceId and email_key = cast(:sought as text))
       order by id
     ) as asked
     cross join lateral (
       select id, email_key from customers where workspace_id = :workspaceId and id = asked.id for no key update
     ) as locked`,
    { workspaceId: tx.workspaceId, currentId, sought },
  );
}

export interface LinkPlace {
  readonly conversationId: string;
  readonly handleId: string;
  readonly linkSeq: number;
  readonly at: number;
  readonly now: number;
}

/** Carries a settled link out, after the message was recorded: moves the conversations, and brings the customers concerned
 *  up to date with what their conversations say. */
export async function applyLink(tx: WorkspaceTransaction, plan: LinkPlan, place: LinkPlace): Promise<void> {
  const { target, source } = plan;
  if (plan.isNew) insertCustomer(tx, target, place);
  if (plan.moves !== "none") moveConversations(tx, plan, plan.moves, place);
  await refold(tx, target, place.now);
  if (source !== null) await refold(tx, source, place.now);
}

/** With the dates and the count of no conversation yet: refold follows. */
function insertCustomer(tx: WorkspaceTransaction, { id, emailKey }: Identity, place: LinkPlace): void {
  tx.later(
    `insert into customers (
       workspace_id, id, email_key, email, first_at, last_at, conversation_count, created_at, updated_at, version)
     values (:workspaceId, :id, :emailKey, :emailKey, :at, :at, 0, :now, :now, 0)`,
    { workspaceId: tx.workspaceId, id, emailKey, at: new Date(place.at), now: new Date(place.now) },
  );
}

const moved = {
  this: "id = :conversationId",
  // All of a profile without an email: it hangs on this handle, so they are this handle's, and this one is among them.
  all: "customer_id = cast(:sourceId as uuid)",
  // This one and the handle's others that nothing was said in yet.
  unlinked: "handle_id = :handleId and customer_id is null",
} as const;

/** The message's own conversation gets the handle's latest link; one that follows it keeps its place in the order. */
function moveConversations(
  tx: WorkspaceTransaction,
  { target, source }: LinkPlan,
  moves: keyof typeof moved,
  place: LinkPlace,
): void {
  const { conversationId, handleId, linkSeq } = place;
  tx.later(
    `update conversations set
       customer_id = :targetId,
       link_trust = 'claimed',
       linked_at = :at,
       link_seq = case when id = :conversationId then :linkSeq else coalesce(link_seq, :linkSeq) end
     where workspace_id = :workspaceId and ${moved[moves]}`,
    {
      workspaceId: tx.workspaceId,
      targetId: target.id,
      conversationId,
      linkSeq,
      at: new Date(place.at),
      ...(moves === "all" ? { sourceId: source?.id ?? null } : {}),
      ...(moves === "unlinked" ? { handleId } : {}),
    },
  );
}
