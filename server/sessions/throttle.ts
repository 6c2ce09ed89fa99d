import { AppError } from "../app-error.ts";
import { blindIndex } from "../privacy/blind-index.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";

const MINUTE_MS = 60_000;
const EXPIRED_MAX = 20; // gone with each attempt: more than one adds, so they never pile up

/** What is counted, and how often it may be in which time. Whoever tries from one address is stopped soon; an account only
 *  when many addresses try it together, because being stopped is also what somebody may want for another. */
export const LIMITS = {
  account_from_address: { max: 10, ms: 15 * MINUTE_MS },
  address: { max: 50, ms: 15 * MINUTE_MS },
  account: { max: 100, ms: 60 * MINUTE_MS },
  reset_of_account: { max: 5, ms: 60 * MINUTE_MS },
  reset_from_address: { max: 20, ms: 15 * MINUTE_MS },
} as const;

export interface Counted {
  readonly limit: keyof typeof LIMITS;
  readonly value: string;
}

/** What an attempt to sign in counts as. `address`: see limits/address.ts. */
export const signInCounts = (email: string, address: string): readonly Counted[] => [
  { limit: "account_from_address", value: `${email} ${address}` },
  { limit: "address", value: address },
  { limit: "account", value: email },
];

/** Counts an attempt, before it is looked at: so many at once are no way around it. Throws `too_many_attempts`, for an account
 *  that there is as for one that there is not. */
export async function countAttempt(store: Store, counted: readonly Counted[], now: number): Promise<void> {
  const over = await overLimit(store, counted, now);
  if (over === null) return;
  const seconds = Math.max(1, Math.ceil((over.getTime() - now) / 1000));
  const message = `Too many attempts. Try again in ${Math.ceil(seconds / 60)} minutes.`;
  throw new AppError("too_many_attempts", message, { retryAfterSeconds: seconds });
}

interface AttemptRow {
  readonly count: number;
  readonly until: Date;
}

/** Until when one of the limits is exceeded, with this attempt; null when none is. */
export async function overLimit(
  store: Store,
  counted: readonly Counted[],
  now: number,
): Promise<Date | null> {
  const rows = await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => {
    tx.later(
      `delete from attempts where workspace_id = :workspaceId and key = any(array(
         select key from attempts where workspace_id = :workspaceId and until <= :now
         order by until limit :most for update skip locked
       ))`,
      { workspaceId: INSTALLATION_ID, now: new Date(now), most: EXPIRED_MAX },
    );
    const results = await tx.together(
      inOrder(tx, counted).map(({ key, limit }) => ({
        sql: `insert into attempts (workspace_id, key, count, until) values (:workspaceId, :key, 1, :until)
          on conflict (workspace_id, key) do update set
            count = case when attempts.until <= :now then 1 else attempts.count + 1 end,
            until = case when attempts.until <= :now then excluded.until else attempts.until end
          returning count, until`,
        bindings: {
          workspaceId: INSTALLATION_ID,
          key,
          now: new Date(now),
          until: new Date(now + LIMITS[limit].ms),
        },
      })),
    );
    const counts = results.flat() as readonly AttemptRow[];
    return inOrder(tx, counted).map(({ limit }, index) => ({ row: counts[index], max: LIMITS[limit].max }));
  });
  const over = rows.flatMap(({ row, max }) => (row !== undefined && row.count > max ? [row.until] : []));
  return over.toSorted((a, b) => b.getTime() - a.getTime())[0] ?? null;
}

/** Forgets the attempts of somebody who has signed in: nobody was guessing. The address keeps those of others. */
export async function forgetAttempts(tx: SealedTransaction, email: string, address: string): Promise<void> {
  for (const { key, limit } of inOrder(tx, signInCounts(email, address))) {
    await tx.prepared(
      `update attempts set count = case when :isAddress then greatest(count - 1, 0) else 0 end
       where workspace_id = :workspaceId and key = :key`,
      { workspaceId: tx.workspaceId, key, isAddress: limit === "address" },
    );
  }
}

/** By their keys, so that nobody waits in a circle. */
function inOrder(tx: SealedTransaction, counted: readonly Counted[]) {
  return counted
    .map(({ limit, value }) => ({ limit, key: blindIndex(tx.keyring, "attempt", `${limit} ${value}`) }))
    .toSorted((a, b) => Buffer.compare(a.key, b.key));
}
