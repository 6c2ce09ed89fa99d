import { createPublicKey, createSecretKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { AppError } from "../app-error.ts";
import { insertDataKey } from "../privacy/data-key-sql.ts";
import { newDataKey, openDataKey } from "../privacy/keyring.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import type { IdentityKeyRequest, IdentityKeyView, NewIdentityKeyView } from "./contract.ts";

/** Enough to replace one while tokens of the other are about; each is tried for a token without a `kid`. */
export const IDENTITY_KEYS_MAX = 10;
const SECRET_BYTES = 32;

/** A key to check tokens with. */
export interface IdentityKey {
  readonly id: string;
  readonly algorithm: "HS256" | "EdDSA";
  readonly key: KeyObject;
}

/** Adds a key. Throws `too_many_identity_keys`. `now`: milliseconds since the epoch. */
export async function createIdentityKey(
  store: Store,
  workspaceId: string,
  request: IdentityKeyRequest,
  now: number,
): Promise<NewIdentityKeyView> {
  const id = newRowId();
  const secret = request.algorithm === "HS256" ? randomBytes(SECRET_BYTES).toString("base64url") : null;
  const publicKey = request.algorithm === "EdDSA" ? request.publicKey : null;
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    const live = await tx.raw(
      "select id from identity_keys where workspace_id = :workspaceId and revoked_at is null",
      { workspaceId },
    );
    if (live.length >= IDENTITY_KEYS_MAX) {
      throw new AppError(
        "too_many_identity_keys",
        `There are ${IDENTITY_KEYS_MAX} identity keys already: revoke one that is not used any more.`,
      );
    }
    await tx.raw(
      `insert into identity_keys (workspace_id, id, algorithm, label, secret, public_key, created_at)
       values (:workspaceId, :id, :algorithm, :label, :secret, :publicKey, :now)`,
      {
        workspaceId,
        id,
        algorithm: request.algorithm,
        label: request.label,
        secret: secret === null ? null : await sealSecret(tx, id, secret),
        publicKey,
        now: new Date(now),
      },
    );
  });
  const createdAt = new Date(now).toISOString();
  const { algorithm, label } = request;
  return { id, algorithm, label, publicKey, createdAt, revokedAt: null, secret };
}

/** Under a data key of its own. */
async function sealSecret(tx: SealedTransaction, id: string, secret: string): Promise<Buffer> {
  const { key, row } = newDataKey(tx.keyring, id);
  await tx.raw(insertDataKey(":id"), {
    workspaceId: tx.workspaceId,
    id,
    keyVersion: row.key_version,
    keyWrapped: row.key_wrapped,
  });
  return sealColumn(tx.workspaceId, key, "identity_keys.secret", id, secret);
}

interface Row {
  readonly id: string;
  readonly algorithm: "HS256" | "EdDSA";
  readonly label: string;
  readonly public_key: string | null;
  readonly created_at: Date;
  readonly revoked_at: Date | null;
}

/** All of them, the newest first. */
export async function listIdentityKeys(
  store: Store,
  workspaceId: string,
): Promise<readonly IdentityKeyView[]> {
  const rows = await inSealedWorkspace(store, workspaceId, (tx) =>
    tx.raw<Row>(
      `select id, algorithm, label, public_key, created_at, revoked_at from identity_keys
       where workspace_id = :workspaceId order by created_at desc, id desc`,
      { workspaceId },
    ),
  );
  return rows.map((row) => ({
    id: row.id,
    algorithm: row.algorithm,
    label: row.label,
    publicKey: row.public_key,
    createdAt: row.created_at.toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
  }));
}

/** Revokes a key for good; servers forget it within IDENTITY_KEYS_CACHE_MS. Throws `identity_key_not_found`. */
export async function revokeIdentityKey(
  store: Store,
  workspaceId: string,
  id: string,
  now: number,
): Promise<void> {
  const rows = await inSealedWorkspace(store, workspaceId, (tx) =>
    tx.raw(
      `update identity_keys set revoked_at = coalesce(revoked_at, :now)
       where workspace_id = :workspaceId and id = :id returning id`,
      { workspaceId, id, now: new Date(now) },
    ),
  );
  if (rows.length === 0) throw new AppError("identity_key_not_found", "There is no such identity key.");
}

/** The keys that are not revoked, open. */
export async function liveIdentityKeys(store: Store, workspaceId: string): Promise<readonly IdentityKey[]> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const rows = await tx.raw<LiveRow>(
      `select id, algorithm, secret, public_key, workspace_key_version as key_version, wrapped as key_wrapped
       from identity_keys
       left join data_keys on data_keys.workspace_id = :workspaceId and subject_id = id
       where identity_keys.workspace_id = :workspaceId and revoked_at is null`,
      { workspaceId },
    );
    return rows.map((row) => ({ id: row.id, algorithm: row.algorithm, key: keyOf(tx, row) }));
  });
}

interface LiveRow {
  readonly id: string;
  readonly algorithm: "HS256" | "EdDSA";
  readonly secret: Uint8Array | null;
  readonly public_key: string | null;
  readonly key_version: number | null;
  readonly key_wrapped: Uint8Array | null;
}

function keyOf({ workspaceId, keyring }: SealedTransaction, row: LiveRow): KeyObject {
  const { id, secret, public_key: publicKey, key_version: version, key_wrapped: wrapped } = row;
  if (publicKey !== null) return createPublicKey(publicKey);
  if (secret === null || version === null || wrapped === null)
    throw new Error(`the identity key ${id} has lost its data key`);
  const key = openDataKey(keyring, id, { key_version: version, key_wrapped: wrapped });
  return createSecretKey(unsealColumn(workspaceId, key, "identity_keys.secret", id, secret), "utf8");
}
