import { inWorkspace } from "../database/in-workspace.ts";
import { blindIndex } from "../privacy/blind-index.ts";
import type { Store } from "../privacy/store.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";

/** What all processes together have counted of a name. */
export interface SharedCount {
  readonly count: number;
  /** Until the count begins anew. */
  readonly ms: number;
}

export interface SharedCounts {
  /** Adds to the counts of names of a kind, in one statement, and returns their sums. A name's minute begins with the first that is
   *  added. */
  add(kind: string, counts: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, SharedCount>>;
  /** Removes the counts whose time is over. */
  sweep(): Promise<void>;
}

/** The counts that all processes on a database share. They lie in the installation's workspace, because an address belongs to none,
 *  under keyed hashes: a name may hold what a platform calls a person. Time is the database's: the processes' clocks may differ.
 *  Not the library's own store for PostgreSQL, whose statements know neither workspaces nor several names at once. */
export function createSharedCounts({ database, keyrings }: Store, seconds: number): SharedCounts {
  return {
    async add(kind, counts) {
      if (counts.size === 0) return new Map();
      const keyring = await keyrings.of(INSTALLATION_ID);
      const hashed = [...counts].map(([name, count]) => {
        const hash = blindIndex(keyring, "rate", `${kind} ${name}`).toString("hex");
        return { name, count, hash };
      });
      const rows = await inWorkspace(database, INSTALLATION_ID, (tx) =>
        tx.last<SharedCount & { readonly hash: string }>(ADD, {
          workspaceId: INSTALLATION_ID,
          hashes: hashed.map(({ hash }) => hash),
          counts: hashed.map(({ count }) => count),
          seconds,
        }),
      );
      const found = new Map(rows.map(({ hash, count, ms }) => [hash, { count, ms }]));
      return new Map(
        hashed.flatMap(({ name, hash }) => {
          const count = found.get(hash);
          return count === undefined ? [] : [[name, count] as const];
        }),
      );
    },
    async sweep() {
      await inWorkspace(database, INSTALLATION_ID, (tx) =>
        tx.last("delete from rate_counts where workspace_id = :workspaceId and expires_at < now()", {
          workspaceId: INSTALLATION_ID,
        }),
      );
    },
  };
}

// In the order of the hashes, as every process locks them.
const ADD = `
  insert into rate_counts as counted (workspace_id, name_hash, points, expires_at)
  select cast(:workspaceId as uuid), decode(added.hash, 'hex'), added.points,
    now() + cast(:seconds as integer) * interval '1 second'
  from unnest(cast(:hashes as text[]), cast(:counts as integer[])) as added (hash, points)
  order by added.hash
  on conflict (workspace_id, name_hash) do update set
    points = case when counted.expires_at <= now() then 0 else counted.points end + excluded.points,
    expires_at = case when counted.expires_at <= now() then excluded.expires_at else counted.expires_at end
  returning encode(name_hash, 'hex') as hash, points as count,
    cast(extract(epoch from expires_at - now()) * 1000 as double precision) as ms`;
