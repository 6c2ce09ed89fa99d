import { openDataKey } from "../privacy/keyring.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { readEndpoints, type Endpoint } from "./endpoint-rows.ts";

const CLAIM_MAX = 20; // deliveries at a time, of an endpoint and process
export const LEASE_MS = 60_000; // an attempt takes ten seconds at most

/** A delivery that this process alone is to make until `until`. */
export interface Claimed {
  readonly eventId: string;
  readonly endpoint: Endpoint;
  /** This one included. */
  readonly attempts: number;
  /** Milliseconds since the epoch. */
  readonly until: number;
  /** Deliveries of one line are made in the order of their events. */
  readonly line: string;
  readonly type: string;
  readonly at: Date;
  readonly about: Readonly<Record<string, unknown>>;
  /** What the endpoint is told beside that; empty where it wants none, or what it was sealed with is destroyed. */
  readonly personal: Readonly<Record<string, unknown>>;
}

interface Row {
  readonly event_id: string;
  readonly attempts: number;
  readonly type: string;
  readonly at: Date;
  readonly about: Readonly<Record<string, unknown>>;
  readonly conversation_id: string | null;
  readonly customer_id: string | null;
  readonly sealed_for: string | null;
  readonly sealed: Uint8Array | null;
  readonly key_version: number | null;
  readonly key_wrapped: Uint8Array | null;
}

/** Claims deliveries to an endpoint that are due, CLAIM_MAX at most, the oldest events first; those that another process has
 *  claimed are passed over until its claim has expired. */
export async function claimDue(
  store: Store,
  workspaceId: string,
  endpointId: string,
  now: number,
): Promise<readonly Claimed[]> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const endpoint = (await readEndpoints(tx)).find(({ id }) => id === endpointId);
    if (endpoint === undefined) return []; // deleted, and its deliveries with it
    const until = now + LEASE_MS;
    const times = { now: new Date(now), until: new Date(until) };
    const rows = await tx.prepared<Row>(claim, { workspaceId, endpointId, ...times, most: CLAIM_MAX });
    return rows.map((row) => claimedFrom(tx, row, endpoint, until));
  });
}

// Not joined: the first plans would read all deliveries (see turn/open-statement.ts).
const claim = `
  with due as materialized (
    select event_id from webhook_deliveries
    where workspace_id = :workspaceId and endpoint_id = :endpointId and next_at <= :now
    order by next_at limit :most
    for update skip locked
  ),
  mine as (
    update webhook_deliveries set attempts = attempts + 1, next_at = :until, last_at = :now
    where workspace_id = :workspaceId and event_id = any(array(select event_id from due))
      and endpoint_id = :endpointId
    returning event_id, attempts
  )
  select mine.*, event.type, event.at, event.about, event.conversation_id, event.customer_id, event.sealed_for,
    event.sealed, key.workspace_key_version as key_version, key.wrapped as key_wrapped
  from mine
  cross join lateral (
    select seq, type, at, about, conversation_id, customer_id, sealed_for, sealed from webhook_events
    where workspace_id = :workspaceId and id = mine.event_id
    offset 0
  ) as event
  left join lateral (
    select workspace_key_version, wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = event.sealed_for
    offset 0
  ) as key on true
  order by event.seq`;

function claimedFrom(tx: SealedTransaction, row: Row, endpoint: Endpoint, until: number): Claimed {
  const { event_id: eventId, attempts, type, at, about } = row;
  const line = row.customer_id ?? row.conversation_id ?? eventId;
  const personal = endpoint.withValues ? personalOf(tx, row) : {};
  return { eventId, endpoint, attempts, until, line, type, at, about, personal };
}

/** A customer who is gone by now took its key along. */
function personalOf({ workspaceId, keyring }: SealedTransaction, row: Row): Claimed["personal"] {
  const { sealed_for: of, sealed, key_version: version, key_wrapped: wrapped } = row;
  if (of === null || sealed === null || version === null || wrapped === null) return {};
  const key = openDataKey(keyring, of, { key_version: version, key_wrapped: wrapped });
  // What tell.ts wrote: a value that was changed does not open.
  return JSON.parse(unsealColumn(workspaceId, key, "webhook_events.sealed", row.event_id, sealed));
}
