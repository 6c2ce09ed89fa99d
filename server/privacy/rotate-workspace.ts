import { AppError } from "../app-error.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { KeyKind, KeyProvider } from "./key-provider.ts";
import { rewrapDataKey } from "./keyring.ts";
import type { Keyring, WrappedDataKey } from "./keyring.ts";
import { createKeyrings, KEYRING_CACHE_MS } from "./keyrings.ts";
import type { Store } from "./store.ts";
import { insertKey, loadKeyring, newKeyRow, readWorkspaceKeys } from "./workspace-keys.ts";

const BATCH_ROWS = 500; // locked for some milliseconds: a turn that needs one hardly notices
const TRANSACTION_MS_MAX = 15_000; // a connection's statement timeout: older keyrings are out of use by then

/** How long until every process works with the keys as they are now. */
export const SETTLE_MS = KEYRING_CACHE_MS + TRANSACTION_MS_MAX;

export interface Rotation {
  readonly database: Database;
  readonly provider: KeyProvider;
  readonly workspaceId: string;
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  /** Resolves when every process has loaded its keyrings anew: after SETTLE_MS, or at once where no other process is. */
  readonly settle: () => Promise<void>;
  /** Called with how many rows were moved to the new key so far. */
  readonly onProgress?: (rows: number) => void;
}

export interface Rotated {
  readonly version: number;
  /** The rows that were moved to the new key. */
  readonly rows: number;
}

/** Makes a new workspace key and wraps every data key with it, in batches, while servers run. What the data keys seal stays
 *  as it is. When an earlier rotation was interrupted, this one goes on with it instead. */
export function rotateWorkspaceKey(rotation: Rotation): Promise<Rotated> {
  return replaceKey(rotation, "data", async ({ keyrings }, moved) =>
    rewrapAll(rotation, await keyrings.of(rotation.workspaceId), moved),
  );
}

/** Makes a new version of a key, and has `moveAll` move what is stored to it; `moved` is called with how many rows more.
 *  Announced, then active, then the only one: each step waits until every process has heard of the one before. So nobody
 *  meets what they do not know, and nobody makes anything more with the old key once rows are moved off it. */
export async function replaceKey(
  rotation: Rotation,
  kind: KeyKind,
  moveAll: (store: Store, moved: (rows: number) => void) => Promise<void>,
): Promise<Rotated> {
  const { database, provider, workspaceId, clock, settle, onProgress } = rotation;
  const load = () => loadKeyring(database, provider, workspaceId, clock());
  await load(); // makes the first keys, and refuses a root key that would not open the new one later
  const { version, isActive } = await announced(rotation, kind);
  if (!isActive) {
    await settle();
    await mark(rotation, kind, version, "active");
  }
  await settle();
  let rows = 0;
  // Of its own, and not older than the last step. It hears of it when the other key is replaced meanwhile.
  const keyrings = createKeyrings(database, provider, clock);
  await moveAll({ database, keyrings }, (more) => {
    rows += more;
    onProgress?.(rows);
  });
  await mark(rotation, kind, version, "only");
  return { version, rows };
}

/** The version to move to: that of an unfinished rotation, or a new one. */
async function announced(
  { database, provider, workspaceId, clock }: Rotation,
  kind: KeyKind,
): Promise<{ readonly version: number; readonly isActive: boolean }> {
  const rows = await readWorkspaceKeys(database, workspaceId);
  const [newest, ...older] = rows.filter((row) => row.kind === kind);
  if (newest === undefined) throw new AppError("keys_unavailable", "There is no key to rotate.");
  const isActive = newest.activatedAt !== null;
  if (!isActive || older.some(({ retiredAt }) => retiredAt === null)) {
    return { version: newest.version, isActive };
  }
  const row = await newKeyRow(provider, workspaceId, kind, newest.version + 1);
  await inWorkspace(database, workspaceId, (tx) => insertKey(tx, row, clock(), "announced"));
  return { version: row.version, isActive: false };
}

async function mark(
  { database, workspaceId, clock }: Rotation,
  kind: KeyKind,
  version: number,
  state: "active" | "only",
): Promise<void> {
  const sql =
    state === "active"
      ? `update workspace_keys set activated_at = :now
         where workspace_id = :workspaceId and kind = :kind and version = :version and activated_at is null`
      : `update workspace_keys set retired_at = :now
         where workspace_id = :workspaceId and kind = :kind and version < :version and retired_at is null`;
  const bindings = { workspaceId, kind, version, now: new Date(clock()) };
  await inWorkspace(database, workspaceId, (tx) => tx.raw(sql, bindings));
}

/** Passes over all data keys until one finds nothing to do: an interrupted transaction may leave some behind. */
async function rewrapAll(
  { database }: Rotation,
  keyring: Keyring,
  moved: (rows: number) => void,
): Promise<void> {
  const before = "00000000-0000-0000-0000-000000000000"; // no subject's
  for (let after = before, isDirty = false; ;) {
    const subjects = await rewrapBatch(database, keyring, after);
    if (subjects.length > 0) {
      moved(subjects.length);
      after = subjects.at(-1) ?? after;
      isDirty = true;
    } else if (isDirty) {
      after = before;
      isDirty = false;
    } else return;
  }
}

interface DataKeyRow extends WrappedDataKey {
  readonly subjectId: string;
}

/** Wraps the next data keys behind a subject anew, and returns their subjects, ascending. */
function rewrapBatch(database: Database, keyring: Keyring, after: string): Promise<readonly string[]> {
  const { workspaceId, wrappingKey } = keyring;
  return inWorkspace(database, workspaceId, async (tx) => {
    const rows = await tx.raw<DataKeyRow>(
      `select subject_id as "subjectId", workspace_key_version as key_version, wrapped as key_wrapped
       from data_keys
       where workspace_id = :workspaceId and subject_id > :after and workspace_key_version < :version
       order by subject_id limit :limit for update`,
      { workspaceId, after, version: wrappingKey.version, limit: BATCH_ROWS },
    );
    const wrapped = rows.map((row) =>
      Buffer.from(rewrapDataKey(keyring, row.subjectId, row).key_wrapped).toString("hex"),
    );
    const subjects = rows.map(({ subjectId }) => subjectId);
    await tx.raw(
      `update data_keys set wrapped = decode(anew.wrapped, 'hex'), workspace_key_version = :version
       from unnest(:subjects::uuid[], :wrapped::text[]) as anew (subject_id, wrapped)
       where data_keys.workspace_id = :workspaceId and data_keys.subject_id = anew.subject_id`,
      { workspaceId, version: wrappingKey.version, subjects, wrapped },
    );
    return subjects;
  });
}
