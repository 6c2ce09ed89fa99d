import type { Known } from "../../engine/decide/known-after.ts";
import type { State } from "../../engine/decide/state.ts";
import { readState } from "../conversations/read-state.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { openLatest, openStated } from "./open-statement.ts";
import type { Identity } from "./plan-link.ts";

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
