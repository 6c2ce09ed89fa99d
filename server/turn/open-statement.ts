import { actionRevision } from "../actions/revision.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";
// Alive conversations of one handle at a time are few; one that is older than these has ended.
const RECENT_MAX = 16;

// Every table is searched with all of an index's leading columns, from a sub-select that can be planned in no other way (offset 0
// keeps it apart). Joined plainly, the first plans, which are made while the tables are small and are kept, read the
// whole workspace: at 2,400 conversations without statistics this statement took 3.3 ms, as it stands 0.5 ms.

const person = `
  with person as materialized (
    select id, revision from handles
    where workspace_id = :workspaceId and platform = :platform and handle_key = any(cast(:handleKeys as bytea[]))
  )`;

const theStatedOne = `
  current as materialized (
    select * from conversations
    where workspace_id = :workspaceId and id = :conversationId and handle_id = (select id from person)
  )`;

// One that was alive within the silence before the message and after it: an old message that comes late, as of an import, does
// not slip into today's conversation.
const theLatestAlive = `
  current as materialized (
    select * from (
      select * from conversations
      where workspace_id = :workspaceId and handle_id = (select id from person)
      order by id desc limit ${RECENT_MAX}
    ) as recent
    where last_at >= :aliveSince and started_at <= :aliveUntil and not cast(:newConversation as boolean)
    order by id desc limit 1
  )`;

// voices: whose claims and refusals count here. The handle's own; and across a verified link, those of the customer's other
// verified handles. Known values are looked up field by field, so that a handle with many claims costs no more. A handle whose
// latest value was denied knows none: it took the place of the one before.
const rest = `
  linked as (
    select customer_id, link_seq from conversations
    where workspace_id = :workspaceId and handle_id = (select id from person) and customer_id is not null
    order by link_seq desc, id desc limit 1
  ),
  voices as materialized (
    select id from person
    union
    select other.handle_id from current
    cross join lateral (
      select handle_id from conversations
      where workspace_id = :workspaceId and customer_id = current.customer_id and link_trust = 'verified'
      offset 0
    ) as other
    where current.link_trust = 'verified'
  ),
  known as (
    select distinct on (field.name)
      field.name, claim.id, claim.conversation_id, claim.said, claim.unvalidated, key.key_version, key.key_wrapped
    from json_array_elements_text(cast(:fields as json)) as field (name)
    cross join voices
    cross join lateral (
      select id, conversation_id, said, unvalidated, denied, seq from claims
      where workspace_id = :workspaceId and handle_id = voices.id and field = field.name
      order by seq desc limit 1
    ) as claim
  ${joinDataKey("claim.conversation_id")}
    where not claim.denied
    order by field.name, claim.seq desc
  ),
  refused as (
    select refusal.field, max(refusal.at) as at from voices
    cross join lateral (
      select field, at from refusals
      where workspace_id = :workspaceId and handle_id = voices.id and at > :refusedSince
        and conversation_id is distinct from (select id from current)
      offset 0
    ) as refusal
    group by refusal.field
  )
  select
    person.id as handle_id,
    person.revision,
    ${actionRevision} as action_revision,
    current.id as conversation_id,
    current.state,
    current_key.workspace_key_version as key_version,
    current_key.wrapped as key_wrapped,
    current.message_count,
    current.chain,
    current.started_at,
    current.last_at,
    current.since_activation,
    current.link_trust,
    customer.id as customer_id,
    customer.profile,
    customer_key.workspace_key_version as customer_key_version,
    customer_key.wrapped as customer_key_wrapped,
    coalesce((select link_seq from linked), 0) as link_seq,
    cast(coalesce((
      select json_agg(json_build_array(
        name, id, conversation_id, encode(said, 'hex'), unvalidated, key_version, encode(key_wrapped, 'hex')))
      from known), '[]') as text) as known,
    cast(coalesce((select json_object_agg(field, extract(epoch from at) * 1000) from refused), '{}') as text)
      as refused_at,
    earlier.id as earlier_id,
    earlier.role as earlier_role,
    earlier.text as earlier_text,
    earlier.response as earlier_response,
    earlier.conversation_id as earlier_conversation_id,
    earlier.turn as earlier_turn,
    turn.trace as earlier_trace,
    earlier_key.workspace_key_version as earlier_key_version,
    earlier_key.wrapped as earlier_key_wrapped
  from (select true) as always
  left join person on true
  left join current on true
  left join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = current.id
    offset 0
  ) as current_key on true
  left join lateral (
    select id, profile from customers
    where workspace_id = :workspaceId
      and id = case when current.id is null then (select customer_id from linked) else current.customer_id end
    offset 0
  ) as customer on true
  left join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = customer.id
    offset 0
  ) as customer_key on true
  left join lateral (
    select id, role, text, response, conversation_id, turn from messages
    where workspace_id = :workspaceId and handle_id = person.id and message_key = any(cast(:messageKeys as bytea[]))
    offset 0
  ) as earlier on true
  left join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = earlier.conversation_id
    offset 0
  ) as earlier_key on true
  left join lateral (
    select trace from turns
    where workspace_id = :workspaceId and conversation_id = earlier.conversation_id and turn = earlier.turn
    offset 0
  ) as turn on true`;

/** Reads what a message of a stated conversation needs to know. */
export const openStated = `${person},${theStatedOne},${rest}`;

/** The same for a message of the conversation that goes on, or of a new one. */
export const openLatest = `${person},${theLatestAlive},${rest}`;
