import type { Database } from "./database.ts";
import type { Query, Rows, Session } from "./session.ts";

/** A statement that is always the same: the server parses it once a connection. */
export const constant = (text: string): Query => ({ text, values: [], name: text.replaceAll(" ", "_") });
const COMMIT = constant("commit");
const ROLLBACK = constant("rollback");

/** An open transaction: its statements, in as few trips as they allow. */
export interface Transaction {
  /** Runs the statements, and before them, in the same trip, what was waiting. */
  run(...queries: readonly Query[]): Promise<readonly Rows[]>;
  /** The same, with the commit behind them. */
  runLast(...queries: readonly Query[]): Promise<readonly Rows[]>;
  wait(query: Query): void;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Begins a transaction with the first of its statements: `opening` travels in the same trip. */
export function beginTransaction(
  database: Database,
  session: Session,
  opening: readonly Query[],
): Transaction {
  let waiting = [...opening];
  let state: "waiting" | "open" | "over" = "waiting";
  let failure: { readonly error: unknown } | null = null;

  const run = async (...asked: readonly Query[]) => {
    // Nothing more is sent after a failure: the transaction may not even have begun, and its scope with it.
    if (failure !== null) throw failure.error;
    const queries = [...waiting, ...asked];
    const first = waiting.length;
    waiting = [];
    state = "open";
    database.statistics.trips += 1;
    try {
      return (await session.run(queries)).slice(first);
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  };
  return {
    run,
    async runLast(...asked) {
      const results = await run(...asked, COMMIT);
      state = "over";
      return results.slice(0, -1);
    },
    wait: (query) => void waiting.push(query),
    async commit() {
      if (state === "open" || waiting.length > opening.length) await run(COMMIT);
      state = "over";
    },
    async rollback() {
      if (state !== "open") return;
      database.statistics.trips += 1;
      await session.run([ROLLBACK]);
    },
  };
}
