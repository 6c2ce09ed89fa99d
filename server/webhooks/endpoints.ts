import { AppError } from "../app-error.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import { faultOfUrl, type OutgoingRules } from "../outgoing/destination.ts";
import { insertDataKey } from "../privacy/data-key-sql.ts";
import { newDataKey } from "../privacy/keyring.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import {
  WEBHOOKS_MAX,
  type NewWebhook,
  type Webhook,
  type WebhookChange,
  type WebhookWithSecret,
} from "./contract.ts";
import { lockEndpoint, readEndpoints, webhookFrom, writeEndpoint, type Endpoint } from "./endpoint-rows.ts";
import { noteListening } from "./listening.ts";
import { newSecret } from "./sign.ts";

const PREVIOUS_SECRET_MS = 24 * 60 * 60 * 1000; // long enough for a receiver to be deployed anew

/** The workspace's endpoints, oldest first. */
export async function listWebhooks(
  store: Store,
  workspaceId: string,
  now: number,
): Promise<{ readonly webhooks: Webhook[] }> {
  const endpoints = await inSealedWorkspace(store, workspaceId, readEndpoints);
  return { webhooks: endpoints.map((endpoint) => webhookFrom(endpoint, now)) };
}

/** Throws `webhook_not_found`. */
export async function getWebhook(
  store: Store,
  workspaceId: string,
  id: string,
  now: number,
): Promise<Webhook> {
  const { webhooks } = await listWebhooks(store, workspaceId, now);
  const found = webhooks.find((webhook) => webhook.id === id);
  if (found === undefined) throw notFound();
  return found;
}

/** Throws `invalid_request` for an address that nothing may be sent to, and `too_many_webhooks`. */
export async function createWebhook(
  store: Store,
  workspaceId: string,
  { url, events, withValues }: NewWebhook,
  rules: OutgoingRules,
  { actor, at: now }: Deed,
): Promise<WebhookWithSecret> {
  refuseUrl(url, rules);
  const work = async (tx: SealedTransaction): Promise<WebhookWithSecret> => {
    if ((await readEndpoints(tx)).length >= WEBHOOKS_MAX) {
      throw new AppError(
        "too_many_webhooks",
        `A workspace has at most ${WEBHOOKS_MAX} webhooks: delete one first.`,
      );
    }
    const id = newRowId();
    const { key, row } = newDataKey(tx.keyring, id);
    const secret = newSecret();
    const at = new Date(now);
    const endpoint: Endpoint = {
      id,
      key,
      url,
      secrets: { current: secret, previous: null },
      events,
      withValues,
      status: "enabled",
      createdAt: at,
      updatedAt: at,
    };
    const wrapped = { keyVersion: row.key_version, keyWrapped: row.key_wrapped };
    tx.later(insertDataKey(":id"), { workspaceId, id, ...wrapped });
    writeEndpoint(tx, endpoint);
    auditChange(tx, id, { change: "created", events, withValues }, { actor, at: now });
    return { ...webhookFrom(endpoint, now), secret };
  };
  const created = await inSealedWorkspace(store, workspaceId, work, { locks: [lockOf(workspaceId)] });
  noteListening(store.database, workspaceId);
  return created;
}

/** Throws `webhook_not_found`, and `invalid_request` for an address that nothing may be sent to. */
export function updateWebhook(
  store: Store,
  workspaceId: string,
  id: string,
  { enabled, ...change }: WebhookChange,
  rules: OutgoingRules,
  { actor, at: now }: Deed,
): Promise<Webhook> {
  if (change.url !== undefined) refuseUrl(change.url, rules);
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const before = await lockEndpoint(tx, id);
    if (before === null) throw notFound();
    const status = enabled === undefined ? before.status : enabled ? "enabled" : "disabled";
    const after: Endpoint = {
      ...before,
      url: change.url ?? before.url,
      events: change.events ?? before.events,
      withValues: change.withValues ?? before.withValues,
      status,
      updatedAt: new Date(now),
    };
    writeEndpoint(tx, after);
    if (status === "disabled") giveUpWaiting(tx, id, "disabled");
    const { events, withValues } = after;
    const details = { change: "updated", url: change.url !== undefined, events, withValues, status };
    auditChange(tx, id, details, { actor, at: now });
    return webhookFrom(after, now);
  });
}

/** Gives it a new secret; the one of before signs too for a day. Throws `webhook_not_found`. */
export function rotateSecret(
  store: Store,
  workspaceId: string,
  id: string,
  { actor, at: now }: Deed,
): Promise<WebhookWithSecret> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const before = await lockEndpoint(tx, id);
    if (before === null) throw notFound();
    const secret = newSecret();
    const previous = { secret: before.secrets.current, until: now + PREVIOUS_SECRET_MS };
    const after = { ...before, secrets: { current: secret, previous }, updatedAt: new Date(now) };
    writeEndpoint(tx, after);
    auditChange(tx, id, { change: "secret_rotated" }, { actor, at: now });
    return { ...webhookFrom(after, now), secret };
  });
}

/** With what waits for it and what was sent. Throws `webhook_not_found`. */
export function deleteWebhook(
  store: Store,
  workspaceId: string,
  id: string,
  { actor, at: now }: Deed,
): Promise<void> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    if ((await lockEndpoint(tx, id)) === null) throw notFound();
    for (const sql of REMOVE) tx.later(sql, { workspaceId, id });
    auditChange(tx, id, { change: "deleted" }, { actor, at: now });
  });
}

const REMOVE = [
  "delete from webhook_subscriptions where workspace_id = :workspaceId and endpoint_id = :id",
  "delete from webhook_deliveries where workspace_id = :workspaceId and endpoint_id = :id",
  "delete from webhook_endpoints where workspace_id = :workspaceId and id = :id",
  "delete from data_keys where workspace_id = :workspaceId and subject_id = :id",
];

/** Nothing more is sent to it until somebody enables it: it answered 410. */
export async function retireEndpoint(tx: SealedTransaction, id: string, now: number): Promise<void> {
  const endpoint = await lockEndpoint(tx, id);
  if (endpoint === null || endpoint.status !== "enabled") return;
  writeEndpoint(tx, { ...endpoint, status: "gone", updatedAt: new Date(now) });
  giveUpWaiting(tx, id, "gone");
  const actor = { kind: "system", id: "webhooks" } as const;
  auditChange(tx, id, { change: "gone" }, { actor, at: now });
}

/** What waits for an endpoint is a dead letter: it can be sent again when the endpoint is there again. */
function giveUpWaiting(tx: SealedTransaction, id: string, outcome: string): void {
  tx.later(
    `update webhook_deliveries set status = 'dead', next_at = null, last_outcome = :outcome
     where workspace_id = :workspaceId and endpoint_id = :id and status = 'waiting'`,
    { workspaceId: tx.workspaceId, id, outcome },
  );
}

export const notFound = () => new AppError("webhook_not_found", "There is no such webhook.");

/** One at a time: else two could both be the last that is allowed. */
const lockOf = (workspaceId: string) => advisoryKey("webhooks", workspaceId);

function refuseUrl(url: string, rules: OutgoingRules): void {
  const detail = faultOfUrl(url, rules);
  if (detail === null) return;
  throw new AppError("invalid_request", `/url ${detail}.`, { faults: [{ pointer: "/url", detail }] });
}

function auditChange(
  tx: SealedTransaction,
  id: string,
  details: Readonly<Record<string, unknown>>,
  { actor, at: now }: Deed,
): void {
  writeEvent(tx, {
    actor,
    action: "webhook.changed",
    subject: { kind: "webhook", id },
    details,
    at: now,
  });
}
