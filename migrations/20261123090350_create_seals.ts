import type { Knex } from "knex";

const tables = [
  `create table audit_leaves (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    leaf text not null,
    primary key (workspace_id, id)
  )`,
  `comment on table audit_leaves is
    'What is to be sealed: written with what it tells of, and removed by the seal that takes it in. See audit/leaves.ts'`,
  `alter table audit_leaves enable row level security, force row level security`,
  `create policy workspace on audit_leaves
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on audit_leaves to enrich_app`,

  `create table audit_seals (
    workspace_id uuid not null references workspaces,
    number integer not null check (number > 0),
    at timestamptz not null,
    leaf_count integer not null check (leaf_count > 0),
    leaves text not null,
    previous bytea check (length(previous) = 32),
    hash bytea not null check (length(hash) = 32),
    primary key (workspace_id, number)
  )`,
  `comment on table audit_seals is 'The chain of the workspace: each seal holds its leaves and the hash of the one before'`,
  `alter table audit_seals enable row level security, force row level security`,
  `create policy workspace on audit_seals
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on audit_seals to enrich_app`,

  `create table rule_packs (
    workspace_id uuid not null references workspaces,
    hash text not null,
    files json not null,
    created_at timestamptz not null,
    primary key (workspace_id, hash)
  )`,
  `comment on table rule_packs is 'Every rule pack that was ever in force: with it, the turns that it decided can be run again'`,
  `comment on column rule_packs.files is '[{path, text}], by path: the hash is over them'`,
  `alter table rule_packs enable row level security, force row level security`,
  `create policy workspace on rule_packs
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on rule_packs to enrich_app`,

  // What was said stands in the message alone, at the span.
  `create table findings (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    message_seq integer not null,
    turn integer not null,
    field text not null,
    reason text not null,
    extractor text not null,
    span_start integer not null,
    span_end integer not null,
    at timestamptz not null,
    status text not null default 'open' check (status in ('open', 'done')),
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id, message_seq) references messages,
    check (0 <= span_start and span_start <= span_end)
  )`,
  `comment on table findings is
    'What looked like a contact detail and was not taken for the customer''s own: a list to work through'`,
  `create index findings_conversation on findings (workspace_id, conversation_id, message_seq)
    where conversation_id is not null`,
  `create index findings_status on findings (workspace_id, status, at desc, id desc) where status is not null`,
  `alter table findings enable row level security, force row level security`,
  `create policy workspace on findings
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on findings to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["findings", "rule_packs", "audit_seals", "audit_leaves"]) {
    await knex.raw("drop table ??", [table]);
  }
}
