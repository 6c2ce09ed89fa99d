import { timingSafeEqual } from "node:crypto";
import { v7 } from "uuid";
import { Scope, SCOPES } from "../access/permission-contract.ts";
import { AppError } from "../app-error.ts";
import { writeEvent, type Actor } from "../audit/events.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { nameOfKey, newKey, parseKey } from "./api-key-format.ts";
import type { KeyName } from "./api-key-format.ts";
import { KEYS_LISTED_MAX, KEYS_MAX, type KeyList, type KeyView } from "./key-contract.ts";

/** Who a valid key speaks for, and what it may do. */
export interface KeyHolder extends KeyName {
  readonly scopes: readonly Scope[];
  /** Milliseconds since the epoch; from then on it is refused. Null: never. */
  readonly expiresAt: number | null;
}

export interface KeyOptions {
  /** All of them, where it is not stated. */
  readonly scopes?: readonly Scope[];
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number | null;
  /** Who makes it, for the audit; without it, nothing is audited. */
  readonly actor?: Actor;
}

/** Creates an API key. `key` is shown now or never: only its hash is kept. `now`: milliseconds since the epoch.
 *  Throws `too_many_keys`, and `invalid_request` for an expiry that is not ahead. */
export async function createApiKey(
  database: Database,
  workspaceId: string,
  label: string,
  now: number,
  { scopes = SCOPES, expiresAt = null, actor }: KeyOptions = {},
): Promise<{ readonly keyId: string; readonly key: string; readonly view: KeyView }> {
  if (expiresAt !== null && expiresAt <= now) {
    throw new AppError("invalid_request", "/expiresAt must lie ahead.", {
      faults: [{ pointer: "/expiresAt", detail: "must lie ahead" }],
    });
  }
  const keyId = v7({ msecs: now });
  const { key, secretHash } = newKey(workspaceId, keyId);
  const row: KeyRow = {
    id: keyId,
    label,
    scopes: [...scopes],
    created_at: new Date(now),
    expires_at: expiresAt === null ? null : new Date(expiresAt),
    revoked_at: null,
    used_at: null,
  };
  const create: Parameters<typeof inWorkspace<void>>[2] = async (tx) => {
    const live = await tx.prepared(
      `select id from api_keys where workspace_id = :workspaceId and id <= :last and revoked_at is null
         and (expires_at is null or expires_at > :now) limit :most`,
      { workspaceId, last: LAST, now: new Date(now), most: KEYS_MAX },
    );
    if (live.length === KEYS_MAX) {
      throw new AppError("too_many_keys", `A workspace has at most ${KEYS_MAX} API keys: revoke one first.`);
    }
    await tx.prepared(
      `insert into api_keys (workspace_id, id, label, secret_hash, scopes, created_at, expires_at)
       values (:workspaceId, :keyId, :label, :secretHash, cast(:scopes as text[]), :now, :expiresAt)`,
      {
        workspaceId,
        keyId,
        label,
        secretHash,
        scopes: [...scopes],
        now: row.created_at,
        expiresAt: row.expires_at,
      },
    );
    if (actor === undefined) return;
    const details = { label, scopes, expiresAt: row.expires_at?.toISOString() ?? null };
    writeEvent(tx, { actor, action: "key.created", subject: { kind: "key", id: keyId }, details, at: now });
  };
  await inWorkspace(database, workspaceId, create, { locks: [advisoryKey("keys", workspaceId)] });
  return { keyId, key, view: viewOf(workspaceId, row, now) };
}

const FIRST = "00000000-0000-0000-0000-000000000000"; // before every id
const LAST = "ffffffff-ffff-ffff-ffff-ffffffffffff"; // behind every id

interface KeyRow {
  readonly id: string;
  readonly label: string;
  readonly scopes: readonly string[];
  readonly created_at: Date;
  readonly expires_at: Date | null;
  readonly revoked_at: Date | null;
  readonly used_at: Date | null;
}

/** The workspace's keys, those that ended included, the newest first. */
export async function listApiKeys(database: Database, workspaceId: string, now: number): Promise<KeyList> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.prepared<KeyRow>(
      `select id, label, scopes, created_at, expires_at, revoked_at, used_at from api_keys
       where workspace_id = :workspaceId and id <= :last order by id desc limit :most`,
      { workspaceId, last: LAST, most: KEYS_LISTED_MAX },
    ),
  );
  return { keys: rows.map((row) => viewOf(workspaceId, row, now)) };
}

function viewOf(workspaceId: string, row: KeyRow, now: number): KeyView {
  const isExpired = row.expires_at !== null && row.expires_at.getTime() <= now;
  return {
    id: row.id,
    label: row.label,
    name: nameOfKey({ workspaceId, keyId: row.id }),
    scopes: row.scopes.map((scope) => Scope.parse(scope)),
    state: row.revoked_at !== null ? "revoked" : isExpired ? "expired" : "live",
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
    lastUsedAt: row.used_at?.toISOString() ?? null,
  };
}

/** Whom the key speaks for; null when it is malformed, unknown, wrong, expired or revoked. Asks the database every time:
 *  a server asks its key cache (key-cache.ts). */
export async function verifyApiKey(database: Database, key: string, now: number): Promise<KeyHolder | null> {
  const parsed = parseKey(key);
  if (parsed === null) return null;
  const { workspaceId, keyId, secretHash } = parsed;
  const [row] = await inWorkspace(database, workspaceId, (tx) =>
    tx.prepared<{ secret_hash: Uint8Array; scopes: readonly string[]; expires_at: Date | null }>(
      `select secret_hash, scopes, expires_at from api_keys
       where workspace_id = :workspaceId and id = :keyId and revoked_at is null`,
      { workspaceId, keyId },
    ),
  );
  if (row === undefined || !timingSafeEqual(row.secret_hash, secretHash)) return null;
  const expiresAt = row.expires_at?.getTime() ?? null;
  if (expiresAt !== null && expiresAt <= now) return null;
  return { workspaceId, keyId, scopes: row.scopes.map((scope) => Scope.parse(scope)), expiresAt };
}

/** Whether the workspace has a key that works. */
export async function hasLiveApiKey(database: Database, workspaceId: string, now: number): Promise<boolean> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.prepared(
      `select id from api_keys where workspace_id = :workspaceId and id > :first and revoked_at is null
         and (expires_at is null or expires_at > :now) limit 1`,
      { workspaceId, first: FIRST, now: new Date(now) },
    ),
  );
  return rows.length > 0;
}

/** Revokes a key for good. False when the workspace has no such key, or it was revoked before.
 *  Servers forget it within KEY_CACHE_MS. */
export async function revokeApiKey(
  database: Database,
  { workspaceId, keyId }: KeyName,
  now: number,
  actor: Actor,
): Promise<boolean> {
  return inWorkspace(database, workspaceId, async (tx) => {
    const rows = await tx.prepared(
      `update api_keys set revoked_at = :now
       where workspace_id = :workspaceId and id = :keyId and revoked_at is null returning id`,
      { workspaceId, keyId, now: new Date(now) },
    );
    if (rows.length === 0) return false;
    writeEvent(tx, { actor, action: "key.revoked", subject: { kind: "key", id: keyId }, at: now });
    return true;
  });
}
