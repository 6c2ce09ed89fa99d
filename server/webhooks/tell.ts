import type { BoundSql } from "../database/statement.ts";
import type { DataKey } from "../privacy/seal.ts";
import { sealColumn } from "../privacy/sealed-columns.ts";
import { newRowId } from "../uuid.ts";
import type { AnyWebhookEventType } from "./contract.ts";

/** What is told to endpoints that want to hear of it. */
export interface WebhookEvent {
  readonly type: AnyWebhookEventType;
  /** Whose it is: with either of them it is destroyed. */
  readonly conversationId: string | null;
  readonly customerId: string | null;
  /** Ids, names of fields, causes: free of personal data. */
  readonly about: Readonly<Record<string, unknown>>;
  /** Personal data, for endpoints that want it: sealed with the key of the customer or conversation `of`. */
  readonly personal: {
    readonly of: string;
    readonly key: DataKey;
    readonly told: Readonly<Record<string, unknown>>;
  } | null;
  /** When it happened, in milliseconds since the epoch. */
  readonly at: number;
}

/** A statement that writes an event and a delivery for each endpoint that wants it; nothing where none does. Send it in the
 *  transaction of what it tells of, in a trip that is made anyway. */
export function tell(workspaceId: string, event: WebhookEvent): BoundSql {
  return { sql: tellAlone, bindings: { workspaceId, events: eventsBinding(workspaceId, [event]) } };
}

/** What `tellParts` takes as :events, beside :workspaceId. */
export function eventsBinding(
  workspaceId: string,
  events: readonly WebhookEvent[],
  newId: () => string = newRowId,
): string {
  const rows = events.map(({ type, conversationId, customerId, about, personal, at }) => {
    const id = newId();
    return {
      id,
      type,
      conversation_id: conversationId,
      customer_id: customerId,
      about,
      sealed_for: personal?.of ?? null,
      sealed: personal === null ? null : sealTold(workspaceId, personal, id).toString("hex"),
      at: new Date(at),
    };
  });
  return JSON.stringify(rows);
}

function sealTold(workspaceId: string, { key, told }: NonNullable<WebhookEvent["personal"]>, id: string) {
  return sealColumn(workspaceId, key, "webhook_events.sealed", id, JSON.stringify(told));
}

/** Parts of a statement that do it for several events, if `source`, a part before them, has a row. Whoever wants them is looked up
 *  in the statement itself, so an endpoint hears of all that is committed after it was made, and a workspace without one pays for
 *  a look-up in an index and no trip. */
export const tellParts = (source: string | null) => `
  told as (
    insert into webhook_events (workspace_id, id, type, conversation_id, customer_id, about, sealed_for, sealed, at)
    select
      :workspaceId, news.id, news.type, news.conversation_id, news.customer_id, news.about,
      case when wanted.with_values then news.sealed_for end,
      case when wanted.with_values then decode(news.sealed, 'hex') end, news.at
    from ${source === null ? "" : `${source} cross join`} json_to_recordset(cast(:events as json)) as news (
      id uuid, type text, conversation_id uuid, customer_id uuid, about json, sealed_for uuid, sealed text, at timestamptz)
    cross join lateral (
      select bool_or(with_values) as with_values from webhook_subscriptions
      where workspace_id = :workspaceId and event = news.type
    ) as wanted
    where wanted.with_values is not null
    returning id, type, at
  ),
  delivery as (
    insert into webhook_deliveries (workspace_id, event_id, endpoint_id, status, next_at)
    select :workspaceId, told.id, wanted.endpoint_id, 'waiting', told.at
    from told cross join lateral (
      select endpoint_id from webhook_subscriptions
      where workspace_id = :workspaceId and event = told.type
      offset 0
    ) as wanted
  )`;

const tellAlone = `with ${tellParts(null)} select id from told`;
