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

/** The entries of a customer who is new, and has no tags. */
export function entriesOf(customer: {
  readonly tokens: readonly number[];
  readonly fields: readonly string[];
  readonly verifiedFields: readonly string[];
  readonly platforms: readonly string[];
}): readonly string[] {
  const { tokens, fields, verifiedFields, platforms } = customer;
  const lacking = STANDARD_FIELDS.filter((field) => !fields.includes(field));
  return [
    ...new Set([
      ...tokens.map(entryOf.token),
      ...fields.map(entryOf.has),
      ...lacking.map(entryOf.lacks),
      ...platforms.map(entryOf.platform),
      entryOf.trust(verifiedFields.length === 0 ? "claimed" : "verified"),
    ]),
  ];
}

/** Brings the entries of customers up to date with their rows. Send it behind whatever changes a row's tokens, fields, tags,
 *  verified_fields or platforms, in the same transaction. One who was merged into another one has none. */
export function enterCustomers(workspaceId: string, ids: readonly string[]): BoundSql {
  return { sql: enter, bindings: { workspaceId, ids, standard: STANDARD_FIELDS } };
}

// Spelt as entryOf does; the tests of listing compare them.
const enter = `
  with customer as (
    select id, tokens, fields, tags, verified_fields, platforms from customers
    where workspace_id = :workspaceId and id = any(cast(:ids as uuid[])) and merged_into is null
  ),
  wanted as (
    select id, 'token ' || unnest(tokens) as entry from customer
    union select id, 'has ' || unnest(fields) from customer
    union select id, 'lacks ' || field from customer, unnest(cast(:standard as text[])) as field where field <> all(fields)
    union select id, 'tag ' || unnest(tags) from customer
    union select id, 'platform ' || unnest(platforms) from customer
    union select id, case when verified_fields = '{}' then 'trust claimed' else 'trust verified' end from customer
  ),
  gone as (
    delete from customer_entries
    where workspace_id = :workspaceId and customer_id = any(cast(:ids as uuid[]))
      and (customer_id, entry) not in (select id, entry from wanted)
  )
  insert into customer_entries (workspace_id, entry, customer_id)
  select :workspaceId, entry, id from wanted
  on conflict (workspace_id, entry, customer_id) do nothing`;
