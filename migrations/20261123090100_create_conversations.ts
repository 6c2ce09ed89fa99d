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
    handle_key bytea not null check (length(handle_key) = 32),
    index_version integer not null,
    revision bigint not null,
    created_at timestamptz not null,
    primary key (workspace_id, id),
    unique (workspace_id, platform, handle_key)
  ) with (fillfactor = 70)`,
  `comment on column handles.handle_key is
    'What the platform calls the person, as a blind index; the conversations have it sealed'`,
  `comment on column handles.index_version is
    'Of the index key that handle_key is made with: see reindex/. Of customers, of their three keys and tokens'`,
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
    email_key bytea check (length(email_key) = 32),
    phone_key bytea check (length(phone_key) = 32),
    mailbox_key bytea check (length(mailbox_key) = 32),
    index_version integer not null,
    merged_into uuid,
    profile bytea not null,
    fields text[] not null,
    verified_fields text[] not null default '{}',
    tags text[] not null default '{}',
    own_tags text[] not null default '{}',
    tokens integer[] not null,
    platforms text[] not null default '{}',
    created_at timestamptz not null,
    updated_at timestamptz not null,
    version integer not null default 1,
    primary key (workspace_id, id),
    foreign key (workspace_id, merged_into) references customers,
    check (merged_into <> id)
  )`,
  `comment on table customers is
    'A cache of the fold: every value follows from the claims of the linked conversations and from staff_values'`,
  `comment on column customers.profile is
    'Sealed: {values, unvalidated, verified, conflicts} as customers/fold.ts has them'`,
  `comment on column customers.email_key is 'The canonical email as a blind index; phone_key the E.164 number'`,
  `comment on column customers.mailbox_key is
    'What the mail provider takes the email for, where it takes several addresses for one: see customers/mailbox.ts'`,
  `comment on column customers.merged_into is
    'The customer whom staff took this one for: it stands as it was, without conversations, and its email leads there'`,
  `comment on column customers.fields is 'Which fields have a value, and verified_fields a verified one'`,
  `comment on column customers.tags is 'Words of the staff about the customer, in the clear: no place for personal data'`,
  `comment on column customers.own_tags is
    'Those that the customer was given itself: tags has those of whom was merged into it besides, and follows from them'`,
  `comment on column customers.version is
    'Counted up with every change of values, conflicts, verified fields and tags: what ETag and If-Match compare'`,
  `comment on column customers.platforms is 'Where its conversations happened, in alphabetical order'`,
  `comment on column customers.tokens is 'What name, email and phone are searched by: see privacy/search-tokens.ts'`,
  `create index customers_phone_key on customers (workspace_id, phone_key) where phone_key is not null`,
  `create index customers_mailbox_key on customers (workspace_id, mailbox_key) where mailbox_key is not null`,
  `create index customers_merged_into on customers (workspace_id, merged_into) where merged_into is not null`,
  `create unique index customers_email_key on customers (workspace_id, email_key) where email_key is not null`,
  `alter table customers enable row level security, force row level security`,
  `create policy workspace on customers
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on customers to enrich_app`,

  // Apart from the customer, whose row is wide and has many indexes: these change with every message.
  `create table customer_activity (
    workspace_id uuid not null,
    customer_id uuid not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    conversation_count integer not null check (conversation_count >= 0),
    primary key (workspace_id, customer_id),
    foreign key (workspace_id, customer_id) references customers on delete cascade
  ) with (fillfactor = 70)`,
  `create index customer_activity_last_at on customer_activity (workspace_id, last_at desc, customer_id desc)
    where last_at is not null`,
  `create index customer_activity_first_at on customer_activity (workspace_id, first_at desc, customer_id desc)
    where first_at is not null`,
  `create index customer_activity_conversations
    on customer_activity (workspace_id, conversation_count desc, customer_id desc)
    where conversation_count is not null`,
  `alter table customer_activity enable row level security, force row level security`,
  `create policy workspace on customer_activity
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on customer_activity to enrich_app`,

  // fillfactor, as of handles: state, turn and dates change with every message; the room lets the row be rewritten within its page.
  `create table conversations (
    workspace_id uuid not null,
    id uuid not null,
    handle_id uuid not null,
    platform text not null,
    handle bytea not null,
    customer_id uuid,
    link_trust text check (link_trust in ('claimed', 'verified')),
    linked_at timestamptz,
    link_seq bigint,
    started_at timestamptz not null,
    last_at timestamptz not null,
    turn integer not null default 0,
    message_count integer not null default 0,
    state bytea not null,
    chain bytea check (length(chain) = 32),
    since_activation boolean not null default false,
    primary key (workspace_id, id),
    foreign key (workspace_id, handle_id) references handles,
    foreign key (workspace_id, customer_id) references customers,
    check (customer_id is null or (link_trust is not null and linked_at is not null and link_seq is not null))
  ) with (fillfactor = 70)`,
  `comment on column conversations.handle is 'Sealed, as is the state'`,
  `comment on column conversations.since_activation is
    'Whether the action had been activated when it began here: only then are details collected in it'`,
  `comment on column conversations.chain is 'The link of its latest message: see audit/step.ts'`,
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
    text bytea not null,
    message_key bytea check (length(message_key) = 32),
    index_version integer,
    external_id bytea,
    turn integer,
    response bytea,
    pack_hash text,
    state_hash bytea check (length(state_hash) = 32),
    chain bytea check (length(chain) = 32),
    at timestamptz not null,
    recorded_at timestamptz not null,
    primary key (workspace_id, conversation_id, seq),
    foreign key (workspace_id, conversation_id) references conversations,
    check ((message_key is null) = (index_version is null))
  )`,
  `create unique index messages_message_key on messages (workspace_id, handle_id, message_key)
    where message_key is not null`,
  `comment on column messages.text is 'Sealed, as is the response: what the caller was answered, byte for byte'`,
  `comment on column messages.message_key is
    'The id the caller gave the message, as a blind index: a redelivery is found by it. external_id is the same, sealed'`,
  `comment on column messages.chain is
    'Of what the message left, this row, the reply and its turn: SHA-256 over their sealed bytes and the link before'`,
  `comment on column messages.state_hash is 'SHA-256 of the sealed state that the message left the conversation in'`,
  `comment on column messages.pack_hash is 'The pack that heard it, where it is no turn: turns have it themselves'`,
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
  for (const table of ["messages", "conversations", "customer_activity", "customers", "handles"]) {
    await knex.raw("drop table ??", [table]);
  }
}
