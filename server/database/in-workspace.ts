import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../error-code.ts";
import { isUuid } from "../uuid.ts";
import type { Database } from "./database.ts";
import type { Session } from "./session.ts";
import { bindingValues, compileStatement } from "./statement.ts";
import type { Bindings } from "./statement.ts";

const ATTEMPTS_MAX = 5; // a deadlock has one victim at a time; who loses five times has a design problem
const RETRY_DELAY_MS = 20; // doubled with every attempt, and spread by chance so that rivals do not meet again
const RETRIED = new Set(["40P01", "40001"]); // deadlock detected, serialization failure

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
}

/** Runs `work` in a transaction scoped to a workspace: committed when it returns, rolled back when it throws.
 *  With `lock`, transactions of the same lock (see advisoryKey) run one after the other.
 *  After a deadlock or serialization failure `work` runs again from the beginning, a few times: it must have no effect
 *  but its queries. It must query `tx` only: called inside `work`, on the same database, this throws. */
export async function inWorkspace<T>(
  database: Database,
  workspaceId: string,
  work: (tx: WorkspaceTransaction) => Promise<T>,
  options: { readonly lock?: bigint } = {},
): Promise<T> {
  const opening = openingStatements(workspaceId, options.lock);
  refuseNested(database);
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

/** An embedded database has one connection: a transaction within a transaction would wait for itself. On a server it would
 *  take a second connection, and enough of them would wait for one another. */
function refuseNested(database: Database): void {
  for (let around = enclosing.getStore(); around !== undefined; around = around.outer) {
    if (around.open && around.database === database) {
      throw new Error("inWorkspace was called inside the work of another inWorkspace: query its tx instead");
    }
  }
}

/** One trip for all. `set local` and not set_config(): Citus forwards only the former to its workers. */
function openingStatements(workspaceId: string, lock: bigint | undefined): string {
  // The only value that is ever written into SQL: `set local` takes no parameters.
  if (!isUuid(workspaceId)) throw new TypeError("a workspace id is a UUID in lower case");
  const scope = `begin; set local role enrich_app; set local app.workspace_id = '${workspaceId}'`;
  // A lock of its own instead of a row's: a statement that waits for a row goes on with the snapshot from before the wait.
  return lock === undefined ? scope : `${scope}; select pg_advisory_xact_lock('${lock}'::bigint)`;
}

async function transact<T>(
  database: Database,
  workspaceId: string,
  opening: string,
  work: (tx: WorkspaceTransaction) => Promise<T>,
): Promise<T> {
  const session = await database.session();
  const end = async (statement: "commit" | "rollback") => {
    database.statistics.trips += 1;
    await session.simple(statement);
  };
  let state: "clean" | "broken" = "clean";
  try {
    database.statistics.trips += 1;
    await session.simple(opening);
    const scope = openScope(database, session, workspaceId);
    const result = await scope.run(work);
    await end("commit");
    return result;
  } catch (error) {
    await end("rollback").catch(() => {
      state = "broken"; // the connection may still be in the transaction, and with it in the workspace
    });
    throw error;
  } finally {
    await session.release(state);
  }
}

function openScope(database: Database, session: Session, workspaceId: string) {
  const here: Enclosing = { database, outer: enclosing.getStore(), open: true };
  let failure: { readonly error: unknown } | null = null;

  const query = async (sql: string, bindings: Bindings, prepared: boolean) => {
    // The connection is somebody else's by now, perhaps in another workspace.
    if (!here.open) throw new Error("the transaction is over: a query was not awaited");
    const statement = compileStatement(sql);
    const values = bindingValues(statement, bindings);
    database.statistics.trips += 1;
    try {
      return await session.query(statement.text, values, prepared ? statement.id : null);
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  };
  const tx: WorkspaceTransaction = {
    [scoped]: true,
    workspaceId,
    // The one place where rows get their type: the driver does not know it, the statement's author does.
    raw: async <Row extends object>(sql: string, bindings: Bindings = {}) =>
      (await query(sql, bindings, false)) as readonly Row[],
    prepared: async <Row extends object>(sql: string, bindings: Bindings = {}) =>
      (await query(sql, bindings, true)) as readonly Row[],
  };
  return {
    async run<T>(work: (tx: WorkspaceTransaction) => Promise<T>): Promise<T> {
      try {
        const result = await enclosing.run(here, () => work(tx));
        // PostgreSQL answers the commit of a failed transaction with a silent rollback.
        if (failure !== null) throw failure.error;
        return result;
      } finally {
        here.open = false;
      }
    },
  };
}

function isRetried(error: unknown): boolean {
  return RETRIED.has(errorCode(error) ?? "");
}
