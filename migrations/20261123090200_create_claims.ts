import type { Knex } from "knex";

// Partial indexes, as in create_conversations: for statements that compare the column, and for no others.
// Foreign keys lead to the conversation and not to its messages: erasing would look for the turns and the claims of every
// message, through all those of the conversation, and time grew with the square of its length (10,000 turns: 15 s and more).
const tables = [
  `create table turns (
    workspace_id uuid not null,
    conversation_id uuid not null,
    turn integer not null,
    message_seq integer not null,
    trace bytea not null,
    pack_hash text not null,
    engine_version text not null,
    at timestamptz not null,
    primary key (workspace_id, conversation_id, turn),
    foreign key (workspace_id, conversation_id) references conversations
  )`,
  `comment on column turns.trace is 'Sealed'`,
  `alter table turns enable row level security, force row level security`,
  `create policy workspace on turns
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on turns to enrich_app`,

  `create table claims (
    workspace_id uuid not null,
    id uuid not null,
    seq bigint generated always as identity,
    conversation_id uuid not null,
    handle_id uuid not null,
    message_seq integer not null,
    turn integer not null,
    field text not null,
    said bytea not null,
    span_start integer not null,
    span_end integer not null,
    extractor text not null,
    rule text,
    pack_hash text not null,
    trust text not null check (trust in ('claimed', 'verified', 'staff')),
    unvalidated boolean not null,
    denied boolean not null default false,
    at timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations,
    check (0 <= span_start and span_start <= span_end)
  )`,
  `comment on column claims.seq is 'The order in which claims were recorded; spans are UTF-16 units of the message'`,
  `comment on column claims.said is 'Sealed: {value, raw}'`,
  `comment on column claims.unvalidated is
    'Given as the value, but not known to be a valid one: a phone that no numbering plan has'`,
  `comment on column claims.denied is
    'Taken back by the customer, who was asked whether it is right: never a current value'`,
  `create index claims_latest on claims (workspace_id, handle_id, field, seq desc) where handle_id is not null`,
  `create index claims_conversation on claims (workspace_id, conversation_id, seq)
    where conversation_id is not null`,
  `alter table claims enable row level security, force row level security`,
  `create policy workspace on claims
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on claims to enrich_app`,

  `create table refusals (
    workspace_id uuid not null,
    conversation_id uuid not null,
    field text not null,
    handle_id uuid not null,
    at timestamptz not null,
    primary key (workspace_id, conversation_id, field),
    foreign key (workspace_id, conversation_id) references conversations
  )`,
  `create index refusals_handle on refusals (workspace_id, handle_id, field) where handle_id is not null`,
  `alter table refusals enable row level security, force row level security`,
  `create policy workspace on refusals
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on refusals to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["refusals", "claims", "turns"]) await knex.raw("drop table ??", [table]);
}
