import type { Knex } from "knex";

const tables = [
  `create table audit_events (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    at timestamptz not null,
    actor_kind text not null check (actor_kind in ('api_key', 'member', 'operator', 'system')),
    actor_id text not null,
    action text not null,
    subject_kind text not null,
    subject_id text not null,
    details json not null,
    primary key (workspace_id, id)
  )`,
  `comment on table audit_events is 'What was done by hand or by rule, by whom and to what. Never what a customer said or gave'`,
  `comment on column audit_events.details is 'Names of fields, counts, causes: read as it was written, and free of personal data'`,
  // As in create_conversations: partial, each for statements that compare its column.
  `create index audit_events_at on audit_events (workspace_id, at desc, id desc) where at is not null`,
  `create index audit_events_actor on audit_events (workspace_id, actor_id, at desc, id desc) where actor_id is not null`,
  `create index audit_events_subject on audit_events (workspace_id, subject_id, at desc, id desc)
    where subject_id is not null`,
  `alter table audit_events enable row level security, force row level security`,
  `create policy workspace on audit_events
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on audit_events to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table audit_events");
}
