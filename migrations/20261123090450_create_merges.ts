import type { Knex } from "knex";

// Partial indexes, as in create_conversations: for statements that compare the column, and for no others.
const tables = [
  `create table merges (
    workspace_id uuid not null,
    id uuid not null,
    survivor_id uuid not null,
    absorbed_id uuid not null,
    conversation_ids uuid[] not null,
    choices json not null,
    survivor_first_at timestamptz not null,
    survivor_last_at timestamptz not null,
    absorbed_first_at timestamptz not null,
    absorbed_last_at timestamptz not null,
    actor_kind text not null,
    actor_id text not null,
    merged_at timestamptz not null,
    unmerged_at timestamptz,
    primary key (workspace_id, id),
    foreign key (workspace_id, survivor_id) references customers on delete cascade,
    foreign key (workspace_id, absorbed_id) references customers on delete cascade
  )`,
  `comment on table merges is 'What staff took for one customer, and what it takes to part them again'`,
  `comment on column merges.conversation_ids is 'The conversations that came from the absorbed customer'`,
  `comment on column merges.survivor_last_at is
    'The dates that either had before: of one without conversations they follow from nothing else'`,
  `comment on column merges.choices is
    'Field → {side, claimId, over}: whose value staff chose, the claim that it rests on (null for an email), and what staff had set'`,
  `create index merges_survivor on merges (workspace_id, survivor_id, id) where survivor_id is not null`,
  `create unique index merges_absorbed on merges (workspace_id, absorbed_id)
    where absorbed_id is not null and unmerged_at is null`,
  `create index merges_absorbed_ever on merges (workspace_id, absorbed_id, id) where absorbed_id is not null`,
  `alter table merges enable row level security, force row level security`,
  `create policy workspace on merges
    using (workspace_id = current_setting('app.workspace_id')::uuid)
    with check (workspace_id = current_setting('app.workspace_id')::uuid)`,
  `grant select, insert, update, delete on merges to enrich_app`,
];

export async function up(knex: Knex): Promise<void> {
  for (const statement of tables) await knex.raw(statement);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("drop table merges");
}
