import type { Knex } from "knex";

/** Somebody else created the role, or is creating it now: roles belong to the whole cluster, not to this database. */
const ROLE_EXISTS = new Set(["42710", "23505"]);

const tables = [
  `create table workspaces (
    workspace_id uuid primary key,
    name text not null,
    retention_days integer check (retention_days > 0),
    created_at timestamptz not null
  )`,
  `comment on column workspaces.retention_days is
    'Who has been silent for longer is erased; null: nobody is'`,
  `alter table workspaces enable row level security, force row level security`,
  `create policy workspace on workspaces
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on workspaces to enrich_app`,

  `create table installation_workspaces (
    workspace_id uuid not null references workspaces,
    listed_id uuid not null,
    created_at timestamptz not null,
    primary key (workspace_id, listed_id)
  )`,
  `comment on table installation_workspaces is
    'Every workspace of the installation, which is a workspace itself: without a list, row-level security lets nobody find one'`,
  `alter table installation_workspaces enable row level security, force row level security`,
  `create policy workspace on installation_workspaces
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on installation_workspaces to enrich_app`,

  `create table api_keys (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    label text not null,
    secret_hash bytea not null check (length(secret_hash) = 32),
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz,
    revoked_at timestamptz,
    used_at timestamptz,
    primary key (workspace_id, id)
  )`,
  `comment on column api_keys.scopes is 'What it may do: see server/access/permission-contract.ts'`,
  `comment on column api_keys.expires_at is 'From then on it is refused; null: never'`,
  `comment on column api_keys.used_at is 'Its last use, to a minute'`,
  `alter table api_keys enable row level security, force row level security`,
  `create policy workspace on api_keys
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on api_keys to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  await createAppRole(knex);
  for (const statement of tables) await knex.raw(statement);
}

/** The role stays: other databases of the cluster may use it. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table api_keys");
  await knex.raw("drop table installation_workspaces");
  await knex.raw("drop table workspaces");
}

/** `enrich_app` owns nothing and cannot log in: every query of a workspace runs as it, under row-level security. */
async function createAppRole(knex: Knex): Promise<void> {
  const found = await knex.raw("select 1 from pg_roles where rolname = 'enrich_app'");
  if (found.rows.length === 0) {
    // In a savepoint, so that losing the race to another database's migration does not abort this one.
    const created = knex.transaction((savepoint) => savepoint.raw("create role enrich_app nologin"));
    await created.catch((error: unknown) => {
      if (!(error instanceof Error && "code" in error && ROLE_EXISTS.has(String(error.code)))) throw error;
    });
  }
  // A login that is no superuser needs to be a member before it may say `set local role`.
  const member = await knex.raw(`
    select pg_has_role(current_user, 'enrich_app',
      case when current_setting('server_version_num')::int >= 160000 then 'set' else 'member' end) as "is"`);
  if (!member.rows[0].is) await knex.raw("grant enrich_app to current_user");

  const schema = await knex.raw("select current_schema() as name");
  await knex.raw("grant usage on schema ?? to enrich_app", [schema.rows[0].name]);
}
