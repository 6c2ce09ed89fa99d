import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { v7 as uuid } from "uuid";
import { advisoryKey } from "../database/advisory-key.ts";
import { newDataKey, openDataKey } from "../privacy/keyring.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { PublicKeys } from "./contract.ts";
import { insertDataKey } from "../privacy/data-key-sql.ts";

/** What a workspace signs with. */
export interface Signer {
  readonly keyId: string;
  readonly privateKey: KeyObject;
}

interface SigningKeyRow {
  readonly id: string;
  readonly public_key: Uint8Array;
}

interface PrivateKeyRow {
  readonly id: string;
  readonly private_key: Uint8Array;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** The workspace's signing key, made when it has none. It lies in the database, sealed as what customers say is. */
export function signerOf(store: Store, workspaceId: string, now: number): Promise<Signer> {
  return inSealedWorkspace(
    store,
    workspaceId,
    async (tx) => {
      const [row] = await tx.raw<PrivateKeyRow>(
        `select signing.id, signing.private_key, key.workspace_key_version as key_version, key.wrapped as key_wrapped
         from signing_keys as signing
         join data_keys as key on key.workspace_id = signing.workspace_id and key.subject_id = signing.id
         where signing.workspace_id = :workspaceId and signing.private_key is not null
         order by signing.id desc limit 1`,
        { workspaceId },
      );
      return row === undefined ? makeSigner(tx, now) : openSigner(tx, row);
    },
    { locks: [advisoryKey("signing_key", workspaceId)] },
  );
}

function openSigner({ workspaceId, keyring }: SealedTransaction, row: PrivateKeyRow): Signer {
  const key = openDataKey(keyring, row.id, row);
  const pem = unsealColumn(workspaceId, key, "signing_keys.private_key", row.id, row.private_key);
  return { keyId: row.id, privateKey: createPrivateKey(pem) };
}

async function makeSigner(tx: SealedTransaction, now: number): Promise<Signer> {
  const { workspaceId, keyring } = tx;
  const id = uuid();
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { key, row } = newDataKey(keyring, id);
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await tx.raw(
    `with key as (${insertDataKey(":id")}
     )
     insert into signing_keys (workspace_id, id, public_key, private_key, created_at)
     values (:workspaceId, :id, :publicKey, :privateKey, :now)`,
    {
      workspaceId,
      id,
      keyVersion: row.key_version,
      keyWrapped: row.key_wrapped,
      publicKey: publicKey.export({ type: "spki", format: "der" }),
      privateKey: sealColumn(workspaceId, key, "signing_keys.private_key", id, pem),
      now: new Date(now),
    },
  );
  return { keyId: id, privateKey };
}

/** The public keys by id, as PEM, the newest first. */
export async function publicKeysOf(store: Store, workspaceId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await inSealedWorkspace(store, workspaceId, (tx) =>
    tx.raw<SigningKeyRow>(
      "select id, public_key from signing_keys where workspace_id = :workspaceId order by id desc",
      { workspaceId },
    ),
  );
  return new Map(rows.map((row) => [row.id, pemOf(row.public_key)]));
}

/** The same for whoever verifies certificates; the key in use is made when there is none. */
export async function getPublicKeys(store: Store, workspaceId: string, now: number): Promise<PublicKeys> {
  const { keyId } = await signerOf(store, workspaceId, now);
  const keys = [...(await publicKeysOf(store, workspaceId))].map(([id, publicKey]) => ({
    keyId: id,
    algorithm: "Ed25519" as const,
    publicKey,
  }));
  const current = keys.find((key) => key.keyId === keyId);
  if (current === undefined) throw new Error("a signing key that was made a moment ago is gone");
  return { ...current, earlier: keys.filter((key) => key !== current) };
}

function pemOf(der: Uint8Array): string {
  const key = createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  return key.export({ type: "spki", format: "pem" }).toString();
}

/** Keeps a public key that another database signed with, so that its certificates can be verified here. */
export async function keepPublicKey(
  tx: SealedTransaction,
  keyId: string,
  publicKey: string,
  now: number,
): Promise<void> {
  await tx.raw(
    `insert into signing_keys (workspace_id, id, public_key, created_at)
     values (:workspaceId, :keyId, :publicKey, :now)
     on conflict (workspace_id, id) do nothing`,
    {
      workspaceId: tx.workspaceId,
      keyId,
      publicKey: createPublicKey(publicKey).export({ type: "spki", format: "der" }),
      now: new Date(now),
    },
  );
}
