import { openDataKey } from "../privacy/keyring.ts";
import { unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { readEndpoints, type Endpoint } from "./endpoint-rows.ts";

const CLAIM_MAX = 20; // deliveries at a time, of a workspace and process
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
  readonly endpoint_id: string;
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

/** Claims deliveries that are due, CLAIM_MAX at most, the oldest events first; those that another process has claimed are passed
 *  over until its claim has expired. `isListening`: whether the workspace has an endpoint. */
export async function claimDue(
  store: Store,
  workspaceId: string,
  now: number,
): Promise<{ readonly claimed: readonly Claimed[]; readonly isListening: boolean }> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const endpoints = await readEndpoints(tx);
    if (endpoints.length === 0) return { claimed: [], isListening: false };
    const until = now + LEASE_MS;
    const times = { now: new Date(now), until: new Date(until) };
    const rows = await tx.prepared<Row>(claim, { workspaceId, ...times, most: CLAIM_MAX });
    const claimed = rows.flatMap((row): Claimed[] => {
      const endpoint = endpoints.find(({ id }) => id === row.endpoint_id);
      return endpoint === undefined ? [] : [claimedFrom(tx, row, endpoint, until)];
    });
    return { claimed, isListening: true };
  });
}

// Not joined: the first plans would read all deliveries (see turn/open-statement.ts).
const claim = `
  with due as materialized (
    select event_id, endpoint_id from webhook_deliveries
    where workspace_id = :workspaceId and next_at <= :now
    order by next_at limit :most
    for update skip locked
  ),
  mine as (
    update webhook_deliveries set attempts = attempts + 1, next_at = :until, last_at = :now
    where workspace_id = :workspaceId and event_id = any(array(select event_id from due))
      and (event_id, endpoint_id) in (select event_id, endpoint_id from due)
    returning event_id, endpoint_id, attempts
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
  const line = `${endpoint.id} ${row.customer_id ?? row.conversation_id ?? eventId}`;
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
