import type { BoundSql } from "../database/statement.ts";
import { STANDARD_FIELDS } from "./contract.ts";

/** What a customer is found by, as `customer_entries` spells it. `lacks` there is of the standard fields alone: of others
 *  nobody knows here which there are. */
export const entryOf = {
  token: (token: number) => `token ${token}`,
  has: (field: string) => `has ${field}`,
  lacks: (field: string) => `lacks ${field}`,
  tag: (tag: string) => `tag ${tag}`,
  platform: (platform: string) => `platform ${platform}`,
  trust: (trust: string) => `trust ${trust}`,
} as const;

/** Brings a customer's entries up to date with its row. Send it behind whatever changes the row's tokens, fields, tags,
 *  verified_fields or platforms, in the same transaction. */
export function enterCustomer(workspaceId: string, id: string): BoundSql {
  return { sql: enter, bindings: { workspaceId, id, standard: STANDARD_FIELDS } };
}

// Spelt as entryOf does; a test compares them.
const enter = `
  with customer as (
    select tokens, fields, tags, verified_fields, platforms from customers
    where workspace_id = :workspaceId and id = :id
  ),
  wanted as (
    select 'token ' || unnest(tokens) as entry from customer
    union select 'has ' || unnest(fields) from customer
    union select 'lacks ' || field from customer, unnest(cast(:standard as text[])) as field where field <> all(fields)
    union select 'tag ' || unnest(tags) from customer
    union select 'platform ' || unnest(platforms) from customer
    union select case when verified_fields = '{}' then 'trust claimed' else 'trust verified' end from customer
  ),
  gone as (
    delete from customer_entries
    where workspace_id = :workspaceId and customer_id = :id and entry not in (select entry from wanted)
  )
  insert into customer_entries (workspace_id, entry, customer_id)
  select :workspaceId, entry, :id from wanted
  on conflict (workspace_id, entry, customer_id) do nothing`;
