import type { Knex } from "knex";

// Before the first ANALYZE (which PGlite never runs by itself) PostgreSQL believes that few rows have one workspace_id, finds
// every index that begins with it equally good, and reads the whole workspace. So secondary indexes are partial over columns
// that are never null: only a statement that compares such a column can use the index, and a search by id finds its primary key
// alone. Of two that are equally good it takes the one that was made last: the order of the statements counts.
const tables = [
  `create table handles (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    platform text not null,
    handle text not null,
    revision bigint not null,
    created_at timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, platform, handle)
  ) with (fillfactor = 70)`,
  `comment on column handles.revision is
    'Counted up with every message of the person: what was read at a revision holds as long as it stands'`,
  `alter table handles enable row level security, force row level security`,
  `create policy workspace on handles
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on handles to enrich_app`,

  `create table customers (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    email_key text,
    email text,
    name text,
    phone text,
    details jsonb not null default '{}',
    conflicts jsonb not null default '{}',
    first_at timestamptz not null,
    last_at timestamptz not null,
    conversation_count integer not null check (conversation_count >= 0),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version integer not null default 1,
    primary key (workspace_id, id)
  )`,
  `comment on table customers is
    'A cache of the fold: every value follows from the claims of the linked conversations'`,
  `create unique index customers_email_key on customers (workspace_id, email_key) where email_key is not null`,
  `create index customers_last_at on customers (workspace_id, last_at desc, id desc) where last_at is not null`,
  `alter table customers enable row level security, force row level security`,
  `create policy workspace on customers
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on customers to enrich_app`,

  // fillfactor, as of handles: state, turn and dates change with every message; the room lets the row be rewritten within its page.
  `create table conversations (
    workspace_id uuid not null,
    id uuid not null,
    handle_id uuid not null,
    platform text not null,
    customer_id uuid,
    link_trust text check (link_trust in ('claimed', 'verified')),
    linked_at timestamptz,
    link_seq bigint,
    stated_email_key text,
    started_at timestamptz not null,
    last_at timestamptz not null,
    turn integer not null default 0,
    message_count integer not null default 0,
    state json not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, handle_id) references handles,
    foreign key (workspace_id, customer_id) references customers,
    check (customer_id is null or (link_trust is not null and linked_at is not null and link_seq is not null))
  ) with (fillfactor = 70)`,
  `comment on column conversations.link_seq is
    'Orders the links of a handle, oldest first: the customer of the latest is the customer of the handle'`,
  `create index conversations_customer on conversations (workspace_id, customer_id) where customer_id is not null`,
  `create index conversations_handle on conversations (workspace_id, handle_id, id desc) where handle_id is not null`,
  `alter table conversations enable row level security, force row level security`,
  `create policy workspace on conversations
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on conversations to enrich_app`,

  `create table messages (
    workspace_id uuid not null,
    conversation_id uuid not null,
    seq integer not null,
    id uuid not null,
    handle_id uuid not null,
    role text not null check (role in ('customer', 'agent', 'bot')),
    text text not null,
    message_key text,
    turn integer,
    response json,
    at timestamptz not null,
    recorded_at timestamptz not null,
    primary key (workspace_id, conversation_id, seq),
    foreign key (workspace_id, conversation_id) references conversations
  )`,
  `create unique index messages_message_key on messages (workspace_id, handle_id, message_key)
    where message_key is not null`,
  `comment on column messages.message_key is 'The id the caller gave the message: a redelivery is found by it'`,
  `comment on column messages.response is
    'What the caller was answered, byte for byte: json keeps the text as it came, jsonb would order its keys'`,
  `alter table messages enable row level security, force row level security`,
  `create policy workspace on messages
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on messages to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["messages", "conversations", "customers", "handles"]) {
    await knex.raw("drop table ??", [table]);
  }
}
