import type { Knex } from "knex";

const tables = [
  `create table rate_counts (
    workspace_id uuid not null references workspaces,
    name_hash bytea not null check (length(name_hash) = 32),
    points integer not null,
    expires_at timestamptz not null,
    primary key (workspace_id, name_hash)
  ) with (fillfactor = 70)`,
  `comment on table rate_counts is
    'Requests of this minute, by a keyed hash of whose they are, in the workspace of the installation: see server/limits/'`,
  `create index rate_counts_expires_at on rate_counts (workspace_id, expires_at) where expires_at is not null`,
  `alter table rate_counts enable row level security, force row level security`,
  `create policy workspace on rate_counts
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on rate_counts to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table rate_counts");
}
