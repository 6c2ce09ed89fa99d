import { tellParts } from "../webhooks/tell.ts";
import { actionRevision } from "../actions/revision.ts";

/** What a message leaves behind: for each of these shapes there is a statement. */
export interface Shape {
  /** "unseen" and "remembered" are new and known ones that are not locked, so the statement itself makes sure that they still are
   *  as they were read. */
  readonly handle: "new" | "unseen" | "read" | "remembered";
  readonly conversation: "new" | "known";
  /** Whether a known conversation is linked anew: one that is new has its link from the beginning. */
  readonly link: boolean;
  readonly customer: boolean;
  readonly key: boolean;
  readonly reply: boolean;
  readonly turn: boolean;
  readonly claims: boolean;
  readonly findings: boolean;
  readonly refusals: boolean;
  readonly events: boolean;
}

const statements = new Map<string, string>();

/** The statement that records a message of such a shape, and returns the conversation's id. Every part takes its rows from the
 *  one before, and the first two have one only if a handle that was new still is, a remembered one and its conversation still stand
 *  as they were, and so do the action, its configuration and the plan: so all of the message is written, or nothing of it, and no
 *  row is returned. (The handle's revision may be counted up then: whoever remembers it reads anew.) */
export function recordStatement(shape: Shape): string {
  const key = JSON.stringify(shape);
  const statement = statements.get(key) ?? compose(shape);
  statements.set(key, statement);
  return statement;
}

function handlePart(shape: Shape): string {
  if (shape.handle === "new") return insertHandle;
  return shape.handle === "unseen" ? insertUnseenHandle : updateHandle(shape);
}

function compose(shape: Shape): string {
  const parts = [
    handlePart(shape),
    shape.conversation === "new" ? insertConversation : updateConversation(shape),
    insertMessages(shape),
    ...(shape.customer ? [updateCustomer(shape.conversation === "new" ? 1 : 0)] : []),
    ...(shape.turn ? [insertTurn] : []),
    ...(shape.claims ? [insertClaims] : []),
    ...(shape.findings ? [insertFindings] : []),
    ...(shape.refusals ? [insertRefusals] : []),
    ...(shape.events ? [tellParts("conversation")] : []),
    insertLeaf(shape),
  ];
  return `with ${parts.join(",")} select id from conversation`;
}

const insertHandle = `
  person as (
    insert into handles (workspace_id, id, platform, handle_key, index_version, revision, created_at)
    values (:workspaceId, :handleId, :platform, :handleKey, :indexVersion, 1, :now)
    returning id
  )`;

const insertUnseenHandle = `
  person as (
    insert into handles (workspace_id, id, platform, handle_key, index_version, revision, created_at)
    select
      :workspaceId, cast(:handleId as uuid), cast(:platform as text), cast(:handleKey as bytea),
      cast(:indexVersion as integer), 1, cast(:now as timestamptz)
    where cast(:actionRevision as bigint) = ${actionRevision}
    on conflict do nothing
    returning id
  )`;

const unchanged = `
      and revision = :revision and cast(:actionRevision as bigint) = ${actionRevision}`;
const unheard = `
      and not exists (
        select from messages
        where workspace_id = :workspaceId and handle_id = :handleId
          and message_key = any(cast(:messageKeys as bytea[])))`;

const updateHandle = ({ handle, key }: Shape) => `
  person as (
    update handles set revision = revision + 1
    where workspace_id = :workspaceId and id = :handleId
      ${handle === "remembered" ? unchanged : ""} ${handle === "remembered" && key ? unheard : ""}
    returning id
  )`;

const insertConversation = `
  conversation as (
    insert into conversations (
      workspace_id, id, handle_id, platform, handle, customer_id, link_trust, linked_at, link_seq,
      started_at, last_at, turn, message_count, state, chain, since_activation)
    select
      :workspaceId, :conversationId, id, :platform, :handle, cast(:customerId as uuid),
      case when cast(:customerId as uuid) is not null then cast(:linkTrust as text) end,
      case when cast(:customerId as uuid) is not null then cast(:at as timestamptz) end,
      case when cast(:customerId as uuid) is not null then cast(:linkSeq as bigint) end,
      :at, :at, :turn, :messageCount, :state, :chain, cast(:sinceActivation as boolean)
    from person
    returning id
  ),
  key as (
    insert into data_keys (workspace_id, subject_id, workspace_key_version, wrapped)
    select :workspaceId, id, :keyVersion, :keyWrapped from conversation
  )`;

