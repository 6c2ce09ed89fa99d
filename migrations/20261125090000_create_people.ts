import type { Knex } from "knex";

const policies = (table: string): readonly string[] => [
  `alter table ${table} enable row level security, force row level security`,
  `create policy workspace on ${table}
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on ${table} to enrich_app`,
];

// Secondary indexes are partial over columns that are never null, as in create_conversations, and for the same reason.
const tables = [
  `create table people (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    email bytea not null,
    email_key bytea not null check (length(email_key) = 32),
    index_version integer not null,
    password_hash text,
    totp_secret bytea,
    totp_since timestamptz,
    totp_step bigint,
    recovery_hashes bytea[] not null default '{}',
    created_at timestamptz not null,
    primary key (workspace_id, id)
  )`,
  `comment on table people is
    'Who signs in, once for all workspaces: their rows, sessions and links are in the workspace of the installation itself'`,
  `comment on column people.password_hash is 'Argon2id; null for whoever signs in elsewhere'`,
  `comment on column people.totp_since is 'From then on a code is asked for; before, the secret waits to be confirmed'`,
  `comment on column people.totp_step is 'The time step of the latest code: none of it or before is taken again'`,
  `create unique index people_email_key on people (workspace_id, email_key) where email_key is not null`,
  ...policies("people"),

  `create table person_workspaces (
    workspace_id uuid not null,
    person_id uuid not null,
    listed_id uuid not null,
    primary key (workspace_id, person_id, listed_id),
    foreign key (workspace_id, person_id) references people
  )`,
  `comment on table person_workspaces is
    'Where to look for a person''s roles. What counts is the row in members, in that workspace'`,
  ...policies("person_workspaces"),

  `create table sessions (
    workspace_id uuid not null,
    id uuid not null,
    person_id uuid not null,
    secret_hash bytea not null check (length(secret_hash) = 32),
    current_id uuid,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, person_id) references people
  ) with (fillfactor = 70)`,
  `comment on column sessions.secret_hash is 'SHA-256 of the 32 random bytes that the cookie holds'`,
  `comment on column sessions.current_id is 'The workspace that the person works in'`,
  `create index sessions_person on sessions (workspace_id, person_id) where person_id is not null`,
  `create unique index sessions_secret_hash on sessions (workspace_id, secret_hash) where secret_hash is not null`,
  ...policies("sessions"),

  `create table person_links (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    kind text not null check (kind in ('set_up', 'reset')),
    person_id uuid,
    secret_hash bytea not null check (length(secret_hash) = 32),
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, person_id) references people,
    check ((kind = 'set_up') = (person_id is null))
  )`,
  `comment on table person_links is 'Links that are good once: the row goes with their use'`,
  `create index person_links_kind on person_links (workspace_id, kind, created_at) where kind is not null`,
  `create index person_links_person on person_links (workspace_id, person_id) where person_id is not null`,
  `create unique index person_links_secret_hash on person_links (workspace_id, secret_hash)
    where secret_hash is not null`,
  ...policies("person_links"),

  `create table attempts (
    workspace_id uuid not null references workspaces,
    key bytea not null check (length(key) = 32),
    count integer not null,
    until timestamptz not null,
    primary key (workspace_id, key)
  ) with (fillfactor = 70)`,
  `comment on table attempts is 'How often somebody has tried to sign in of late, by account and by address: keyed hashes'`,
  `create index attempts_until on attempts (workspace_id, until) where until is not null`,
  ...policies("attempts"),

  `create table members (
    workspace_id uuid not null references workspaces,
    person_id uuid not null,
    role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
    since timestamptz not null,
    primary key (workspace_id, person_id)
  )`,
  `comment on column members.person_id is 'Of the installation''s people, which are in another workspace: no foreign key'`,
  `create index members_role on members (workspace_id, role) where role is not null`,
  ...policies("members"),

  `create table invitations (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    email bytea not null,
    email_key bytea not null check (length(email_key) = 32),
    index_version integer not null,
    role text not null check (role in ('owner', 'admin', 'agent', 'viewer')),
    secret_hash bytea not null check (length(secret_hash) = 32),
    invited_by uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    primary key (workspace_id, id)
  )`,
  `comment on table invitations is 'Those that are open: the row goes when one is accepted, revoked or replaced'`,
  `create unique index invitations_email_key on invitations (workspace_id, email_key) where email_key is not null`,
  `create unique index invitations_secret_hash on invitations (workspace_id, secret_hash)
    where secret_hash is not null`,
  ...policies("invitations"),
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  const names = ["invitations", "members", "attempts", "person_links", "sessions", "person_workspaces"];
  for (const table of [...names, "people"]) await knex.raw("drop table ??", [table]);
}
