import type { Knex } from "knex";

// Partial indexes, as in create_conversations. Both go with their customer: whoever removes one on purpose removes these, and a
// turn removes no profile that has any.
const tables = [
  `create table staff_values (
    workspace_id uuid not null,
    id uuid not null,
    seq bigint generated always as identity,
    customer_id uuid not null,
    field text not null,
    trust text not null check (trust in ('staff', 'verified')),
    said bytea not null,
    unvalidated boolean not null,
    claim_id uuid,
    actor_kind text not null check (actor_kind in ('api_key', 'member', 'operator', 'system')),
    actor_id text not null,
    at timestamptz not null,
    withdrawn_at timestamptz,
    withdrawn_by_kind text check (withdrawn_by_kind in ('api_key', 'member', 'operator', 'system')),
    withdrawn_by_id text,
    primary key (workspace_id, id),
    foreign key (workspace_id, customer_id) references customers on delete cascade,
    check ((withdrawn_at is null) = (withdrawn_by_kind is null) and (withdrawn_at is null) = (withdrawn_by_id is null))
  )`,
  `comment on table staff_values is
    'What staff says of a customer: claims of the customer itself, as those of its conversations are in claims'`,
  `comment on column staff_values.said is
    'Sealed under the key of the customer: {value, raw, replaces}; replaces: the email that the profile had before'`,
  `comment on column staff_values.trust is 'staff: set by hand; verified: said to be right'`,
  `comment on column staff_values.claim_id is 'The claim that was accepted, where the value comes from one'`,
  `create index staff_values_customer on staff_values (workspace_id, customer_id, seq) where customer_id is not null`,
  `alter table staff_values enable row level security, force row level security`,
  `create policy workspace on staff_values
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on staff_values to enrich_app`,

  `create table notes (
    workspace_id uuid not null,
    id uuid not null,
    customer_id uuid not null,
    text bytea not null,
    actor_kind text not null check (actor_kind in ('api_key', 'member', 'operator', 'system')),
    actor_id text not null,
    at timestamptz not null,
    primary key (workspace_id, id),
    foreign key (workspace_id, customer_id) references customers on delete cascade
  )`,
  `comment on column notes.text is 'Sealed under the key of the customer'`,
  `create index notes_customer on notes (workspace_id, customer_id, id desc) where customer_id is not null`,
  `alter table notes enable row level security, force row level security`,
  `create policy workspace on notes
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on notes to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["notes", "staff_values"]) await knex.raw("drop table ??", [table]);
}
