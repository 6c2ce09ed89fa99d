import type { Knex } from "knex";
import type { Binding } from "./statement.ts";

/** knex would print to the console what it also throws. */
export const silentKnex: Knex.Logger = { warn() {}, error() {}, deprecate() {}, debug() {} };

/** One statement, with the values for its `$1`, `$2` …. With a name, the server keeps its plan under that name on the
 *  connection: the same name is the same text, always. */
export interface Query {
  readonly text: string;
  readonly values: readonly Binding[];
  readonly name: string | null;
}

export type Rows = readonly object[];

/** One connection, borrowed from the pool until it is released. */
export interface Session {
  /** Runs statements one after the other, in one trip, and returns the rows of each. Throws the error of the first that
   *  fails: those behind it were not run. */
  run(queries: readonly Query[]): Promise<readonly Rows[]>;
  /** Gives the connection back; a broken one is closed instead of being lent to the next. Call it once. */
  release(state: "clean" | "broken"): Promise<void>;
}

/** The mark by which knex's pool knows a connection that it must not lend again. */
const DISPOSED = "__knex__disposed";
interface Disposable {
  [DISPOSED]?: string;
}

/** The part of knex's client that lends connections; knex documents it for the authors of dialects. */
interface ConnectionLender<Connection> {
  acquireConnection(): Promise<Connection & Disposable>;
  releaseConnection(connection: Connection): Promise<void>;
}

/** Borrows a connection from knex's pool. `run` is how the database at hand takes several statements. */
export async function openSession<Connection extends object>(
  knex: Knex,
  run: (connection: Connection, queries: readonly Query[]) => Promise<readonly Rows[]>,
): Promise<Session> {
  const lender: ConnectionLender<Connection> = knex.client;
  const connection = await lender.acquireConnection();
  return {
    run: (queries) => run(connection, queries),
    async release(state) {
      if (state === "broken") connection[DISPOSED] = "the transaction could not be ended";
      await lender.releaseConnection(connection);
    },
  };
}
