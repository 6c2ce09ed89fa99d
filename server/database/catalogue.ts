import type { Knex } from "knex";

const tables = `
  select pg_class.oid, relname::text as name, relowner, relrowsecurity, relforcerowsecurity from pg_class
  where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relname not like 'knex\\_%'`;

// One rule a select. A row is a table, index or constraint that breaks it.
const rules: Readonly<Record<string, string>> = {
  "has no forced row-level security": `
    select name from tables where not (relrowsecurity and relforcerowsecurity)`,

  "has no policy of its workspace, or another one besides": `
    select name from tables left join pg_policy on polrelid = tables.oid
    group by name
    having count(*) <> 1 or not coalesce(bool_and(polpermissive and polcmd = '*'
      and pg_get_expr(polqual, polrelid) = '(workspace_id = (current_setting(''app.workspace_id''::text))::uuid)'
      and pg_get_expr(polwithcheck, polrelid) = pg_get_expr(polqual, polrelid)), false)`,

  "has no primary key": `
    select name from tables where not exists (select from pg_index where indrelid = tables.oid and indisprimary)`,

  "is an index that does not begin with workspace_id": `
    select indexrelid::regclass::text as name from tables join pg_index on indrelid = tables.oid
    left join pg_attribute on attrelid = tables.oid and attnum = indkey[0]
    where attname is distinct from 'workspace_id'`,

  "is a foreign key that does not lead from workspace_id to workspace_id": `
    select conname::text as name from tables join pg_constraint on conrelid = tables.oid and contype = 'f'
    join pg_attribute mine on mine.attrelid = conrelid and mine.attnum = conkey[1]
    join pg_attribute theirs on theirs.attrelid = confrelid and theirs.attnum = confkey[1]
    where mine.attname <> 'workspace_id' or theirs.attname <> 'workspace_id'`,

  "may be null or is missing in": `
    select name from tables where not exists (
      select from pg_attribute where attrelid = tables.oid and attname = 'workspace_id' and attnotnull
        and atttypid = 'uuid'::regtype)`,

  "has a trigger of ours": `
    select tgname::text as name from tables join pg_trigger on tgrelid = tables.oid and not tgisinternal`,

  "is owned by enrich_app": `
    select name from tables where relowner = to_regrole('enrich_app')`,

  "is a role that row-level security does not bind, or that may log in": `
    select rolname::text as name from pg_roles
    where rolname = 'enrich_app' and (rolsuper or rolbypassrls or rolcanlogin or rolcreaterole or rolcreatedb)`,
};

/** What in the catalogue breaks the rules that keep workspaces apart; empty when all is well. */
export async function faultsOfCatalogue(knex: Knex): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const [rule, sql] of Object.entries(rules)) {
    const { rows } = await knex.raw(`with tables as (${tables}) ${sql}`);
    for (const { name } of rows) faults.push(`${name} ${rule}`);
  }
  return faults;
}
