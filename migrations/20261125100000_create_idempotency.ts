import type { Knex } from "knex";

const tables = [
  `create table idempotency_drawers (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    opened_at timestamptz not null,
    primary key (workspace_id, id)
  )`,
  `comment on table idempotency_drawers is
    'An hour''s stored answers are sealed under one data key: an erasure in the workspace destroys it, and with it all of them'`,
  `alter table idempotency_drawers enable row level security, force row level security`,
  `create policy workspace on idempotency_drawers
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on idempotency_drawers to enrich_app`,

  `create table idempotency_keys (
    workspace_id uuid not null references workspaces,
    key_hash bytea not null check (length(key_hash) = 32),
    claim_id uuid not null,
    fingerprint bytea not null check (length(fingerprint) = 32),
    drawer_id uuid not null,
    claimed_at timestamptz not null,
    locked_until timestamptz not null,
    answered_at timestamptz,
    answer bytea,
    primary key (workspace_id, key_hash)
  )`,
  `comment on column idempotency_keys.key_hash is 'Who asked and their Idempotency-Key, as a blind index'`,
  `comment on column idempotency_keys.fingerprint is 'Operation, address and body, likewise'`,
  `comment on column idempotency_keys.claim_id is 'The attempt that carries it out, or did'`,
  `comment on column idempotency_keys.locked_until is
    'Until then an attempt without an answer is taken to be under way; it puts this off as long as it lives'`,
  `comment on column idempotency_keys.answer is
    'Sealed; null when it was answered: carried out, and the answer is not kept'`,
  `create index idempotency_keys_claimed_at on idempotency_keys (workspace_id, claimed_at)
    where claimed_at is not null`,
  `alter table idempotency_keys enable row level security, force row level security`,
  `create policy workspace on idempotency_keys
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on idempotency_keys to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["idempotency_keys", "idempotency_drawers"]) await knex.raw("drop table ??", [table]);
}
