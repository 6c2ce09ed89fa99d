import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { BoundSql } from "../database/statement.ts";

const GROUP_MAX = 16; // turns: a transaction of some milliseconds
// One group at a time makes the largest ones: measured with 8 clients, 2.9 turns a group on average, and 22 % less work for both
// processes a turn than one by one; two at a time gained nothing. But one that waits for another process's lock does not
// stop the others for longer than this.
const STALL_MS = 100;
const UNDER_WAY_MAX = 4;

/** What records a turn in one statement. */
export interface Writing {
  /** The person's lock. */
  readonly lock: bigint;
  readonly handleId: string;
  /** Whose dates and count the statement writes. */
  readonly customerId: string | null;
  readonly statement: BoundSql;
}

export interface Groups {
  /** Writes a turn, in a transaction together with others that are ready; resolves when it is committed. False when the
   *  statement found nothing to write, see `record`. */
  write(workspaceId: string, writing: Writing): Promise<boolean>;
}

interface Pending extends Writing {
  readonly resolve: (isWritten: boolean) => void;
  readonly reject: (error: unknown) => void;
}

interface Line {
  readonly waiting: Pending[];
  underWay: number;
}

/** Commits turns of different persons in groups: those that become ready while others are being committed go together in the
 *  next transaction. What each costs beside its own statement (a trip, begin, scope, commit, a flush to disk) is shared. */
export function createGroups(database: Database): Groups {
  const lines = new Map<string, Line>();

  async function run(workspaceId: string, line: Line): Promise<void> {
    line.underWay += 1;
    for (let group = take(line); group.length > 0; group = take(line)) {
      const stalled = setTimeout(() => {
        if (line.waiting.length > 0 && line.underWay < UNDER_WAY_MAX) void run(workspaceId, line);
      }, STALL_MS);
      await writeGroup(database, workspaceId, group);
      clearTimeout(stalled);
    }
    line.underWay -= 1;
    if (line.underWay === 0) lines.delete(workspaceId);
  }
  return {
    write: (workspaceId, writing) =>
      new Promise((resolve, reject) => {
        const line = lines.get(workspaceId) ?? { waiting: [], underWay: 0 };
        lines.set(workspaceId, line);
        line.waiting.push({ ...writing, resolve, reject });
        if (line.underWay === 0) void run(workspaceId, line);
      }),
  };
}

const take = ({ waiting }: Line): readonly Pending[] => waiting.splice(0, GROUP_MAX);

async function writeGroup(database: Database, workspaceId: string, group: readonly Pending[]): Promise<void> {
  try {
    const written = await commit(database, workspaceId, group);
    for (const [index, { resolve }] of group.entries()) resolve(written[index] === true);
  } catch (error) {
    // One statement that fails undoes all: each is tried alone, so that only those who cannot be written hear of it. But when the
    // connection fails, all may have been committed, and nobody's message is to be taken twice.
    if (group.length === 1 || !isUndone(error)) for (const { reject } of group) reject(error);
    else for (const one of group) await writeGroup(database, workspaceId, [one]);
  }
}

/** Whether the database itself says that a statement failed, and so undid the transaction. */
function isUndone(error: unknown): boolean {
  return error instanceof Error && "severity" in error && error.severity === "ERROR";
}

/** First the persons' locks, in the order of theirs; then several handles' rows in the order of their ids, and the customers' dates
 *  in that of theirs, as everybody locks them who takes several. */
async function commit(
  database: Database,
  workspaceId: string,
  group: readonly Pending[],
): Promise<readonly boolean[]> {
  const order = [...group.keys()].toSorted((a, b) => {
    const [left, right] = [group[a]?.customerId ?? "", group[b]?.customerId ?? ""];
    return left < right ? -1 : Number(left > right);
  });
  const turns = order.flatMap((index) => group[index]?.statement ?? []);
  const handleIds = group.map(({ handleId }) => handleId);
  const locking = turns.length > 1 ? [{ sql: lockHandles, bindings: { workspaceId, handleIds } }] : [];
  const statements = [...locking, ...turns];
  const locks = group.map(({ lock }) => lock);
  const results = await inWorkspace(database, workspaceId, (tx) => tx.lastTogether(statements), { locks });
  const rows = results.slice(locking.length);
  const written = new Set(order.filter((_index, place) => (rows[place]?.length ?? 0) > 0));
  return group.map((_turn, index) => written.has(index));
}

const lockHandles = `
  select locked.id
  from (select id from unnest(cast(:handleIds as uuid[])) as id order by id offset 0) as asked
  cross join lateral (
    select id from handles where workspace_id = :workspaceId and id = asked.id for no key update
  ) as locked`;
