import type { Knex } from "knex";

const tables = [
  `create table identity_keys (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    algorithm text not null check (algorithm in ('HS256', 'EdDSA')),
    label text not null,
    secret bytea,
    public_key text,
    created_at timestamptz not null,
    revoked_at timestamptz,
    primary key (workspace_id, id),
    check ((secret is null) <> (public_key is null))
  )`,
  `comment on table identity_keys is 'What the host signs the identity of signed-in people with: a shared secret, sealed, or its public key'`,
  `alter table identity_keys enable row level security, force row level security`,
  `create policy workspace on identity_keys
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on identity_keys to enrich_app`,

  `create table identity_challenges (
    workspace_id uuid not null,
    id uuid not null,
    conversation_id uuid not null,
    email bytea not null,
    email_key bytea not null check (length(email_key) = 32),
    index_version integer not null,
    code_hash bytea not null check (length(code_hash) = 32),
    tries integer not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, conversation_id) references conversations
  )`,
  `comment on table identity_challenges is 'Mailed codes. The email is sealed under the conversation''s key; of the code there is a keyed hash'`,
  `create index identity_challenges_conversation on identity_challenges (workspace_id, conversation_id, created_at)
    where conversation_id is not null`,
  `create index identity_challenges_email_key on identity_challenges (workspace_id, email_key, created_at)
    where email_key is not null`,
  `alter table identity_challenges enable row level security, force row level security`,
  `create policy workspace on identity_challenges
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on identity_challenges to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["identity_challenges", "identity_keys"]) await knex.raw("drop table ??", [table]);
}
