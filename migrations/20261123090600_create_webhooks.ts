import type { Knex } from "knex";

// No foreign key leads to an endpoint: every turn that tells of something would lock its row, all of them the same one.
const tables = [
  `create table webhook_endpoints (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    url bytea not null,
    secrets bytea not null,
    events text[] not null,
    with_values boolean not null,
    status text not null check (status in ('enabled', 'disabled', 'gone')),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (workspace_id, id)
  )`,
  `comment on table webhook_endpoints is 'Systems of the host''s that are told of what happens: see docs/webhooks.md'`,
  `comment on column webhook_endpoints.url is 'Sealed, as are the secrets, under a data key of the endpoint''s own'`,
  `comment on column webhook_endpoints.with_values is 'Whether it is told personal data, or ids and names of fields alone'`,
  `comment on column webhook_endpoints.status is '''gone'': it answered 410 and is told nothing more'`,
  `alter table webhook_endpoints enable row level security, force row level security`,
  `create policy workspace on webhook_endpoints
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on webhook_endpoints to enrich_app`,

  `create table webhook_subscriptions (
    workspace_id uuid not null references workspaces,
    event text not null,
    endpoint_id uuid not null,
    with_values boolean not null,
    primary key (workspace_id, event, endpoint_id)
  )`,
  `comment on table webhook_subscriptions is
    'What the enabled endpoints are told: what a turn looks up before it writes an event, which without a row here it does not'`,
  `alter table webhook_subscriptions enable row level security, force row level security`,
  `create policy workspace on webhook_subscriptions
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on webhook_subscriptions to enrich_app`,

  `create table webhook_events (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    seq bigint generated always as identity,
    type text not null,
    conversation_id uuid,
    customer_id uuid,
    about json not null,
    sealed_for uuid,
    sealed bytea,
    at timestamptz not null,
    primary key (workspace_id, id)
  )`,
  `comment on table webhook_events is
    'The outbox: written in the transaction of what it tells of, and only where an endpoint wants to hear it'`,
  `comment on column webhook_events.about is 'Ids, names of fields, causes: free of personal data'`,
  `comment on column webhook_events.sealed is
    'Sealed, under the data key whose subject is sealed_for: erasing that one leaves nothing to read. Null where no endpoint wants it'`,
  `create index webhook_events_customer on webhook_events (workspace_id, customer_id) where customer_id is not null`,
  `create index webhook_events_conversation on webhook_events (workspace_id, conversation_id)
    where conversation_id is not null`,
  `create index webhook_events_at on webhook_events (workspace_id, at) where at is not null`,
  `alter table webhook_events enable row level security, force row level security`,
  `create policy workspace on webhook_events
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on webhook_events to enrich_app`,

  `create table webhook_deliveries (
    workspace_id uuid not null,
    event_id uuid not null,
    endpoint_id uuid not null,
    status text not null check (status in ('waiting', 'delivered', 'dead')),
    attempts integer not null default 0,
    next_at timestamptz,
    last_at timestamptz,
    last_outcome text,
    primary key (workspace_id, event_id, endpoint_id),
    foreign key (workspace_id, event_id) references webhook_events on delete cascade,
    check ((status = 'waiting') = (next_at is not null))
  ) with (fillfactor = 70)`,
  `comment on column webhook_deliveries.next_at is
    'When it is tried next; while it is being tried, when another process may take it for abandoned'`,
  `comment on column webhook_deliveries.last_outcome is 'The HTTP status of the last attempt, or why there was no answer'`,
  `create index webhook_deliveries_next on webhook_deliveries (workspace_id, endpoint_id, next_at)
    where next_at is not null`,
  `create index webhook_deliveries_endpoint on webhook_deliveries (workspace_id, endpoint_id, event_id desc)
    where endpoint_id is not null`,
  `alter table webhook_deliveries enable row level security, force row level security`,
  `create policy workspace on webhook_deliveries
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on webhook_deliveries to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of [
    "webhook_deliveries",
    "webhook_events",
    "webhook_subscriptions",
    "webhook_endpoints",
  ]) {
    await knex.raw("drop table ??", [table]);
  }
}
