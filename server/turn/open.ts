import { parseState, type State } from "../../engine/decide/state.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import type { Identity } from "./plan-link.ts";

export interface Question {
  readonly platform: string;
  readonly handle: string;
  readonly conversationId: string | null;
  readonly newConversation: boolean;
  readonly messageKey: string | null;
  readonly fields: readonly FieldKey[];
  /** Without a conversationId, only a conversation that was alive since then goes on. */
  readonly aliveSince: number;
  /** Refusals since then, in other conversations, still count. */
  readonly refusedSince: number;
}

/** What stands in the database before a message. */
export interface Opened {
  readonly handleId: string | null;
  /** The conversation that goes on, or null for one that begins. */
  readonly conversation: {
    readonly id: string;
    readonly state: State;
    readonly messageCount: number;
  } | null;
  /** The conversation's customer; for one that begins, the handle's. */
  readonly customer: Identity | null;
  /** The highest of the handle's links, 0 before the first. */
  readonly linkSeq: number;
  /** What this handle itself has given, or a verified link: field → value. */
  readonly known: Readonly<Record<FieldKey, string>>;
  /** field → milliseconds since the epoch of its latest refusal in another conversation. */
  readonly refusedAt: Readonly<Record<FieldKey, number>>;
  /** The message that came earlier under this messageId, and what was answered, as JSON. */
  readonly earlier: Earlier | null;
}

export interface Earlier {
  readonly role: string;
  readonly text: string;
  readonly response: string;
  readonly trace: string | null;
}

interface Row {
  readonly handle_id: string | null;
  readonly conversation_id: string | null;
  readonly state: string | null;
  readonly message_count: number | null;
  readonly customer_id: string | null;
  readonly email_key: string | null;
  readonly link_seq: number;
  readonly known: string;
  readonly refused_at: string;
  readonly earlier_role: string | null;
  readonly earlier_text: string | null;
  readonly earlier_response: string | null;
  readonly earlier_trace: string | null;
}

const person = `
  with person as materialized (
    select id from handles where workspace_id = :workspaceId and platform = :platform and handle = :handle
  )`;

const theStatedOne = `
  current as materialized (
    select conversations.* from conversations join person on person.id = handle_id
    where workspace_id = :workspaceId and conversations.id = :conversationId
  )`;

const theLatestIfAlive = `
  latest as (
    select conversations.* from conversations join person on person.id = handle_id
    where workspace_id = :workspaceId
    order by conversations.id desc limit 1
  ),
  current as materialized (select * from latest where last_at >= :aliveSince and not cast(:newConversation as boolean))`;

// voices: whose claims and refusals count here. The handle's own; and across a verified link, those of the customer's other
// verified handles. Known values are looked up field by field, so that a handle with many claims costs no more.
const rest = `
  linked as (
    select customer_id, link_seq from conversations join person on person.id = handle_id
    where workspace_id = :workspaceId and customer_id is not null
    order by link_seq desc limit 1
  ),
  voices as materialized (
    select id from person
    union
    select other.handle_id from current
    join conversations other on other.workspace_id = :workspaceId and other.customer_id = current.customer_id
    where current.link_trust = 'verified' and other.link_trust = 'verified'
  ),
  known as (
    select distinct on (field.name) field.name, claim.value
    from json_array_elements_text(cast(:fields as json)) as field (name)
    cross join voices
    cross join lateral (
      select value, seq from claims
      where workspace_id = :workspaceId and handle_id = voices.id and field = field.name
      order by seq desc limit 1
    ) as claim
    order by field.name, claim.seq desc
  ),
  refused as (
    select field, max(at) as at from refusals join voices on voices.id = handle_id
    where workspace_id = :workspaceId and at > :refusedSince
      and conversation_id is distinct from (select id from current)
    group by field
  )
  select
    person.id as handle_id,
    current.id as conversation_id,
    cast(current.state as text) as state,
    current.message_count,
    customer.id as customer_id,
    customer.email_key,
    coalesce((select link_seq from linked), 0) as link_seq,
    cast(coalesce((select json_object_agg(name, value) from known), '{}') as text) as known,
    cast(coalesce((select json_object_agg(field, extract(epoch from at) * 1000) from refused), '{}') as text)
      as refused_at,
    earlier.role as earlier_role,
    earlier.text as earlier_text,
    cast(earlier.response as text) as earlier_response,
    cast(turn.trace as text) as earlier_trace
  from (select true) as always
  left join person on true
  left join current on true
  left join customers customer on customer.workspace_id = :workspaceId
    and customer.id = case when current.id is null then (select customer_id from linked) else current.customer_id end
  left join messages earlier on earlier.workspace_id = :workspaceId and earlier.handle_id = person.id
    and earlier.message_key = :messageKey
  left join turns turn on turn.workspace_id = :workspaceId and turn.conversation_id = earlier.conversation_id
    and turn.turn = earlier.turn`;

const openStated = `${person},${theStatedOne},${rest}`;
const openLatest = `${person},${theLatestIfAlive},${rest}`;

/** Reads all that a message needs to know, in one statement. The handle's lock must be held: it makes what is read stay. */
export async function open(tx: WorkspaceTransaction, question: Question): Promise<Opened> {
  const { conversationId, newConversation } = question;
  const bindings = {
    workspaceId: tx.workspaceId,
    platform: question.platform,
    handle: question.handle,
    messageKey: question.messageKey,
    fields: JSON.stringify(question.fields),
    refusedSince: new Date(question.refusedSince),
  };
  const [row] =
    conversationId === null
      ? await tx.prepared<Row>(openLatest, {
          ...bindings,
          newConversation,
          aliveSince: new Date(question.aliveSince),
        })
      : await tx.prepared<Row>(openStated, { ...bindings, conversationId });
  if (row === undefined) throw new Error("the statement that opens a turn returned no row");
  return openedFrom(row);
}

function openedFrom(row: Row): Opened {
  const { conversation_id: id, state, message_count: messageCount } = row;
  const goesOn = id !== null && state !== null && messageCount !== null;
  const known: Record<FieldKey, string> = JSON.parse(row.known);
  const refusedAt: Record<FieldKey, number> = JSON.parse(row.refused_at);
  return {
    handleId: row.handle_id,
    conversation: goesOn ? { id, state: parseState(JSON.parse(state)), messageCount } : null,
    customer: row.customer_id === null ? null : { id: row.customer_id, emailKey: row.email_key },
    linkSeq: row.link_seq,
    known,
    refusedAt,
    earlier: earlierFrom(row),
  };
}

function earlierFrom({ earlier_role: role, earlier_text: text, ...row }: Row): Earlier | null {
  if (role === null || text === null || row.earlier_response === null) return null;
  return { role, text, response: row.earlier_response, trace: row.earlier_trace };
}
