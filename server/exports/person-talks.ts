import type { MessageView, Platform, Role } from "../conversations/contract.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { PersonExport } from "./contract.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";

export const MESSAGES_AT_ONCE = 500; // 4,000 characters each at most

/** A conversation of the person, with its key. */
export interface Talk {
  readonly id: string;
  readonly link: "claimed" | "verified";
  readonly key: DataKey;
  /** All of it but the messages, as it is exported. */
  readonly head: Omit<PersonExport["conversations"][number], "messages">;
}

interface TalkRow {
  readonly id: string;
  readonly platform: Platform;
  readonly handle: Uint8Array;
  readonly link_trust: "claimed" | "verified";
  readonly linked_at: Date;
  readonly started_at: Date;
  readonly last_at: Date;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** The customer's conversations, in the order in which they began. */
export async function talksOf(tx: SealedTransaction, customerId: string): Promise<readonly Talk[]> {
  const { workspaceId, keyring } = tx;
  const rows = await tx.prepared<TalkRow>(
    `select conversation.*, key.key_version, key.key_wrapped
     from (
       select id, platform, handle, link_trust, linked_at, started_at, last_at from conversations
       where workspace_id = :workspaceId and customer_id = :customerId
       offset 0
     ) as conversation
  ${joinDataKey("conversation.id")}
     order by started_at, id`,
    { workspaceId, customerId },
  );
  return rows.map(({ id, platform, link_trust: link, ...row }) => {
    const key = openDataKey(keyring, id, row);
    const head = {
      id,
      platform,
      handle: unsealColumn(workspaceId, key, "conversations.handle", id, row.handle),
      link,
      linkedAt: row.linked_at.toISOString(),
      startedAt: row.started_at.toISOString(),
      lastAt: row.last_at.toISOString(),
    };
    return { id, link, key, head };
  });
}

interface MessageRow {
  readonly id: string;
  readonly seq: number;
  readonly role: Role;
  readonly text: Uint8Array;
  readonly external_id: Uint8Array | null;
  readonly turn: number | null;
  readonly at: Date;
}

/** The next messages behind a `seq`. */
export async function messagesOf(
  tx: SealedTransaction,
  { id: conversationId, key }: Talk,
  after: number,
): Promise<readonly MessageView[]> {
  const { workspaceId } = tx;
  const rows = await tx.prepared<MessageRow>(
    `select id, seq, role, text, external_id, turn, at from messages
     where workspace_id = :workspaceId and conversation_id = :conversationId and seq > :after
     order by seq limit :most`,
    { workspaceId, conversationId, after, most: MESSAGES_AT_ONCE },
  );
  return rows.map(({ id, external_id: externalId, ...row }) => ({
    seq: row.seq,
    role: row.role,
    text: unsealColumn(workspaceId, key, "messages.text", id, row.text),
    messageId:
      externalId === null ? null : unsealColumn(workspaceId, key, "messages.external_id", id, externalId),
    turn: row.turn,
    at: row.at.toISOString(),
  }));
}
