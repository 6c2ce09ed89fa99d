import type { Knex } from "knex";

const tables = [
  // Rows and not an index over the customer's arrays: row-level security lets an index answer only what is leakproof, which
  // equality is and "&&" and "@>" are not. And of rows PostgreSQL can stop reading after as many as were asked for.
  `create table customer_entries (
    workspace_id uuid not null,
    entry text collate "C" not null,
    customer_id uuid not null,
    primary key (workspace_id, entry, customer_id),
    foreign key (workspace_id, customer_id) references customers on delete cascade
  )`,
  `comment on table customer_entries is
    'What customers are found by. Follows from customers.tokens, fields, tags, verified_fields and platforms: see customers/entries.ts'`,
  `create index customer_entries_customer on customer_entries (workspace_id, customer_id) where customer_id is not null`,
  `alter table customer_entries enable row level security, force row level security`,
  `create policy workspace on customer_entries
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on customer_entries to enrich_app`,

  `create table customer_filters (
    workspace_id uuid not null references workspaces,
    id uuid not null,
    name bytea not null,
    filter bytea not null,
    created_at timestamptz not null,
    primary key (workspace_id, id)
  )`,
  `comment on table customer_filters is
    'Saved filters of customers. Name and filter are sealed under the data key of the filter: what is searched for may be a person'`,
  `alter table customer_filters enable row level security, force row level security`,
  `create policy workspace on customer_filters
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on customer_filters to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ["customer_filters", "customer_entries"]) await knex.raw("drop table ??", [table]);
}
