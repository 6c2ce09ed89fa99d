import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table claims add column denied boolean not null default false");
  await knex.raw(
    "comment on column claims.denied is 'Taken back by the customer, who was asked whether it is right: never a current value'",
  );
  await knex.raw("alter table customers add column unvalidated jsonb not null default '[]'");
  await knex.raw(
    "comment on column customers.unvalidated is 'The fields whose value here is not known to be a valid one'",
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("alter table customers drop column unvalidated");
  await knex.raw("alter table claims drop column denied");
}
