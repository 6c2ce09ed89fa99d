import type { Knex } from "knex";

// Tables of their own, so that their backups can be kept for a shorter time than those of the data: when the last one that has
// an erased key is gone, older backups of the data cannot be read either.
const tables = [
  `create table workspace_keys (
    workspace_id uuid not null references workspaces,
    kind text not null check (kind in ('data', 'index')),
    version integer not null check (version > 0),
    provider text not null,
    wrapped bytea not null,
    created_at timestamptz not null,
    activated_at timestamptz,
    retired_at timestamptz,
    primary key (workspace_id, kind, version)
  )`,
  `comment on column workspace_keys.wrapped is 'The key, encrypted under the root key, which is in no database'`,
  `comment on column workspace_keys.activated_at is
    'From then on it is used for writing; before, every process gets to know it'`,
  `comment on column workspace_keys.retired_at is 'From then on nothing that is stored needs it'`,
  `alter table workspace_keys enable row level security, force row level security`,
  `create policy workspace on workspace_keys
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on workspace_keys to enrich_app`,

  `create table data_keys (
    workspace_id uuid not null references workspaces,
    subject_id uuid not null,
    workspace_key_version integer not null,
    wrapped bytea not null,
    primary key (workspace_id, subject_id)
  )`,
  `comment on column data_keys.subject_id is
    'A customer, a conversation, a saved filter, an identity key, a signing key, a webhook endpoint or a drawer of stored answers: without this row nothing of theirs can be read, in any backup'`,
  `alter table data_keys enable row level security, force row level security`,
  `create policy workspace on data_keys
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on data_keys to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["data_keys", "workspace_keys"]) await knex.raw("drop table ??", [table]);
}
