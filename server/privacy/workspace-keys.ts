import { createSecretKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { AppError } from "../app-error.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import type { KeyKind, KeyProvider } from "./key-provider.ts";
import { KEY_BYTES } from "./keyring.ts";
import type { Keyring } from "./keyring.ts";

/** A row of workspace_keys. A version is announced when it is made, activated when every process knows it, and retired
 *  when nothing is left that an earlier one made. */
export interface WorkspaceKeyRow {
  readonly kind: KeyKind;
  readonly version: number;
  readonly provider: string;
  readonly wrapped: Uint8Array;
  readonly createdAt: Date;
  readonly activatedAt: Date | null;
  readonly retiredAt: Date | null;
}

/** Loads a workspace's keys and opens them with the root key; makes them when the workspace has none. Several processes may
 *  do so at once: they end with the same. Versions that are in `previous` are not opened again.
 *  Throws an AppError (`keys_unavailable`) when the root key is missing, is another one or cannot be reached: whoever starts
 *  a server asks for a keyring first, and does not start. Must not be called within a transaction. */
export async function loadKeyring(
  database: Database,
  provider: KeyProvider,
  workspaceId: string,
  now: number,
  previous: Keyring | null = null,
): Promise<Keyring> {
  let rows = await readWorkspaceKeys(database, workspaceId);
  if (rows.length === 0) {
    await makeFirstKeys(database, provider, workspaceId, now);
    rows = await readWorkspaceKeys(database, workspaceId);
  }
  return openKeyring(provider, workspaceId, rows, previous);
}

/** Every version of a workspace's keys, the newest first. */
export function readWorkspaceKeys(
  database: Database,
  workspaceId: string,
): Promise<readonly WorkspaceKeyRow[]> {
  return inWorkspace(database, workspaceId, (tx) =>
    tx.raw<WorkspaceKeyRow>(
      `select kind, version, provider, wrapped, created_at as "createdAt", activated_at as "activatedAt",
         retired_at as "retiredAt"
       from workspace_keys where workspace_id = :workspaceId order by kind, version desc`,
      { workspaceId },
    ),
  );
}

async function makeFirstKeys(
  database: Database,
  provider: KeyProvider,
  workspaceId: string,
  now: number,
): Promise<void> {
  const made: NewKeyRow[] = [];
  for (const kind of ["data", "index"] as const) made.push(await newKeyRow(provider, workspaceId, kind, 1));
  await inWorkspace(database, workspaceId, async (tx) => {
    for (const row of made) await insertKey(tx, row, now, "active");
  });
}

export type NewKeyRow = Pick<WorkspaceKeyRow, "kind" | "version" | "provider" | "wrapped">;

/** A new key, wrapped. Outside of any transaction: a key service takes its time. */
export async function newKeyRow(
  provider: KeyProvider,
  workspaceId: string,
  kind: KeyKind,
  version: number,
): Promise<NewKeyRow> {
  const wrapped = await provider.wrap(randomBytes(KEY_BYTES), { workspaceId, kind, version });
  return { kind, version, provider: provider.name, wrapped };
}

/** Writes a version unless another process was faster. */
export async function insertKey(
  tx: WorkspaceTransaction,
  { kind, version, provider, wrapped }: NewKeyRow,
  now: number,
  state: "announced" | "active",
): Promise<void> {
  await tx.raw(
    `insert into workspace_keys (workspace_id, kind, version, provider, wrapped, created_at, activated_at)
     values (:workspaceId, :kind, :version, :provider, :wrapped, :now, :activatedAt)
     on conflict (workspace_id, kind, version) do nothing`,
    {
      workspaceId: tx.workspaceId,
      kind,
      version,
      provider,
      wrapped,
      now: new Date(now),
      activatedAt: state === "active" ? new Date(now) : null,
    },
  );
}

async function openKeyring(
  provider: KeyProvider,
  workspaceId: string,
  rows: readonly WorkspaceKeyRow[],
  previous: Keyring | null,
): Promise<Keyring> {
  const opened = await Promise.all(
    rows.map(async (row) => {
      const secret = knownSecret(previous, row) ?? (await openKey(provider, workspaceId, row));
      return { ...row, secret };
    }),
  );
  const data = opened.filter(({ kind }) => kind === "data");
  const index = opened.filter(({ kind, retiredAt }) => kind === "index" && retiredAt === null);
  const wrappingKey = data.find(isActive);
  const writing = index.find(isActive);
  if (wrappingKey === undefined || writing === undefined) {
    throw new AppError(
      "keys_unavailable",
      `Workspace ${workspaceId} has lost some of its keys: restore the table workspace_keys from a backup.`,
    );
  }
  return {
    workspaceId,
    wrappingKey: keyOf(wrappingKey),
    workspaceKeys: new Map(data.map((row) => [row.version, keyOf(row)])),
    indexKeys: [keyOf(writing), ...index.filter((row) => row !== writing).map(keyOf)],
  };
}

const isActive = ({ activatedAt }: WorkspaceKeyRow) => activatedAt !== null;
const keyOf = ({ version, secret }: { readonly version: number; readonly secret: KeyObject }) => ({
  version,
  secret,
});

function knownSecret(previous: Keyring | null, { kind, version }: WorkspaceKeyRow): KeyObject | undefined {
  if (kind === "data") return previous?.workspaceKeys.get(version)?.secret;
  return previous?.indexKeys.find((key) => key.version === version)?.secret;
}

async function openKey(provider: KeyProvider, workspaceId: string, row: WorkspaceKeyRow): Promise<KeyObject> {
  return createSecretKey(await openKeyBytes(provider, workspaceId, row));
}

/** The key itself, from a row that this provider wrapped; another's is refused by name. */
export async function openKeyBytes(
  provider: KeyProvider,
  workspaceId: string,
  { kind, version, provider: wrappedBy, wrapped }: WorkspaceKeyRow,
): Promise<Uint8Array> {
  if (wrappedBy !== provider.name) {
    throw new AppError(
      "keys_unavailable",
      `The keys of this database were wrapped by "${wrappedBy}", and the settings name "${provider.name}" (${provider.place}). ` +
        "Set what they were wrapped with: ROOT_KEY or ROOT_KEY_FILE for root_key, KMS_URL for kms.",
    );
  }
  return provider.unwrap(wrapped, { workspaceId, kind, version });
}
