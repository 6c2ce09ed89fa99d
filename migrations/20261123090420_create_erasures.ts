import type { Knex } from "knex";

const tables = [
  `create table signing_keys (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    public_key bytea not null,
    private_key bytea,
    created_at timestamptz not null,
    primary key (workspace_id, id)
  )`,
  `comment on table signing_keys is 'Ed25519: what certificates of erasure are signed with'`,
  `comment on column signing_keys.private_key is
    'Sealed under the data key whose subject is this row; null for a key that came with a ledger of another database'`,
  `alter table signing_keys enable row level security, force row level security`,
  `create policy workspace on signing_keys
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on signing_keys to enrich_app`,

  `create table erasures (
    workspace_id uuid not null,
    id uuid not null,
    at timestamptz not null,
    subject_kind text not null check (subject_kind in ('customer', 'conversation')),
    subject_id uuid not null,
    certificate text not null,
    signature bytea not null check (length(signature) = 64),
    signing_key_id uuid not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, signing_key_id) references signing_keys
  )`,
  `comment on table erasures is
    'The ledger: ids, counts and fingerprints of keys, to be applied again after a restore. No personal data'`,
  `comment on column erasures.certificate is 'The bytes that are signed: see docs/erasure.md'`,
  `alter table erasures enable row level security, force row level security`,
  `create policy workspace on erasures
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on erasures to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["erasures", "signing_keys"]) await knex.raw("drop table ??", [table]);
}
