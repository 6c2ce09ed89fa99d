import type { BoundSql } from "../database/statement.ts";
import { insertDataKey } from "../privacy/data-key-sql.ts";
import type { WrappedDataKey } from "../privacy/keyring.ts";
import { eventsBinding, tellParts, type WebhookEvent } from "../webhooks/tell.ts";
import { entriesOf } from "./entries.ts";
import type { Indexed } from "./indexed.ts";

/** A customer as its row begins. */
export interface NewCustomer extends Indexed {
  readonly workspaceId: string;
  readonly id: string;
  /** Sealed. */
  readonly profile: Uint8Array;
  readonly fields: readonly string[];
  readonly verifiedFields: readonly string[];
  readonly platforms: readonly string[];
  readonly now: Date;
}

interface Activity {
  readonly firstAt: Date;
  readonly lastAt: Date;
  readonly conversationCount: number;
}

/** One statement that writes a new customer: its row and data key, its dates and count, what it is found by, and the event that
 *  tells of it. */
export function insertCustomer(
  customer: NewCustomer,
  key: WrappedDataKey,
  activity: Activity,
  event: WebhookEvent,
): BoundSql {
  const bindings = {
    ...customer,
    ...activity,
    keyVersion: key.key_version,
    keyWrapped: key.key_wrapped,
    entries: entriesOf(customer),
    events: eventsBinding(customer.workspaceId, [event]),
  };
  return { sql: insert, bindings };
}

const insert = `
  with key as (${insertDataKey(":id")}
  ),
  customer as (
    insert into customers (
      workspace_id, id, email_key, mailbox_key, phone_key, tokens, index_version, profile, fields, verified_fields,
      platforms, created_at, updated_at)
    values (
      :workspaceId, :id, :emailKey, :mailboxKey, :phoneKey, :tokens, :indexVersion, :profile, :fields, :verifiedFields,
      :platforms, :now, :now)
    returning id
  ),
  activity as (
    insert into customer_activity (workspace_id, customer_id, first_at, last_at, conversation_count)
    select :workspaceId, id, :firstAt, :lastAt, :conversationCount from customer
  ),
  entry as (
    insert into customer_entries (workspace_id, entry, customer_id)
    select :workspaceId, entry, id from customer cross join unnest(cast(:entries as text[])) as entry
  ),
  ${tellParts("customer")}
  select id from customer`;
