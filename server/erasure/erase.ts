import { v7 as uuid } from "uuid";
import { AppError } from "../app-error.ts";
import { writeEvent, type Actor } from "../audit/events.ts";
import { leaveErased } from "../audit/leaves.ts";
import { retag } from "../customers/family-tags.ts";
import { missingCustomer } from "../customers/missing-customer.ts";
import { writeProfile } from "../customers/profile.ts";
import { destroyAnswers } from "../idempotency/drawers.ts";
import { fingerprintOf, openDataKey, type WrappedDataKey } from "../privacy/keyring.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { customerErased } from "../webhooks/customer-events.ts";
import { tell } from "../webhooks/tell.ts";
import { readBereft } from "./bereft.ts";
import { canonicalJson, signCertificate } from "./certificate.ts";
import type { Certificate, Erasure, ErasureCause } from "./contract.ts";
import { destroy } from "./destroy.ts";
import { both, isLocked, lockScope, readScope, type Scope, type Target } from "./scope.ts";
import { signerOf, type Signer } from "./signing-key.ts";

const ATTEMPTS_MAX = 10; // each is lost only to one more handle that came to the customer in that instant

/** Why, by whom and when; `now` in milliseconds since the epoch. */
export interface Occasion {
  readonly subject: Certificate["subject"];
  readonly cause: ErasureCause;
  readonly actor: Actor;
  readonly now: number;
  /** Only when nothing was said since then: whoever came back meanwhile is left alone. */
  readonly silentSince?: number;
}

/** Destroys what stands of a target, with its data keys, and returns the signed certificate, which the ledger keeps; null when
 *  nothing is there, or when it was not silent. All of it in one transaction, in which no message of the person is taken:
 *  the next one starts afresh. Who was merged into a customer is erased with it. Throws `customer_busy`, and `customer_merged`
 *  for one who was merged into another one itself. */
export async function erase(
  store: Store,
  workspaceId: string,
  target: Target,
  occasion: Occasion,
): Promise<Erasure | null> {
  const signer = await signerOf(store, workspaceId, occasion.now);
  // Which locks to take stands in sealed columns, and they are to be taken before anything else: so it is read twice.
  let seen = await inSealedWorkspace(store, workspaceId, (tx) => readScope(tx, target));
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    if (!isThere(seen)) return null;
    const result = await inSealedWorkspace(store, workspaceId, async (tx) => {
      const scope = await lockScope(tx, target, seen);
      if (!isLocked(scope, seen)) return { moved: scope };
      if (!isThere(scope) || !isSilent(scope, occasion)) return { erased: null };
      if (target.customerId !== null && scope.mergedInto !== null) {
        if (occasion.cause === "retention") return { erased: null };
        // A backup may be of a time when the customer was merged: then it goes without the one into whom it was.
        if (occasion.cause === "request") throw await missingCustomer(tx, target.customerId);
      }
      return { erased: await eraseLocked(tx, target.customerId, scope, occasion, signer) };
    });
    if ("erased" in result) return result.erased;
    seen = both(seen, result.moved);
  }
  throw new AppError(
    "customer_busy",
    "The customer's conversations move too fast to be locked. Try again in a moment.",
  );
}

const isThere = ({ hasCustomer, conversations }: Scope) => hasCustomer || conversations.length > 0;

function isSilent({ conversations }: Scope, { subject, silentSince }: Occasion): boolean {
  if (silentSince === undefined) return true;
  // A conversation that was linked meanwhile is its customer's, who has a time of its own.
  const isOwn = subject.kind === "customer" || conversations.every(({ customerId }) => customerId === null);
  return isOwn && conversations.every(({ lastAt }) => lastAt < silentSince);
}

async function eraseLocked(
  tx: SealedTransaction,
  customerId: string | null,
  { conversations, others, absorbed }: Scope,
  { subject, cause, actor, now }: Occasion,
  signer: Signer,
): Promise<Erasure> {
  const ids = new Set(conversations.map(({ id }) => id));
  const handleIds = [...new Set(conversations.map(({ handleId }) => handleId))];
  const customerIds = customerId === null ? [] : [customerId, ...absorbed];
  const keys = await keysOf(tx, customerIds, [...ids]);
  const bereft = await readBereft(tx, others, customerId);
  leaveErased(tx, [...ids]);
  const destroyed = await destroy(tx, { customerIds, conversationIds: [...ids], handleIds });
  for (const id of customerIds) {
    const { sql, bindings } = tell(tx.workspaceId, customerErased(id, cause, now));
    tx.later(sql, bindings);
  }
  for (const { told, stored, merged } of bereft) {
    const talks = told.talks.filter(({ id }) => !ids.has(id));
    const profile = writeProfile(tx, { ...told, talks }, stored, now, merged);
    const tags = stored.profile.merged === undefined ? [] : retag(tx.workspaceId, [told.id]);
    for (const { sql, bindings } of [...profile, ...tags]) tx.later(sql, bindings);
  }
  const certificate: Certificate = {
    version: 1,
    id: uuid(),
    workspaceId: tx.workspaceId,
    subject,
    cause,
    at: new Date(now).toISOString(),
    by: { kind: actor.kind, id: actor.id },
    destroyed: { ...destroyed },
    keys: [...keys],
  };
  const erasure = signCertificate(signer, certificate);
  await insertErasure(tx, erasure);
  const details = { erasure: certificate.id, cause, conversations: ids.size };
  writeEvent(tx, { actor, action: `${subject.kind}.erased`, subject, details, at: now });
  await destroyAnswers(tx);
  return erasure;
}

interface DataKeyRow extends WrappedDataKey {
  readonly id: string;
}

async function keysOf(
  tx: SealedTransaction,
  customerIds: readonly string[],
  conversationIds: readonly string[],
): Promise<Certificate["keys"]> {
  const { workspaceId, keyring } = tx;
  const ids = [...customerIds, ...conversationIds];
  const rows = await tx.prepared<DataKeyRow>(
    `select subject_id as id, workspace_key_version as key_version, wrapped as key_wrapped from data_keys
     where workspace_id = :workspaceId and subject_id = any(cast(:ids as uuid[]))`,
    { workspaceId, ids },
  );
  const fingerprints = new Map(
    rows.map((row) => [row.id, fingerprint(() => fingerprintOf(openDataKey(keyring, row.id, row)))]),
  );
  return ids.map((id) => ({
    kind: customerIds.includes(id) ? "customer" : "conversation",
    id,
    fingerprint: fingerprints.get(id) ?? null,
  }));
}

/** A key that was damaged is destroyed all the same. */
function fingerprint(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof AppError && error.code === "sealed_value_unreadable") return null;
    throw error;
  }
}

/** Writes an erasure into the ledger, unless it is there. */
export async function insertErasure(
  tx: SealedTransaction,
  { certificate, signature, keyId }: Erasure,
): Promise<void> {
  await tx.raw(
    `insert into erasures (workspace_id, id, at, subject_kind, subject_id, certificate, signature, signing_key_id)
     values (:workspaceId, :id, :at, :kind, :subjectId, :certificate, :signature, :keyId)
     on conflict (workspace_id, id) do nothing`,
    {
      workspaceId: tx.workspaceId,
      id: certificate.id,
      at: new Date(certificate.at),
      kind: certificate.subject.kind,
      subjectId: certificate.subject.id,
      certificate: canonicalJson(certificate),
      signature: Buffer.from(signature, "base64"),
      keyId,
    },
  );
}
