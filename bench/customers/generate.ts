import { INITIAL_STATE } from "../../engine/decide/state.ts";
import { emailKey } from "../../engine/understand/email-key.ts";
import { enterCustomers } from "../../server/customers/entries.ts";
import { sealProfile } from "../../server/customers/sealed.ts";
import type { Binding } from "../../server/database/statement.ts";
import { blindIndex, indexVersion } from "../../server/privacy/blind-index.ts";
import { newDataKey } from "../../server/privacy/keyring.ts";
import { sealColumn } from "../../server/privacy/sealed-columns.ts";
import { searchTokens } from "../../server/privacy/search-tokens.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../../server/privacy/store.ts";
import { newRowId } from "../../server/uuid.ts";
import { personOf } from "./people.ts";

const BATCH_CUSTOMERS = 500;
const WRITERS = 2; // one seals while the database stores for the other
const MESSAGES = [
  "Hi, I have a question about my order",
  "Thank you, I have noted that for the team.",
  "Great, bye",
];

/** Writes customers straight into the tables, three messages each, with every value sealed as a turn would seal it. */
export async function generate(
  store: Store,
  workspaceId: string,
  customers: number,
  onProgress: (done: number) => void,
): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < customers) {
      const begin = next;
      next = Math.min(customers, next + BATCH_CUSTOMERS);
      const end = next;
      await inSealedWorkspace(store, workspaceId, (tx) => writeBatch(tx, begin, end));
      onProgress(end);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

type Row = Readonly<Record<string, unknown>>;

/** The rows of each table, in the order in which foreign keys allow them. */
interface Rows {
  readonly data_keys: Row[];
  readonly handles: Row[];
  readonly customers: Row[];
  readonly customer_activity: Row[];
  readonly conversations: Row[];
  readonly messages: Row[];
}

const hex = (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString("hex")}`;

async function writeBatch(tx: SealedTransaction, begin: number, end: number): Promise<void> {
  const rows: Rows = {
    data_keys: [],
    handles: [],
    customers: [],
    customer_activity: [],
    conversations: [],
    messages: [],
  };
  for (let index = begin; index < end; index += 1) addCustomer(tx, rows, index);
  const batch: Readonly<Record<string, readonly Row[]>> = { ...rows };
  for (const [table, list] of Object.entries(batch)) await insert(tx, table, list);
  const { sql, bindings } = enterCustomers(
    tx.workspaceId,
    rows.customers.map(({ id }) => String(id)),
  );
  await tx.raw(sql, bindings);
}

/** As JSON, which the database reads into rows of the table: columns that are not named get their defaults. */
async function insert(tx: SealedTransaction, table: string, rows: readonly Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(", ");
  const bindings: Record<string, Binding> = { rows: JSON.stringify(rows) };
  await tx.raw(
    `insert into ${table} (${columns}) select ${columns} from json_populate_recordset(null::${table}, cast(:rows as json))`,
    bindings,
  );
}

function addCustomer(tx: SealedTransaction, rows: Rows, index: number): void {
  const { workspaceId, keyring } = tx;
  const { name, email, phone, platform, tags, verified, firstAt, lastAt, conversations } = personOf(index);
  const id = newRowId();
  const key = addKey(tx, rows, id);
  const values = Object.fromEntries(
    Object.entries({ name, email, phone }).flatMap(([field, value]) =>
      value === null ? [] : [[field, value]],
    ),
  );
  rows.customers.push({
    workspace_id: workspaceId,
    id,
    email_key: email === null ? null : hex(blindIndex(keyring, "email", emailKey(email) ?? email)),
    index_version: indexVersion(keyring),
    phone_key: phone === null ? null : hex(blindIndex(keyring, "phone", phone)),
    profile: hex(sealProfile(workspaceId, key, id, { values, unvalidated: [], verified, conflicts: {} })),
    fields: Object.keys(values),
    tokens: searchTokens(keyring, { name, emails: email === null ? [] : [email], phone }),
    platforms: [platform],
    tags,
    own_tags: tags,
    verified_fields: verified,
    created_at: new Date(firstAt),
    updated_at: new Date(firstAt),
    version: 1,
  });
  rows.customer_activity.push({
    workspace_id: workspaceId,
    customer_id: id,
    first_at: new Date(firstAt),
    last_at: new Date(lastAt),
    conversation_count: conversations,
  });
  addConversations(tx, rows, index, id);
}

function addConversations(tx: SealedTransaction, rows: Rows, index: number, customerId: string): void {
  const { workspaceId, keyring } = tx;
  const { platform, firstAt, lastAt, conversations } = personOf(index);
  const handle = `visitor-${index}`;
  const handleId = newRowId();
  rows.handles.push({
    workspace_id: workspaceId,
    id: handleId,
    platform,
    handle_key: hex(blindIndex(keyring, "handle", handle)),
    index_version: indexVersion(keyring),
    revision: 3,
    created_at: new Date(firstAt),
  });
  for (let nth = 0; nth < conversations; nth += 1) {
    const id = newRowId();
    const key = addKey(tx, rows, id);
    const at = new Date(nth === 0 ? firstAt : lastAt);
    const said = MESSAGES.slice(0, MESSAGES.length / conversations);
    const sealed = (column: "conversations.handle" | "conversations.state", text: string) =>
      hex(sealColumn(workspaceId, key, column, id, text));
    rows.conversations.push({
      workspace_id: workspaceId,
      id,
      handle_id: handleId,
      platform,
      handle: sealed("conversations.handle", handle),
      customer_id: customerId,
      link_trust: "claimed",
      linked_at: at,
      link_seq: nth + 1,
      started_at: at,
      last_at: conversations === 1 ? new Date(lastAt) : at,
      turn: 1,
      message_count: said.length,
      state: sealed("conversations.state", JSON.stringify(INITIAL_STATE)),
    });
    for (const [seq, text] of said.entries()) {
      const messageId = newRowId();
      rows.messages.push({
        workspace_id: workspaceId,
        conversation_id: id,
        seq: seq + 1,
        id: messageId,
        handle_id: handleId,
        role: seq === 1 ? "bot" : "customer",
        text: hex(sealColumn(workspaceId, key, "messages.text", messageId, text)),
        at,
        recorded_at: at,
      });
    }
  }
}

function addKey({ workspaceId, keyring }: SealedTransaction, rows: Rows, subjectId: string) {
  const { key, row } = newDataKey(keyring, subjectId);
  rows.data_keys.push({
    workspace_id: workspaceId,
    subject_id: subjectId,
    workspace_key_version: row.key_version,
    wrapped: hex(row.key_wrapped),
  });
  return key;
}
