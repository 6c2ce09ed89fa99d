import type { Knex } from "knex";

export async function up(knex: Knex): Promise<void> {
  await knex.raw("alter table claims add column unvalidated boolean not null default false");
  await knex.raw(
    "comment on column claims.unvalidated is 'Given as the value, but not known to be a valid one: a phone that no numbering plan has'",
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw("alter table claims drop column unvalidated");
}
