import type { Knex } from "knex";

const secured = (table: string) => [
  `alter table ${table} enable row level security, force row level security`,
  `create policy workspace on ${table}
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on ${table} to enrich_app`,
];

const tables = [
  `create table actions (
    workspace_id uuid not null references workspaces,
    action text not null,
    enabled boolean not null,
    configuration_version integer not null,
    revision bigint not null default 1,
    added_at timestamptz not null,
    added_by_kind text not null,
    added_by_id text not null,
    activated_at timestamptz,
    activated_by_kind text,
    activated_by_id text,
    changed_at timestamptz not null,
    changed_by_kind text not null,
    changed_by_id text not null,
    primary key (workspace_id, action)
  )`,
  `comment on column actions.revision is
    'Counted up with every change of what a turn reads of it: itself, its configuration, the plan'`,
  ...secured("actions"),

  `create table action_configurations (
    workspace_id uuid not null,
    action text not null,
    version integer not null,
    configuration json not null,
    actor_kind text not null,
    actor_id text not null,
    at timestamptz not null,
    primary key (workspace_id, action, version),
    foreign key (workspace_id, action) references actions
  )`,
  ...secured("action_configurations"),

  `create table subscriptions (
    workspace_id uuid primary key references workspaces,
    plan text not null check (plan in ('starter', 'professional', 'enterprise')),
    status text not null check (status in ('active', 'past_due', 'unpaid', 'cancelled')),
    provider text not null check (provider in ('manual', 'stripe')),
    period_ends_at timestamptz,
    changed_at timestamptz not null,
    changed_by_kind text not null,
    changed_by_id text not null
  )`,
  `comment on table subscriptions is 'A workspace without a row is on Starter'`,
  ...secured("subscriptions"),

  `create table billing_events (
    workspace_id uuid not null references workspaces,
    id text not null,
    type text not null,
    created_at timestamptz not null,
    received_at timestamptz not null,
    told json not null,
    primary key (workspace_id, id)
  )`,
  `comment on table billing_events is
    'What the payment provider has told, each event once: the subscription is a fold of them (see billing/fold-events.ts)'`,
  ...secured("billing_events"),
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["billing_events", "subscriptions", "action_configurations", "actions"]) {
    await knex.raw("drop table ??", [table]);
  }
}