// What was read under the lock of the handle's row stays as it is; what was read before is compared.
const updateConversation = ({ handle, link }: Shape) => `
  conversation as (
    update conversations set
      state = :state, turn = :turn, message_count = :messageCount, chain = :chain,
      started_at = least(started_at, :at), last_at = greatest(last_at, :at)
      ${link ? ", customer_id = :customerId, link_trust = :linkTrust, linked_at = :at, link_seq = :linkSeq" : ""}
    from person
    where conversations.workspace_id = :workspaceId and conversations.id = :conversationId
      ${handle === "remembered" ? "and customer_id is not distinct from cast(:customerId as uuid)" : ""}
    returning conversations.id
  )`;

const keyed = "cast(:messageKey as bytea), cast(:indexVersion as integer), cast(:externalId as bytea)";

const insertMessages = ({ key, reply }: Shape) => `
  message as (
    insert into messages (
      workspace_id, conversation_id, seq, id, handle_id, role, text, message_key, index_version, external_id, turn, response,
      pack_hash, state_hash, chain, at, recorded_at)
    select
      :workspaceId, conversation.id, said.seq, said.id, :handleId, said.role, said.text, said.message_key,
      said.index_version, said.external_id, said.turn, said.response, said.pack_hash, said.state_hash, said.chain, :at, :now
    from conversation cross join (values
      (cast(:messageSeq as integer), cast(:messageId as uuid), :role, cast(:text as bytea),
        ${key ? keyed : "cast(null as bytea), cast(null as integer), cast(null as bytea)"},
        case when cast(:isTurn as boolean) then cast(:turn as integer) end, cast(:response as bytea),
        case when not cast(:isTurn as boolean) then cast(:packHash as text) end, cast(:stateHash as bytea), cast(:chain as bytea))
      ${reply ? ", (:messageSeq + 1, cast(:replyId as uuid), 'bot', :reply, null, null, null, null, null, null, null, null)" : ""}
    ) as said (
      seq, id, role, text, message_key, index_version, external_id, turn, response, pack_hash, state_hash, chain)
  )`;

// The customer's dates and count follow its conversations in the same transaction. Written even when they stay: so this turn
// and one that counts the customer's conversations anew wait for each other, and none misses what the other adds.
const updateCustomer = (begun: 0 | 1) => `
  customer as (
    update customer_activity set
      first_at = least(first_at, :at), last_at = greatest(last_at, :at),
      conversation_count = conversation_count + ${begun}
    from conversation
    where customer_activity.workspace_id = :workspaceId
      and customer_activity.customer_id = cast(:customerId as uuid)
  )`;

const insertTurn = `
  turn as (
    insert into turns (workspace_id, conversation_id, turn, message_seq, trace, pack_hash, engine_version, at)
    select :workspaceId, id, :turn, :messageSeq, :trace, :packHash, :engineVersion, :at
    from conversation
  )`;

const insertClaims = `
  claim as (
    insert into claims (
      workspace_id, id, conversation_id, handle_id, message_seq, turn, field, said, span_start, span_end,
      extractor, rule, unvalidated, pack_hash, trust, at)
    select
      :workspaceId, heard.id, conversation.id, :handleId, :messageSeq, :turn, field, decode(said, 'hex'), span_start,
      span_end, extractor, rule, unvalidated, :packHash, trust, :at
    from conversation cross join json_to_recordset(cast(:claims as json)) as heard (
      id uuid, field text, said text, span_start integer, span_end integer, extractor text, rule text, trust text,
      unvalidated boolean)
    returning id, seq
  )`;

const insertFindings = `
  finding as (
    insert into findings (
      workspace_id, id, conversation_id, message_seq, turn, field, reason, extractor, span_start, span_end, at)
    select
      :workspaceId, missed.id, conversation.id, :messageSeq, :turn, field, reason, extractor, span_start, span_end, :at
    from conversation cross join json_to_recordset(cast(:findings as json)) as missed (
      id uuid, field text, reason text, extractor text, span_start integer, span_end integer)
  )`;

// Only here are the claims' numbers known: the line says them, so that they are sealed as well.
const insertLeaf = ({ claims }: Shape) => `
  leaf as (
    insert into audit_leaves (workspace_id, id, leaf)
    select :workspaceId, cast(:leafId as uuid), cast(:leaf as text)
      ${claims ? "|| coalesce((select ' ' || string_agg(cast(seq as text), ',' order by id) from claim), '')" : ""}
    from conversation
  )`;

const insertRefusals = `
  refusal as (
    insert into refusals (workspace_id, conversation_id, field, handle_id, at)
    select :workspaceId, id, field, :handleId, :at
    from conversation cross join json_array_elements_text(cast(:refused as json)) as refused (field)
    on conflict (workspace_id, conversation_id, field) do update set at = excluded.at
  )`;
