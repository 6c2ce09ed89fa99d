import { timingSafeEqual } from "node:crypto";
import { v7 } from "uuid";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { newKey, parseKey } from "./api-key-format.ts";
import type { KeyName } from "./api-key-format.ts";

/** Who a valid key speaks for. */
export type KeyHolder = KeyName;

/** Creates an API key. `key` is shown now or never: only its hash is kept. `now`: milliseconds since the epoch. */
export async function createApiKey(
  database: Database,
  workspaceId: string,
  label: string,
  now: number,
): Promise<{ readonly keyId: string; readonly key: string }> {
  const keyId = v7({ msecs: now });
  const { key, secretHash } = newKey(workspaceId, keyId);
  await inWorkspace(database, workspaceId, (tx) =>
    tx.raw(
      `insert into api_keys (workspace_id, id, label, secret_hash, created_at)
       values (:workspaceId, :keyId, :label, :secretHash, :now)`,
      { workspaceId, keyId, label, secretHash, now: new Date(now) },
    ),
  );
  return { keyId, key };
}

/** Whom the key speaks for; null when it is malformed, unknown, wrong or revoked. Asks the database every time:
 *  a server asks its key cache (key-cache.ts). */
export async function verifyApiKey(database: Database, key: string): Promise<KeyHolder | null> {
  const parsed = parseKey(key);
  if (parsed === null) return null;
  const { workspaceId, keyId, secretHash } = parsed;
  const [row] = await inWorkspace(database, workspaceId, (tx) =>
    tx.prepared<{ secret_hash: Uint8Array }>(
      `select secret_hash from api_keys
       where workspace_id = :workspaceId and id = :keyId and revoked_at is null`,
      { workspaceId, keyId },
    ),
  );
  if (row === undefined || !timingSafeEqual(row.secret_hash, secretHash)) return null;
  return { workspaceId, keyId };
}

/** Whether the workspace has a key that is not revoked. */
export async function hasLiveApiKey(database: Database, workspaceId: string): Promise<boolean> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw("select id from api_keys where workspace_id = :workspaceId and revoked_at is null limit 1", {
      workspaceId,
    }),
  );
  return rows.length > 0;
}

/** Revokes a key for good. False when the workspace has no such key, or it was revoked before.
 *  Servers forget it within KEY_CACHE_MS. */
export async function revokeApiKey(
  database: Database,
  { workspaceId, keyId }: KeyName,
  now: number,
): Promise<boolean> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw(
      `update api_keys set revoked_at = :now
       where workspace_id = :workspaceId and id = :keyId and revoked_at is null returning id`,
      { workspaceId, keyId, now: new Date(now) },
    ),
  );
  return rows.length === 1;
}
