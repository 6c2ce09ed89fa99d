import type { Binding, BoundSql } from "../database/statement.ts";
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
  return { sql: tellAlone, bindings: { workspaceId, ...eventBindings(workspaceId, event) } };
}

/** The bindings of `tellParts`, but for :workspaceId. */
export function eventBindings(
  workspaceId: string,
  { type, conversationId, customerId, about, personal, at }: WebhookEvent,
  eventId: string = newRowId(),
): Readonly<Record<string, Binding>> {
  return {
    eventId,
    eventType: type,
    eventConversationId: conversationId,
    eventCustomerId: customerId,
    eventAbout: JSON.stringify(about),
    eventSealedFor: personal?.of ?? null,
    eventSealed:
      personal === null
        ? null
        : sealColumn(
            workspaceId,
            personal.key,
            "webhook_events.sealed",
            eventId,
            JSON.stringify(personal.told),
          ),
    eventAt: new Date(at),
  };
}

/** Parts of a statement that do it, if `source`, a part before them, has a row. Whoever wants the event is looked up in the
 *  statement itself, so an endpoint hears of all that is committed after it was made, and a workspace without one pays for
 *  two look-ups in an index and no trip. */
export const tellParts = (source: string | null) => `
  told as (
    insert into webhook_events (workspace_id, id, type, conversation_id, customer_id, about, sealed_for, sealed, at)
    select
      :workspaceId, cast(:eventId as uuid), cast(:eventType as text), cast(:eventConversationId as uuid),
      cast(:eventCustomerId as uuid), cast(:eventAbout as json),
      case when wanted.with_values then cast(:eventSealedFor as uuid) end,
      case when wanted.with_values then cast(:eventSealed as bytea) end, cast(:eventAt as timestamptz)
    from (
      select bool_or(with_values) as with_values from webhook_subscriptions
      where workspace_id = :workspaceId and event = cast(:eventType as text)
    ) as wanted
    ${source === null ? "" : `cross join ${source}`}
    where wanted.with_values is not null
    returning id
  ),
  delivery as (
    insert into webhook_deliveries (workspace_id, event_id, endpoint_id, status, next_at)
    select :workspaceId, told.id, wanted.endpoint_id, 'waiting', cast(:eventAt as timestamptz)
    from told cross join (
      select endpoint_id from webhook_subscriptions
      where workspace_id = :workspaceId and event = cast(:eventType as text)
      offset 0
    ) as wanted
  )`;

const tellAlone = `with ${tellParts(null)} select id from told`;
