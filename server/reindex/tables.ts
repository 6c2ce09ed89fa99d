import { enterCustomers } from "../customers/entries.ts";
import { indexedOf } from "../customers/indexed.ts";
import { openProfile } from "../customers/sealed.ts";
import { blindIndex } from "../privacy/blind-index.ts";
import { joinDataKey } from "../privacy/data-key-sql.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import { hex, indexedTable, NO_ID, withDataKey, type IndexedTable, type SealedRow } from "./indexed-table.ts";

// In the selects, the row is locked where it is found, and what it is made of is looked up behind it; in the updates `ids` says which
// rows besides the join, so that they are found by the primary key whatever the planner believes.

interface CustomerRow extends SealedRow {
  readonly id: string;
  readonly profile: Uint8Array;
}

/** With those who were merged into others, whose emails lead to these. */
const customers = indexedTable<CustomerRow>({
  table: "customers",
  columns: ["email_key", "mailbox_key", "phone_key", "tokens"],
  select: `
    select customer.*, customer.id as subject, key.key_version, key.key_wrapped
    from (
      select id, profile from customers
      where workspace_id = :workspaceId and id > :after and index_version < :version
      order by id limit :limit for no key update
    ) as customer
    ${withDataKey("customer.id")}
    order by customer.id`,
  first: { after: NO_ID },
  placeOf: ({ id }) => ({ after: id }),
  idOf: ({ id }) => id,
  anew: (keyring, key, { id, profile }) => {
    const { emailKey, mailboxKey, phoneKey, tokens } = indexedOf(
      keyring,
      openProfile(keyring.workspaceId, key, id, profile),
    );
    return { id, email: hex(emailKey), mailbox: hex(mailboxKey), phone: hex(phoneKey), tokens };
  },
  update: `
    update customers set
      email_key = decode(anew.email, 'hex'), mailbox_key = decode(anew.mailbox, 'hex'),
      phone_key = decode(anew.phone, 'hex'), tokens = anew.tokens, index_version = :version
    from json_to_recordset(cast(:anew as json)) as anew (
      id uuid, email text, mailbox text, phone text, tokens integer[])
    where customers.workspace_id = :workspaceId and customers.id = any(cast(:ids as uuid[])) and customers.id = anew.id`,
  behind: (workspaceId, ids) => [enterCustomers(workspaceId, ids)],
});

interface HandleRow extends SealedRow {
  readonly id: string;
  readonly handle: Uint8Array | null;
}

/** Their conversations have them sealed: one of the latest whose data key is there. */
const handles = indexedTable<HandleRow>({
  table: "handles",
  columns: ["handle_key"],
  select: `
    select handle.id, conversation.*
    from (
      select id from handles
      where workspace_id = :workspaceId and id > :after and index_version < :version
      order by id limit :limit for no key update
    ) as handle
    left join lateral (
      select recent.id as subject, recent.handle, key.key_version, key.key_wrapped
      from (
        select id, handle from conversations
        where workspace_id = :workspaceId and handle_id = handle.id
        order by id desc limit 16
      ) as recent
      ${joinDataKey("recent.id")}
      limit 1
    ) as conversation on true
    order by handle.id`,
  first: { after: NO_ID },
  placeOf: ({ id }) => ({ after: id }),
  idOf: ({ id }) => id,
  anew: (keyring, key, { id, subject, handle }) => {
    const { workspaceId } = keyring;
    const opened = unsealColumn(
      workspaceId,
      key,
      "conversations.handle",
      subject ?? "",
      handle ?? Buffer.alloc(0),
    );
    return { id, handle: hex(blindIndex(keyring, "handle", opened)) };
  },
  update: `
    update handles set handle_key = decode(anew.handle, 'hex'), index_version = :version
    from json_to_recordset(cast(:anew as json)) as anew (id uuid, handle text)
    where handles.workspace_id = :workspaceId and handles.id = any(cast(:ids as uuid[])) and handles.id = anew.id`,
});

interface MessageRow extends SealedRow {
  readonly subject: string;
  readonly seq: number;
  readonly id: string;
  readonly external_id: Uint8Array;
}

/** Those that the caller gave an id. */
const messages = indexedTable<MessageRow>({
  table: "messages",
  columns: ["message_key"],
  select: `
    select message.*, key.key_version, key.key_wrapped
    from (
      select conversation_id as subject, seq, id, external_id from messages
      where workspace_id = :workspaceId and (conversation_id, seq) > (cast(:after as uuid), cast(:afterSeq as integer))
        and index_version < :version
      order by conversation_id, seq limit :limit for no key update
    ) as message
    ${withDataKey("message.subject")}
    order by message.subject, message.seq`,
  first: { after: NO_ID, afterSeq: 0 },
  placeOf: ({ subject, seq }) => ({ after: subject, afterSeq: seq }),
  idOf: ({ subject }) => subject,
  anew: (keyring, key, { subject, seq, id, external_id: externalId }) => {
    const opened = unsealColumn(keyring.workspaceId, key, "messages.external_id", id, externalId);
    return { subject, seq, message: hex(blindIndex(keyring, "message_key", opened)) };
  },
  update: `
    update messages set message_key = decode(anew.message, 'hex'), index_version = :version
    from json_to_recordset(cast(:anew as json)) as anew (subject uuid, seq integer, message text)
    where messages.workspace_id = :workspaceId and messages.conversation_id = any(cast(:ids as uuid[]))
      and messages.conversation_id = anew.subject and messages.seq = anew.seq`,
});

interface EmailRow extends SealedRow {
  readonly subject: string;
  readonly id: string;
  readonly email: Uint8Array;
}

/** A table of rows with an email each. `subject`: the column of whose data key seals it. */
const emailsIn = (
  table: "identity_challenges" | "people" | "invitations",
  subject: "id" | "conversation_id",
): IndexedTable =>
  indexedTable<EmailRow>({
    table,
    columns: ["email_key"],
    select: `
      select sealed.*, key.key_version, key.key_wrapped
      from (
        select ${subject} as subject, id, email from ${table}
        where workspace_id = :workspaceId and id > :after and index_version < :version
        order by id limit :limit for no key update
      ) as sealed
      ${withDataKey("sealed.subject")}
      order by sealed.id`,
    first: { after: NO_ID },
    placeOf: ({ id }) => ({ after: id }),
    idOf: ({ id }) => id,
    anew: (keyring, key, { id, email }) => {
      const opened = unsealColumn(keyring.workspaceId, key, `${table}.email`, id, email);
      return { id, email: hex(blindIndex(keyring, "email", opened)) };
    },
    update: `
      update ${table} as sealed set email_key = decode(anew.email, 'hex'), index_version = :version
      from json_to_recordset(cast(:anew as json)) as anew (id uuid, email text)
      where sealed.workspace_id = :workspaceId and sealed.id = any(cast(:ids as uuid[])) and sealed.id = anew.id`,
  });

/** All tables that hold what the index key makes, but for attempts: these end within an hour, and nobody knows what they were made of. A
 *  test compares them with the schema. */
export const INDEXED: readonly IndexedTable[] = [
  customers,
  handles,
  messages,
  emailsIn("identity_challenges", "conversation_id"),
  emailsIn("people", "id"),
  emailsIn("invitations", "id"),
];
