import type { Actor } from "../audit/events.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { verifiesErasure } from "./certificate.ts";
import type { Erasure, LedgerLine } from "./contract.ts";
import { erase, insertErasure } from "./erase.ts";
import { everyErasure } from "./queries.ts";
import { keepPublicKey, publicKeysOf } from "./signing-key.ts";

/** Every erasure with the key that verifies it, the first first: to be kept where the backups are not. */
export async function* exportLedger(store: Store, workspaceId: string): AsyncGenerator<LedgerLine> {
  const publicKeys = await publicKeysOf(store, workspaceId);
  for await (const erasure of everyErasure(store.database, workspaceId)) {
    const publicKey = publicKeys.get(erasure.keyId);
    if (publicKey === undefined) throw new Error("an erasure's signing key is missing");
    yield { ...erasure, publicKey };
  }
}

/** Why a line is not applied; null when it is sound. A key that this database knows is believed before the line's own. */
export function faultOf(
  { publicKey, ...line }: LedgerLine,
  workspaceId: string,
  known: ReadonlyMap<string, string>,
): string | null {
  if (line.certificate.workspaceId !== workspaceId) return "belongs to another workspace";
  if (!verifiesErasure(line, known.get(line.keyId) ?? publicKey))
    return "has a signature that does not verify";
  return null;
}

/** Erases again what a ledger's line names and a restored database has, and notes the line itself, where it is missing. Null when
 *  nothing of it is there. */
export async function reapply(
  store: Store,
  workspaceId: string,
  line: LedgerLine,
  actor: Actor,
  now: number,
): Promise<Erasure | null> {
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    await keepPublicKey(tx, line.keyId, line.publicKey, now);
    await insertErasure(tx, line);
  });
  const { subject, keys } = line.certificate;
  const target = {
    customerId: subject.kind === "customer" ? subject.id : null,
    conversationIds: keys.filter(({ kind }) => kind === "conversation").map(({ id }) => id),
  };
  const again = { cause: "reapplied", actor, now } as const;
  let erased = await erase(store, workspaceId, target, { ...again, subject });
  // Who was merged into it by then may stand alone in the backup.
  for (const { id } of keys.filter((key) => key.kind === "customer" && key.id !== subject.id)) {
    const alone = { customerId: id, conversationIds: [] };
    const too = await erase(store, workspaceId, alone, { ...again, subject: { kind: "customer", id } });
    erased ??= too;
  }
  return erased;
}
