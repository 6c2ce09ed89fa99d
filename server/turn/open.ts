import type { Collected } from "../../engine/decide/decision.ts";
import type { Known } from "../../engine/decide/known-after.ts";
import type { State } from "../../engine/decide/state.ts";
import { readState } from "../conversations/read-state.ts";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import { blindIndexes } from "../privacy/blind-index.ts";
import { openDataKey, type Keyring } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { turnRow, unsealColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { openProfile, openSaid } from "../customers/sealed.ts";
import { openLatest, openStated } from "./open-statement.ts";
import { identityOf, type Identity } from "./plan-link.ts";

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
  /** That of the action, 0 where it is not added: what is in force holds as long as it stays. */
  readonly actionRevision: number;
  /** The conversation that goes on, or null for one that begins. */
  readonly conversation: {
    readonly id: string;
    readonly key: DataKey;
    readonly state: State;
    readonly messageCount: number;
    /** The link that its chain ends with. */
    readonly chain: Uint8Array | null;
    readonly startedAt: number;
    readonly lastAt: number;
    /** Whether the action had been activated when it began. */
    readonly sinceActivation: boolean;
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
  /** What the conversation itself gave last, as far as this process remembers it: nothing where it is read. */
  readonly given: Given;
  /** field → milliseconds since the epoch of its latest refusal in another conversation. */
  readonly refusedAt: Readonly<Record<FieldKey, number>>;
  /** The message that came earlier under this messageId, and what was answered, as JSON. */
  readonly earlier: Earlier | null;
}

export type Given = ReadonlyMap<FieldKey, Pick<Collected, "value" | "unvalidated">>;
const NOTHING: Given = new Map();

export interface Earlier {
  readonly role: string;
  readonly text: string;
  readonly response: string;
  readonly trace: string | null;
}

interface Row {
  readonly handle_id: string | null;
  readonly revision: number | null;
  readonly action_revision: number;
  readonly conversation_id: string | null;
  readonly state: Uint8Array | null;
  readonly key_version: number | null;
  readonly key_wrapped: Uint8Array | null;
  readonly message_count: number | null;
  readonly chain: Uint8Array | null;
  readonly started_at: Date | null;
  readonly last_at: Date | null;
  readonly since_activation: boolean | null;
  readonly link_trust: string | null;
  readonly customer_id: string | null;
  readonly profile: Uint8Array | null;
  readonly customer_key_version: number | null;
  readonly customer_key_wrapped: Uint8Array | null;
  readonly link_seq: number;
  /** As JSON: a KnownClaim for each field. */
  readonly known: string;
  readonly refused_at: string;
  readonly earlier_id: string | null;
  readonly earlier_role: string | null;
  readonly earlier_text: Uint8Array | null;
  readonly earlier_response: Uint8Array | null;
  readonly earlier_conversation_id: string | null;
  readonly earlier_turn: number | null;
  readonly earlier_trace: Uint8Array | null;
  readonly earlier_key_version: number | null;
  readonly earlier_key_wrapped: Uint8Array | null;
}

/** Bytes in hexadecimal. */
type KnownClaim = [
  field: FieldKey,
  claimId: string,
  conversationId: string,
  said: string,
  unvalidated: boolean,
  keyVersion: number,
  keyWrapped: string,
];

/** Reads all that a message needs to know, in one statement. With the handle's lock what is read stays so. "alone": the
 *  transaction is over with it, in the same trip. */
export async function open(
  tx: SealedTransaction,
  occasion: Occasion,
  how: "alone" | "first" = "first",
): Promise<Opened> {
  const { conversationId, newConversation, messageKey } = occasion;
  const bindings = {
    workspaceId: tx.workspaceId,
    platform: occasion.platform,
    handleKeys: blindIndexes(tx.keyring, "handle", occasion.handle),
    messageKeys: messageKey === null ? [] : blindIndexes(tx.keyring, "message_key", messageKey),
    fields: JSON.stringify(occasion.fields),
    refusedSince: new Date(occasion.refusedSince),
  };
  const [sql, further] =
    conversationId === null
      ? [
          openLatest,
          {
            newConversation,
            aliveSince: new Date(occasion.aliveSince),
            aliveUntil: new Date(occasion.aliveUntil),
          },
        ]
      : [openStated, { conversationId }];
  const read = how === "alone" ? tx.last : tx.prepared;
  const [row] = await read<Row>(sql, { ...bindings, ...further });
  if (row === undefined) throw new Error("the statement that opens a turn returned no row");
  return openedFrom(tx.keyring, row, occasion.fields);
}

function openedFrom(keyring: Keyring, row: Row, fields: readonly FieldKey[]): Opened {
  const refusedAt: Record<FieldKey, number> = JSON.parse(row.refused_at);
  return {
    handleId: row.handle_id,
    revision: row.revision ?? 0,
    actionRevision: row.action_revision,
    conversation: conversationFrom(keyring, row),
    customer: customerFrom(keyring, row),
    linkSeq: row.link_seq,
    ...inOrder(fields, knownFrom(keyring, row)),
    isShared: row.link_trust === "verified",
    given: NOTHING,
    refusedAt,
    earlier: earlierFrom(keyring, row),
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

function knownFrom(keyring: Keyring, row: Row): Known {
  const claims: KnownClaim[] = JSON.parse(row.known);
  const known: Record<FieldKey, string> = {};
  const unvalidated: FieldKey[] = [];
  for (const [field, id, conversationId, said, isUnvalidated, version, wrapped] of claims) {
    const key = keyFrom(keyring, conversationId, version, Buffer.from(wrapped, "hex"));
    known[field] = openSaid(keyring.workspaceId, key, id, Buffer.from(said, "hex")).value;
    if (isUnvalidated) unvalidated.push(field);
  }
  return { known, unvalidated };
}

/** A row of data_keys that a row of another table is never without. */
function keyFrom(keyring: Keyring, subjectId: string, version: number | null, wrapped: Uint8Array | null) {
  if (version === null || wrapped === null) throw new Error(`${subjectId} has no data key`);
  return openDataKey(keyring, subjectId, { key_version: version, key_wrapped: wrapped });
}

function customerFrom(keyring: Keyring, row: Row): Identity | null {
  const { customer_id: id, profile } = row;
  if (id === null || profile === null) return null;
  const key = keyFrom(keyring, id, row.customer_key_version, row.customer_key_wrapped);
  return identityOf(id, openProfile(keyring.workspaceId, key, id, profile));
}

function conversationFrom(keyring: Keyring, row: Row): Opened["conversation"] {
  const { conversation_id: id, state, message_count: messageCount, started_at: began, last_at: last } = row;
  if (id === null || state === null || messageCount === null || began === null || last === null) return null;
  const key = keyFrom(keyring, id, row.key_version, row.key_wrapped);
  return {
    id,
    key,
    state: readState(unsealColumn(keyring.workspaceId, key, "conversations.state", id, state)),
    messageCount,
    chain: row.chain,
    startedAt: began.getTime(),
    lastAt: last.getTime(),
    sinceActivation: row.since_activation === true,
  };
}

function earlierFrom(keyring: Keyring, row: Row): Earlier | null {
  const { earlier_id: id, earlier_role: role, earlier_conversation_id: conversationId } = row;
  const { earlier_text: text, earlier_response: response, earlier_turn: turn, earlier_trace: trace } = row;
  if (id === null || role === null || conversationId === null || text === null || response === null)
    return null;
  const { workspaceId } = keyring;
  const key = keyFrom(keyring, conversationId, row.earlier_key_version, row.earlier_key_wrapped);
  return {
    role,
    text: unsealColumn(workspaceId, key, "messages.text", id, text),
    response: unsealColumn(workspaceId, key, "messages.response", id, response),
    trace:
      trace === null || turn === null
        ? null
        : unsealColumn(workspaceId, key, "turns.trace", turnRow(conversationId, turn), trace),
  };
}
