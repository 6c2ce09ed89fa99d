import type { Known } from "../../engine/decide/known-after.ts";
import type { State } from "../../engine/decide/state.ts";
import { readState } from "../conversations/read-state.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import type { Identity } from "./plan-link.ts";

// Alive conversations of one handle at a time are few; one that is older than these has ended.
const RECENT_MAX = 16;

/** The message for which a turn is opened, as far as the database is concerned. */
export interface Occasion {
  readonly platform: string;
  readonly handle: string;
  readonly conversationId: string | null;
  readonly newConversation: boolean;
  readonly messageKey: string | null;
  readonly fields: readonly FieldKey[];
  /** Without a conversationId, only a conversation that was alive between these goes on. Milliseconds since the epoch. */
  readonly aliveSince: number;
  readonly aliveUntil: number;
  /** Refusals since then, in other conversations, still count. */
  readonly refusedSince: number;
}

/** What stands in the database before a message. */
export interface Opened {
  readonly handleId: string | null;
  /** The handle's count of messages: what is read here holds as long as it stays. 0 for a handle that is new. */
  readonly revision: number;
  /** The conversation that goes on, or null for one that begins. */
  readonly conversation: {
    readonly id: string;
    readonly state: State;
    readonly messageCount: number;
    readonly startedAt: number;
    readonly lastAt: number;
  } | null;
  /** The conversation's customer; for one that begins, the handle's. */
  readonly customer: Identity | null;
  /** The highest of the handle's links, 0 before the first. */
  readonly linkSeq: number;
  /** What this handle itself has given, or a verified link: field → value. */
  readonly known: Readonly<Record<FieldKey, string>>;
  /** Those of the known fields whose value could not be validated. */
  readonly unvalidated: readonly FieldKey[];
  /** Whether some of it is what another handle gave, across a verified link. */
  readonly isShared: boolean;
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
  readonly revision: number | null;
  readonly conversation_id: string | null;
  readonly state: string | null;
  readonly message_count: number | null;
  readonly started_at: Date | null;
  readonly last_at: Date | null;
  readonly link_trust: string | null;
  readonly customer_id: string | null;
  readonly email_key: string | null;
  readonly link_seq: number;
  readonly known: string;
  readonly unvalidated: string;
  readonly refused_at: string;
  readonly earlier_role: string | null;
  readonly earlier_text: string | null;
  readonly earlier_response: string | null;
  readonly earlier_trace: string | null;
}

// Every table is searched with all of an index's leading columns, from a sub-select that can be planned in no other way (offset 0
// keeps it apart). Joined plainly, the first plans, which are made while the tables are small and are kept, read the
// whole workspace: at 2,400 conversations without statistics this statement took 3.3 ms, as it stands 0.5 ms.

const person = `
  with person as materialized (
    select id, revision from handles
    where workspace_id = :workspaceId and platform = :platform and handle = :handle
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
    order by link_seq desc limit 1
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
    select distinct on (field.name) field.name, claim.value, claim.unvalidated
    from json_array_elements_text(cast(:fields as json)) as field (name)
    cross join voices
    cross join lateral (
      select value, unvalidated, denied, seq from claims
      where workspace_id = :workspaceId and handle_id = voices.id and field = field.name
      order by seq desc limit 1
    ) as claim
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
    current.id as conversation_id,
    cast(current.state as text) as state,
    current.message_count,
    current.started_at,
    current.last_at,
    current.link_trust,
    customer.id as customer_id,
    customer.email_key,
    coalesce((select link_seq from linked), 0) as link_seq,
    cast(coalesce((select json_object_agg(name, value) from known), '{}') as text) as known,
    cast(coalesce((select json_agg(name) from known where unvalidated), '[]') as text) as unvalidated,
    cast(coalesce((select json_object_agg(field, extract(epoch from at) * 1000) from refused), '{}') as text)
      as refused_at,
    earlier.role as earlier_role,
    earlier.text as earlier_text,
    cast(earlier.response as text) as earlier_response,
    cast(turn.trace as text) as earlier_trace
  from (select true) as always
  left join person on true
  left join current on true
  left join lateral (
    select id, email_key from customers
    where workspace_id = :workspaceId
      and id = case when current.id is null then (select customer_id from linked) else current.customer_id end
    offset 0
  ) as customer on true
  left join lateral (
    select role, text, response, conversation_id, turn from messages
    where workspace_id = :workspaceId and handle_id = person.id and message_key = :messageKey
    offset 0
  ) as earlier on true
  left join lateral (
    select trace from turns
    where workspace_id = :workspaceId and conversation_id = earlier.conversation_id and turn = earlier.turn
    offset 0
  ) as turn on true`;

const openStated = `${person},${theStatedOne},${rest}`;
const openLatest = `${person},${theLatestAlive},${rest}`;

/** Reads all that a message needs to know, in one statement. The handle's lock must be held: it makes what is read stay. */
export async function open(tx: WorkspaceTransaction, occasion: Occasion): Promise<Opened> {
  const { conversationId, newConversation } = occasion;
  const bindings = {
    workspaceId: tx.workspaceId,
    platform: occasion.platform,
    handle: occasion.handle,
    messageKey: occasion.messageKey,
    fields: JSON.stringify(occasion.fields),
    refusedSince: new Date(occasion.refusedSince),
  };
  const [row] =
    conversationId === null
      ? await tx.prepared<Row>(openLatest, {
          ...bindings,
          newConversation,
          aliveSince: new Date(occasion.aliveSince),
          aliveUntil: new Date(occasion.aliveUntil),
        })
      : await tx.prepared<Row>(openStated, { ...bindings, conversationId });
  if (row === undefined) throw new Error("the statement that opens a turn returned no row");
  return openedFrom(row, occasion.fields);
}

function openedFrom(row: Row, fields: readonly FieldKey[]): Opened {
  const known: Record<FieldKey, string> = JSON.parse(row.known);
  const unvalidated: FieldKey[] = JSON.parse(row.unvalidated);
  const refusedAt: Record<FieldKey, number> = JSON.parse(row.refused_at);
  return {
    handleId: row.handle_id,
    revision: row.revision ?? 0,
    conversation: conversationFrom(row),
    customer: row.customer_id === null ? null : { id: row.customer_id, emailKey: row.email_key },
    linkSeq: row.link_seq,
    ...inOrder(fields, { known, unvalidated }),
    isShared: row.link_trust === "verified",
    refusedAt,
    earlier: earlierFrom(row),
  };
}

/** What is known in the order of the pack's fields: what callers are answered does not depend on a database's order. */
export function inOrder(fields: readonly FieldKey[], { known, unvalidated }: Known): Known {
  const order = fields.filter((field) => Object.hasOwn(known, field));
  return {
    known: Object.fromEntries(order.map((field) => [field, known[field] ?? ""])),
    unvalidated: order.filter((field) => unvalidated.includes(field)),
  };
}

function conversationFrom(row: Row): Opened["conversation"] {
  const { conversation_id: id, state, message_count: messageCount, started_at: began, last_at: last } = row;
  if (id === null || state === null || messageCount === null || began === null || last === null) return null;
  return {
    id,
    state: readState(state),
    messageCount,
    startedAt: began.getTime(),
    lastAt: last.getTime(),
  };
}

function earlierFrom({ earlier_role: role, earlier_text: text, ...row }: Row): Earlier | null {
  if (role === null || text === null || row.earlier_response === null) return null;
  return { role, text, response: row.earlier_response, trace: row.earlier_trace };
}
