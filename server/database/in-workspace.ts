import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../error-code.ts";
import { isUuid } from "../uuid.ts";
import type { Database } from "./database.ts";
import type { Query } from "./session.ts";
import { bindingValues, compileStatement } from "./statement.ts";
import type { Bindings, BoundSql } from "./statement.ts";
import { beginTransaction, constant, type Transaction } from "./transaction.ts";

const ATTEMPTS_MAX = 5; // a deadlock has one victim at a time; who loses five times has a design problem
const RETRY_DELAY_MS = 20; // doubled with every attempt, and spread by chance so that rivals do not meet again
const RETRIED = new Set(["40P01", "40001"]); // deadlock detected, serialization failure

/** Thrown in a transaction that has read something before it had the lock, and finds it changed: it runs again from the
 *  beginning, as after a serialization failure, which it is. */
export class Outdated extends Error {
  override readonly name = "Outdated";
  readonly code = "40001";
}

// Not exported: nobody but inWorkspace can make a WorkspaceTransaction, so no query can forget its workspace.
const scoped: unique symbol = Symbol("scoped to a workspace");

/** An open transaction in which exactly one workspace's rows exist: reads see no others, writes of others fail. */
export interface WorkspaceTransaction {
  readonly [scoped]: true;
  readonly workspaceId: string;
  /** Runs one statement with `:name` bindings and returns its rows. `Row` is the caller's word for what it selects. */
  raw<Row extends object>(sql: string, bindings?: Bindings): Promise<readonly Row[]>;
  /** The same for a statement of the hot path: the server parses and plans it once a connection. */
  prepared<Row extends object>(sql: string, bindings?: Bindings): Promise<readonly Row[]>;
  /** Runs prepared statements one after the other, in one trip, and returns the rows of each: every one sees what others have
   *  committed until it began. */
  together(statements: readonly BoundSql[]): Promise<readonly (readonly object[])[]>;
  /** Runs a prepared statement and commits, in one trip: the transaction is over when it returns. */
  last<Row extends object>(sql: string, bindings?: Bindings): Promise<readonly Row[]>;
  /** The same for several, one after the other. */
  lastTogether(statements: readonly BoundSql[]): Promise<readonly (readonly object[])[]>;
  /** Sends a prepared statement whose rows nobody needs, in the same trip as the next one or the commit. If it fails, so does
   *  that, and the transaction with it. */
  later(sql: string, bindings?: Bindings): void;
}

export interface WorkspaceOptions {
  readonly locks?: readonly bigint[];
  /** It tidies up behind others, and leaves nothing to tidy up itself. */
  readonly isUpkeep?: boolean;
}

const touched = new WeakMap<Database, Set<string>>();

/** The workspaces in which this process has begun transactions since it was last asked: those where there may be something to
 *  tidy up. */
export function takeTouched(database: Database): ReadonlySet<string> {
  const taken = touched.get(database) ?? new Set<string>();
  touched.delete(database);
  return taken;
}

function touch(database: Database, workspaceId: string): void {
  const seen = touched.get(database);
  if (seen === undefined) touched.set(database, new Set([workspaceId]));
  else seen.add(workspaceId);
}

/** Runs `work` in a transaction scoped to a workspace: committed when it returns, rolled back when it throws.
 *  It begins with the first query of `work`, in the same trip. With `locks`, transactions of the same lock (see advisoryKey)
 *  run one after the other from there on.
 *  After a deadlock or serialization failure `work` runs again from the beginning, a few times: it must have no effect
 *  but its queries. It must query `tx` only: called inside `work`, on the same database, this throws. */
export async function inWorkspace<T>(
  database: Database,
  workspaceId: string,
  work: (tx: WorkspaceTransaction) => Promise<T>,
  options: WorkspaceOptions = {},
): Promise<T> {
  const opening = openingStatements(workspaceId, options.locks ?? []);
  refuseNested(database);
  if (options.isUpkeep !== true) touch(database, workspaceId);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transact(database, workspaceId, opening, work);
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isRetried(error)) throw error;
      database.statistics.retries += 1;
      await sleep(RETRY_DELAY_MS * 2 ** (attempt - 1) * (0.5 + Math.random()));
    }
  }
}

/** A transaction that the code now running was called from. */
interface Enclosing {
  readonly database: Database;
  readonly outer: Enclosing | undefined;
  /** False once it is over: what it left running may begin another. */
  open: boolean;
}
const enclosing = new AsyncLocalStorage<Enclosing>();

/** A transaction within a transaction would wait for itself on an embedded database, which has one connection, and for the pool
 *  of a server that is busy. */
