import { joinDataKey } from "../privacy/data-key-sql.ts";
import { v7 as uuid } from "uuid";
import { openProfile, sealSaid } from "../customers/sealed.ts";
import { writeEvent, type Actor } from "../audit/events.ts";
import { claimHash, micros } from "../audit/step.ts";
import type { Platform } from "../conversations/contract.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import { fieldCollected } from "../webhooks/conversation-events.ts";
import { tell } from "../webhooks/tell.ts";
import { writeLink } from "./link.ts";
import { identityOf, isOf, planLink, type Identity } from "./plan-link.ts";
import { readLink } from "./read-link.ts";
import { provenEmail, type Proof } from "./said.ts";

/** The lock of the person whose conversation it is, under which the person's turns run; null when there is none such. */
export async function lockOfConversation(
  store: Store,
  workspaceId: string,
  conversationId: string,
): Promise<bigint | null> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const row = await readConversation(tx, conversationId);
    if (row === null) return null;
    const handle = unsealColumn(workspaceId, row.key, "conversations.handle", conversationId, row.handle);
    return advisoryKey("handle", workspaceId, row.platform, handle);
  });
}

/** Links a conversation to the customer of an address that its person has proved; false when there is no such conversation.
 *  The person's lock (lockOfConversation) must be held. The claim stands at the conversation's last message. */
export async function proveEmail(
  tx: SealedTransaction,
  conversationId: string,
  email: string,
  how: Proof,
  actor: Actor,
  now: number,
): Promise<boolean> {
  const row = await readConversation(tx, conversationId);
  if (row === null) return false;
  const { key, handle_id: handleId, customer: current } = row;
  if (row.link_trust === "verified" && isOf(current, email)) return true;
  const concerned = await readLink(tx, { current, stated: email, handleId }, null);
  if (concerned === null) throw new Error("a link was dropped although nothing was to be checked");
  const plan = planLink(concerned.current, email, concerned.owner, uuid());
  const said = provenEmail(email, how);
  const own = {
    id: conversationId,
    handleId,
    platform: row.platform,
    startedAt: row.started_at.getTime(),
    lastAt: row.last_at.getTime(),
    says: [said],
    takesBack: [],
  };
  const linkSeq = row.link_seq_next;
  const { before, after } = writeLink(tx, plan, concerned, own, { linkSeq, at: now, now });
  for (const { sql, bindings } of before) tx.later(sql, bindings);
  const claimId = newRowId();
  const sealed = sealSaid(tx.workspaceId, key, claimId, said);
  const hash = claimHash(tx.workspaceId, conversationId, {
    id: claimId,
    handle_id: handleId,
    message_seq: String(row.message_count),
    turn: String(row.turn),
    field: "email",
    said: sealed,
    span_start: "0",
    span_end: "0",
    extractor: how,
    rule: null,
    unvalidated: "false",
    pack_hash: "",
    trust: "verified",
    at: micros(now),
  });
  const [recorded] = await tx.prepared<{ readonly seq: number }>(prove, {
    workspaceId: tx.workspaceId,
    conversationId,
    handleId,
    customerId: plan.target.id,
    linkSeq,
    claimId,
    said: sealed,
    how,
    now: new Date(now),
  });
  const customerId = plan.target.id;
  const heardAt = { conversationId, customerId, messageSeq: row.message_count, now };
  const told = tell(tx.workspaceId, fieldCollected(heardAt, key, said));
  for (const { sql, bindings } of [...after, told]) tx.later(sql, bindings);
  // The claim is no part of a message, so the conversation's chain does not tell of it: this does.
  writeEvent(tx, {
    actor,
    action: "conversation.proved",
    subject: { kind: "conversation", id: conversationId },
    details: { how, claim: claimId, seq: recorded?.seq, hash: hash.toString("hex") },
    at: now,
  });
  return true;
}

// The revision: whoever remembers the person reads anew, and finds the address known.
const prove = `
  with person as (
    update handles set revision = revision + 1 where workspace_id = :workspaceId and id = :handleId
  ),
  conversation as (
    update conversations set
      customer_id = :customerId, link_trust = 'verified', linked_at = :now, link_seq = :linkSeq
    where workspace_id = :workspaceId and id = :conversationId
    returning id, turn, message_count
  )
  insert into claims (
    workspace_id, id, conversation_id, handle_id, message_seq, turn, field, said, span_start, span_end, extractor,
    unvalidated, pack_hash, trust, at)
  select
    :workspaceId, :claimId, id, :handleId, message_count, turn, 'email', :said, 0, 0, :how, false, '', 'verified', :now
  from conversation
  returning seq`;

interface Row {
  readonly handle_id: string;
  readonly platform: Platform;
  readonly handle: Uint8Array;
  readonly link_trust: "claimed" | "verified" | null;
  readonly turn: number;
  readonly message_count: number;
  readonly started_at: Date;
  readonly last_at: Date;
  readonly link_seq_next: number;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
  readonly customer_id: string | null;
  readonly profile: Uint8Array | null;
  readonly customer_key_version: number | null;
  readonly customer_key_wrapped: Uint8Array | null;
}

async function readConversation(
  tx: SealedTransaction,
  conversationId: string,
): Promise<(Row & { readonly key: DataKey; readonly customer: Identity | null }) | null> {
  const { workspaceId, keyring } = tx;
  const [row] = await tx.prepared<Row>(conversation, { workspaceId, conversationId });
  if (row === undefined) return null;
  const key = openDataKey(keyring, conversationId, row);
  return { ...row, key, customer: customerOf(tx, row) };
}

function customerOf({ workspaceId, keyring }: SealedTransaction, row: Row): Identity | null {
  const { customer_id: id, profile, customer_key_version: version, customer_key_wrapped: wrapped } = row;
  if (id === null || profile === null || version === null || wrapped === null) return null;
  const key = openDataKey(keyring, id, { key_version: version, key_wrapped: wrapped });
  return identityOf(id, openProfile(workspaceId, key, id, profile));
}

const conversation = `
  select conversation.*, key.key_version, key.key_wrapped, customer.profile,
    customer_key.workspace_key_version as customer_key_version, customer_key.wrapped as customer_key_wrapped,
    1 + coalesce((
      select max(link_seq) from conversations
      where workspace_id = :workspaceId and handle_id = conversation.handle_id), 0) as link_seq_next
  from (
    select id, handle_id, platform, handle, link_trust, started_at, last_at, customer_id, turn, message_count
    from conversations
    where workspace_id = :workspaceId and id = :conversationId
    offset 0
  ) as conversation
  ${joinDataKey("conversation.id")}
  left join lateral (
    select profile from customers where workspace_id = :workspaceId and id = conversation.customer_id offset 0
  ) as customer on true
  left join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = conversation.customer_id
    offset 0
  ) as customer_key on true`;
