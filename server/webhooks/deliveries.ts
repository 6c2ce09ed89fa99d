import { AppError } from "../app-error.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import { TEST_EVENT, type DeliveriesQuery, type Delivery, type DeliveryList } from "./contract.ts";
import { lockEndpoint } from "./endpoint-rows.ts";
import { notFound } from "./endpoints.ts";

interface Row {
  readonly event_id: string;
  readonly type: string;
  readonly at: Date;
  readonly status: Delivery["status"];
  readonly attempts: number;
  readonly next_at: Date | null;
  readonly last_at: Date | null;
  readonly last_outcome: string | null;
}

/** What was sent to an endpoint, newest first. Throws `webhook_not_found`. */
export function listDeliveries(
  store: Store,
  workspaceId: string,
  endpointId: string,
  { status, cursor, limit }: DeliveriesQuery,
): Promise<DeliveryList> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    await mustBeThere(tx, endpointId);
    const asked = { status: status ?? null, cursor: cursor ?? null, most: limit + 1 };
    const rows = await tx.prepared<Row>(list, { workspaceId, endpointId, ...asked });
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    return {
      deliveries: shown.map(deliveryFrom),
      nextCursor: rows.length > limit && last !== undefined ? last.event_id : null,
    };
  });
}

// Ids begin with the time.
const list = `
  select delivery.*, event.type, event.at
  from (
    select event_id, status, attempts, next_at, last_at, last_outcome from webhook_deliveries
    where workspace_id = :workspaceId and endpoint_id = :endpointId
      and event_id < coalesce(cast(:cursor as uuid), 'ffffffff-ffff-ffff-ffff-ffffffffffff')
      and (cast(:status as text) is null or status = cast(:status as text))
    order by event_id desc limit :most
  ) as delivery
  cross join lateral (
    select type, at from webhook_events where workspace_id = :workspaceId and id = delivery.event_id offset 0
  ) as event
  order by delivery.event_id desc`;

function deliveryFrom(row: Row): Delivery {
  return {
    eventId: row.event_id,
    type: row.type,
    at: row.at.toISOString(),
    status: row.status,
    attempts: row.attempts,
    nextAttemptAt: row.next_at?.toISOString() ?? null,
    lastAttemptAt: row.last_at?.toISOString() ?? null,
    lastOutcome: row.last_outcome,
  };
}

/** Puts a delivery that was made or given up in line again, with all its attempts before it. Throws `webhook_not_found`,
 *  `delivery_not_found`, and `delivery_waiting` for one that is in line. */
export function redeliver(
  store: Store,
  workspaceId: string,
  endpointId: string,
  eventId: string,
  now: number,
): Promise<{ readonly eventId: string }> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    await mustBeThere(tx, endpointId);
    const key = { workspaceId, endpointId, eventId };
    const [again] = await tx.prepared(putInLine, { ...key, now: new Date(now) });
    if (again !== undefined) return { eventId };
    const [waiting] = await tx.prepared(
      `select event_id from webhook_deliveries
       where workspace_id = :workspaceId and event_id = :eventId and endpoint_id = :endpointId`,
      key,
    );
    if (waiting === undefined) throw noDelivery();
    throw new AppError("delivery_waiting", "The delivery is in line already: it is tried again by itself.");
  });
}

export const noDelivery = () =>
  new AppError("delivery_not_found", "No such event was sent to this webhook, or it was removed since.");

const putInLine = `
  update webhook_deliveries set status = 'waiting', attempts = 0, next_at = :now
  where workspace_id = :workspaceId and event_id = :eventId and endpoint_id = :endpointId and status <> 'waiting'
  returning event_id`;

/** Sends an event that tells of nothing. Throws `webhook_not_found`. */
export function testWebhook(
  store: Store,
  workspaceId: string,
  endpointId: string,
  now: number,
): Promise<{ readonly eventId: string }> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    await mustBeThere(tx, endpointId);
    const eventId = newRowId();
    const about = JSON.stringify({ webhookId: endpointId });
    tx.later(insertTest, { workspaceId, endpointId, eventId, type: TEST_EVENT, about, now: new Date(now) });
    return { eventId };
  });
}

const insertTest = `
  with told as (
    insert into webhook_events (workspace_id, id, type, about, at)
    values (:workspaceId, :eventId, :type, cast(:about as json), :now)
    returning id
  )
  insert into webhook_deliveries (workspace_id, event_id, endpoint_id, status, next_at)
  select :workspaceId, id, :endpointId, 'waiting', cast(:now as timestamptz) from told`;

async function mustBeThere(tx: SealedTransaction, endpointId: string): Promise<void> {
  if ((await lockEndpoint(tx, endpointId)) === null) throw notFound();
}
