import { z } from "zod";
import { joinDataKey } from "../privacy/data-key-sql.ts";
import { openDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { WebhookEventType, WEBHOOKS_MAX, type Webhook } from "./contract.ts";

/** The secrets that an endpoint's messages are signed with. */
export interface Secrets {
  readonly current: string;
  /** The one of before, which signs too until then. Milliseconds since the epoch. */
  readonly previous: { readonly secret: string; readonly until: number } | null;
}

/** An endpoint as it is stored, opened. */
export interface Endpoint {
  readonly id: string;
  readonly key: DataKey;
  readonly url: string;
  readonly secrets: Secrets;
  readonly events: readonly WebhookEventType[];
  readonly withValues: boolean;
  readonly status: Webhook["status"];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  readonly id: string;
  readonly url: Uint8Array;
  readonly secrets: Uint8Array;
  readonly events: readonly string[];
  readonly with_values: boolean;
  readonly status: Webhook["status"];
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

const COLUMNS = "id, url, secrets, events, with_values, status, created_at, updated_at";

/** All of the workspace's, oldest first. */
export async function readEndpoints(tx: SealedTransaction): Promise<readonly Endpoint[]> {
  const rows = await tx.prepared<Row>(
    `select endpoint.*, key.key_version, key.key_wrapped
     from (
       select ${COLUMNS} from webhook_endpoints where workspace_id = :workspaceId order by id limit :most
     ) as endpoint
  ${joinDataKey("endpoint.id")}
     order by endpoint.id`,
    { workspaceId: tx.workspaceId, most: WEBHOOKS_MAX },
  );
  return rows.map((row) => endpointFrom(tx, row));
}

/** One, its row locked until the transaction ends; null when there is none. */
export async function lockEndpoint(tx: SealedTransaction, id: string): Promise<Endpoint | null> {
  const [row] = await tx.prepared<Row>(
    `select endpoint.*, key.key_version, key.key_wrapped
     from (
       select ${COLUMNS} from webhook_endpoints where workspace_id = :workspaceId and id = :id for no key update
     ) as endpoint
  ${joinDataKey("endpoint.id")}`,
    { workspaceId: tx.workspaceId, id },
  );
  return row === undefined ? null : endpointFrom(tx, row);
}

const StoredSecrets = z.object({
  current: z.string(),
  previous: z.object({ secret: z.string(), until: z.number() }).nullable(),
});

function endpointFrom({ workspaceId, keyring }: SealedTransaction, row: Row): Endpoint {
  const { id } = row;
  const key = openDataKey(keyring, id, row);
  const secrets = unsealColumn(workspaceId, key, "webhook_endpoints.secrets", id, row.secrets);
  return {
    id,
    key,
    url: unsealColumn(workspaceId, key, "webhook_endpoints.url", id, row.url),
    secrets: StoredSecrets.parse(JSON.parse(secrets)),
    events: z.array(WebhookEventType).parse(row.events),
    withValues: row.with_values,
    status: row.status,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

/** Writes an endpoint, new or changed, and what it is to be told of. The row of a new one's data key is the caller's. */
export function writeEndpoint(tx: SealedTransaction, endpoint: Endpoint): void {
  const { workspaceId } = tx;
  const { id, key, url, secrets, events, withValues, status } = endpoint;
  tx.later(upsert, {
    workspaceId,
    id,
    url: sealColumn(workspaceId, key, "webhook_endpoints.url", id, url),
    secrets: sealColumn(workspaceId, key, "webhook_endpoints.secrets", id, JSON.stringify(secrets)),
    events,
    withValues,
    status,
    createdAt: endpoint.createdAt,
    updatedAt: endpoint.updatedAt,
  });
  tx.later(unsubscribe, { workspaceId, id });
  if (status === "enabled") tx.later(subscribe, { workspaceId, id, events, withValues });
}

const upsert = `
  insert into webhook_endpoints (
    workspace_id, id, url, secrets, events, with_values, status, created_at, updated_at)
  values (:workspaceId, :id, :url, :secrets, :events, :withValues, :status, :createdAt, :updatedAt)
  on conflict (workspace_id, id) do update set
    url = excluded.url, secrets = excluded.secrets, events = excluded.events, with_values = excluded.with_values,
    status = excluded.status, updated_at = excluded.updated_at`;

const unsubscribe =
  "delete from webhook_subscriptions where workspace_id = :workspaceId and endpoint_id = :id";

const subscribe = `
  insert into webhook_subscriptions (workspace_id, event, endpoint_id, with_values)
  select :workspaceId, event, :id, :withValues from unnest(cast(:events as text[])) as event`;

/** As it is shown: without its secrets. */
export function webhookFrom(endpoint: Endpoint, now: number): Webhook {
  const { id, url, withValues, status } = endpoint;
  const until = endpoint.secrets.previous?.until ?? 0;
  return {
    id,
    url,
    events: [...endpoint.events],
    withValues,
    status,
    createdAt: endpoint.createdAt.toISOString(),
    updatedAt: endpoint.updatedAt.toISOString(),
    previousSecretUntil: until > now ? new Date(until).toISOString() : null,
  };
}

/** The secrets that sign now. */
export function signingSecrets({ current, previous }: Secrets, now: number): readonly string[] {
  return previous !== null && previous.until > now ? [current, previous.secret] : [current];
}
