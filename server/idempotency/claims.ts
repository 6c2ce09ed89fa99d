import type { Caller } from "../access/caller.ts";
import { AppError } from "../app-error.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import { blindIndex, blindIndexes } from "../privacy/blind-index.ts";
import { openDataKey, type WrappedDataKey } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import { sealColumn, unsealColumn } from "../privacy/sealed-columns.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import { CURRENT_DRAWER, currentDrawer, drawerOf } from "./drawers.ts";
import { scopedKey } from "./idempotency-key.ts";

/** So long a key is remembered. */
export const KEPT_MS = 24 * 60 * 60 * 1000;
/** After so long without a sign of life, an attempt is taken to have ended with its process. */
export const LOCK_MS = 60_000;

/** The right to carry a request out, alone. */
export interface Claim {
  readonly id: string;
  readonly keyHash: Uint8Array;
  readonly drawer: { readonly id: string; readonly key: DataKey };
}

interface ClaimRow {
  readonly key_hash: Uint8Array;
  readonly claim_id: string;
  readonly fingerprint: Uint8Array;
  readonly drawer_id: string;
  readonly claimed_at: Date;
  readonly locked_until: Date;
  readonly answered_at: Date | null;
  readonly answer: Uint8Array | null;
}

/** Claims a key for a request, or returns the answer that this request got before. `request`: what makes it this one: operation,
 *  address and body. Throws `idempotency_key_reused`, `idempotency_in_progress` and `answer_not_kept`. */
export async function claim(
  store: Store,
  caller: Caller,
  key: string,
  request: string,
  now: number,
): Promise<Claim | { readonly answer: string }> {
  const { workspaceId } = caller;
  const scoped = scopedKey(caller, key);
  // While the index key is being replaced there are two hashes of a key: one at a time, whichever it is known by.
  const locks = [advisoryKey("idempotency", workspaceId, scoped)];
  const work = async (tx: SealedTransaction) => {
    const hashes = blindIndexes(tx.keyring, "idempotency", scoped);
    const [known = [], drawers = []] = await tx.together([
      { sql: selectKnown, bindings: { workspaceId, hashes } },
      { sql: CURRENT_DRAWER, bindings: currentDrawer(workspaceId, now) },
    ]);
    const before = (known as readonly ClaimRow[]).find(
      ({ claimed_at: claimedAt }) => claimedAt.getTime() > now - KEPT_MS,
    );
    if (before !== undefined) {
      checkSame(tx, before, request);
      if (before.answered_at !== null) return { answer: await readAnswer(tx, before) };
      if (before.locked_until.getTime() > now) throw inProgress();
    }
    const drawer = drawerOf(tx, drawers[0], now);
    const keyHash = before?.key_hash ?? blindIndex(tx.keyring, "idempotency", scoped);
    const id = newRowId();
    await tx.prepared(upsert, {
      workspaceId,
      keyHash,
      id,
      fingerprint: blindIndex(tx.keyring, "idempotency", request),
      drawerId: drawer.id,
      now: new Date(now),
      until: new Date(now + LOCK_MS),
    });
    return { id, keyHash, drawer };
  };
  return inSealedWorkspace(store, workspaceId, work, { locks });
}

const selectKnown = `
  select key_hash, claim_id, fingerprint, drawer_id, claimed_at, locked_until, answered_at, answer
  from idempotency_keys where workspace_id = :workspaceId and key_hash = any(cast(:hashes as bytea[]))
  order by claimed_at desc`;

const upsert = `
  insert into idempotency_keys (
    workspace_id, key_hash, claim_id, fingerprint, drawer_id, claimed_at, locked_until)
  values (:workspaceId, :keyHash, :id, :fingerprint, :drawerId, :now, :until)
  on conflict (workspace_id, key_hash) do update set
    claim_id = excluded.claim_id, fingerprint = excluded.fingerprint, drawer_id = excluded.drawer_id,
    claimed_at = excluded.claimed_at, locked_until = excluded.locked_until, answered_at = null, answer = null`;

function checkSame(tx: SealedTransaction, { fingerprint }: ClaimRow, request: string): void {
  const isSame = blindIndexes(tx.keyring, "idempotency", request).some((mine) => mine.equals(fingerprint));
  if (isSame) return;
  throw new AppError(
    "idempotency_key_reused",
    "This Idempotency-Key was used before, for another request. A new request needs a new key.",
  );
}

const inProgress = () =>
  new AppError(
    "idempotency_in_progress",
    "The request with this Idempotency-Key is being carried out at this moment. Ask again in a second for its answer.",
  );

/** From a drawer that was not destroyed meanwhile. */
async function readAnswer(tx: SealedTransaction, row: ClaimRow): Promise<string> {
  const { workspaceId, keyring } = tx;
  const [wrapped] =
    row.answer === null
      ? []
      : await tx.prepared<WrappedDataKey>(
          `select workspace_key_version as key_version, wrapped as key_wrapped from data_keys
           where workspace_id = :workspaceId and subject_id = :id`,
          { workspaceId, id: row.drawer_id },
        );
  if (row.answer === null || wrapped === undefined) {
    throw new AppError(
      "answer_not_kept",
      "The request with this Idempotency-Key was carried out before, and not again. Its answer is not kept any more: " +
        "it was secret or too large, or somebody's data was erased since.",
    );
  }
  const key = openDataKey(keyring, row.drawer_id, wrapped);
  return unsealColumn(workspaceId, key, "idempotency_keys.answer", row.claim_id, row.answer);
}

/** Stores the answer of a claim; null: it was carried out, and its answer is not to be kept. Neither is it when somebody was erased
 *  while it was being carried out: its drawer is gone then. */
export async function settle(
  store: Store,
  workspaceId: string,
  { id, keyHash, drawer }: Claim,
  answer: string | null,
  now: number,
): Promise<void> {
  const sealed =
    answer === null ? null : sealColumn(workspaceId, drawer.key, "idempotency_keys.answer", id, answer);
  await inSealedWorkspace(store, workspaceId, (tx) =>
    tx.last(
      `with drawer as (
         select subject_id from data_keys where workspace_id = :workspaceId and subject_id = :drawerId
         for key share
       )
       update idempotency_keys set answered_at = :now,
         answer = case when exists (select from drawer) then cast(:sealed as bytea) end
       where workspace_id = :workspaceId and key_hash = :keyHash and claim_id = :id and answered_at is null`,
      { workspaceId, drawerId: drawer.id, keyHash, id, now: new Date(now), sealed },
    ),
  );
}

/** Gives a key back: nothing was done, so it may be used again. */
export async function release(store: Store, workspaceId: string, { id, keyHash }: Claim): Promise<void> {
  await inSealedWorkspace(store, workspaceId, (tx) =>
    tx.last(
      `delete from idempotency_keys
       where workspace_id = :workspaceId and key_hash = :keyHash and claim_id = :id and answered_at is null`,
      { workspaceId, keyHash, id },
    ),
  );
}

/** A sign of life of an attempt that takes long. */
export async function prolong(
  store: Store,
  workspaceId: string,
  { id, keyHash }: Claim,
  now: number,
): Promise<void> {
  await inSealedWorkspace(store, workspaceId, (tx) =>
    tx.last(
      `update idempotency_keys set locked_until = :until
       where workspace_id = :workspaceId and key_hash = :keyHash and claim_id = :id and answered_at is null`,
      { workspaceId, keyHash, id, until: new Date(now + LOCK_MS) },
    ),
  );
}