function refuseNested(database: Database): void {
  for (let around = enclosing.getStore(); around !== undefined; around = around.outer) {
    if (around.open && around.database === database) {
      throw new Error("inWorkspace was called inside the work of another inWorkspace: query its tx instead");
    }
  }
}

/** On the embedded database, where a nested transaction would hang at once. The code is the same for both, so what is tested there
 *  holds on a server, and there the watching is spared: with it Node counts every promise of the process. */
const isWatched = (database: Database) => database.kind === "pglite";

const BEGIN = constant("begin");
const ROLE = constant("set local role enrich_app");

/** `set local` and not set_config(): Citus forwards only the former to its workers. */
function openingStatements(workspaceId: string, locks: readonly bigint[]): readonly Query[] {
  // The only value that is ever written into SQL: `set local` takes no parameters.
  if (!isUuid(workspaceId)) throw new TypeError("a workspace id is a UUID in lower case");
  const scope = { text: `set local app.workspace_id = '${workspaceId}'`, values: [], name: null };
  // Locks of their own instead of a row's: a statement that waits for a row goes on with the snapshot from before the wait.
  return locks.length === 0 ? [BEGIN, ROLE, scope] : [BEGIN, ROLE, scope, locking(locks)];
}

/** Several are taken in the order of their numbers, by everybody: so nobody waits in a circle. */
function locking(locks: readonly bigint[]): Query {
  if (locks.length === 1) {
    return { text: "select pg_advisory_xact_lock($1)", values: locks, name: "lock" };
  }
  return {
    text: `
      select pg_advisory_xact_lock(number)
      from (select number from unnest(cast($1 as bigint[])) as lock (number) order by number offset 0) as lock`,
    values: [locks],
    name: "locks",
  };
}

async function transact<T>(
  database: Database,
  workspaceId: string,
  opening: readonly Query[],
  work: (tx: WorkspaceTransaction) => Promise<T>,
): Promise<T> {
  const session = await database.session();
  let state: "clean" | "broken" = "clean";
  const transaction = beginTransaction(database, session, opening);
  try {
    const result = await openScope(database, transaction, workspaceId, work);
    await transaction.commit();
    return result;
  } catch (error) {
    await transaction.rollback().catch(() => {
      state = "broken"; // the connection may still be in the transaction, and with it in the workspace
    });
    throw error;
  } finally {
    await session.release(state);
  }
}

async function openScope<T>(
  database: Database,
  transaction: Transaction,
  workspaceId: string,
  work: (tx: WorkspaceTransaction) => Promise<T>,
): Promise<T> {
  const here: Enclosing = { database, outer: enclosing.getStore(), open: true };
  const queryOf = (sql: string, bindings: Bindings, isKept: boolean): Query => {
    // The connection is somebody else's by now, perhaps in another workspace.
    if (!here.open) throw new Error("the transaction is over: a query was not awaited");
    const statement = compileStatement(sql);
    return {
      text: statement.text,
      values: bindingValues(statement, bindings),
      name: isKept ? statement.id : null,
    };
  };
  const runLast = (statements: readonly BoundSql[]) => {
    const queries = statements.map(({ sql, bindings }) => queryOf(sql, bindings, true));
    here.open = false;
    return transaction.runLast(...queries);
  };
  const tx: WorkspaceTransaction = {
    [scoped]: true,
    workspaceId,
    // The one place where rows get their type: the driver does not know it, the statement's author does.
    raw: async <Row extends object>(sql: string, bindings: Bindings = {}) =>
      ((await transaction.run(queryOf(sql, bindings, false)))[0] ?? []) as readonly Row[],
    prepared: async <Row extends object>(sql: string, bindings: Bindings = {}) =>
      ((await transaction.run(queryOf(sql, bindings, true)))[0] ?? []) as readonly Row[],
    together: (statements) =>
      transaction.run(...statements.map(({ sql, bindings }) => queryOf(sql, bindings, true))),
    last: async <Row extends object>(sql: string, bindings: Bindings = {}) =>
      ((await runLast([{ sql, bindings }]))[0] ?? []) as readonly Row[],
    lastTogether: (statements) => runLast(statements),
    later: (sql, bindings = {}) => transaction.wait(queryOf(sql, bindings, true)),
  };
  try {
    return await (isWatched(database) ? enclosing.run(here, () => work(tx)) : work(tx));
  } finally {
    here.open = false;
  }
}

function isRetried(error: unknown): boolean {
  return RETRIED.has(errorCode(error) ?? "");
}
