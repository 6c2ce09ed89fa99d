import type { Knex } from "knex";
import type { Binding } from "./statement.ts";

/** knex would print to the console what it also throws. */
export const silentKnex: Knex.Logger = { warn() {}, error() {}, deprecate() {}, debug() {} };

/** One connection, borrowed from the pool until it is released. */
export interface Session {
  /** Runs any number of statements in one trip, without values and without results. */
  simple(sql: string): Promise<void>;
  /** Runs one statement. With a name, the server keeps its plan under that name on this connection. */
  query(text: string, values: readonly Binding[], name: string | null): Promise<readonly object[]>;
  /** Gives the connection back; a broken one is closed instead of being lent to the next. Call it once. */
  release(state: "clean" | "broken"): Promise<void>;
}

/** The mark by which knex's pool knows a connection that it must not lend again. */
const DISPOSED = "__knex__disposed";
interface Connection {
  [DISPOSED]?: string;
}

/** The part of knex's client that lends connections; knex documents it for the authors of dialects. */
interface ConnectionLender {
  acquireConnection(): Promise<Connection>;
  releaseConnection(connection: Connection): Promise<void>;
  query(connection: Connection, query: object): Promise<{ readonly response: { readonly rows: object[] } }>;
}

/** Borrows a connection from knex's pool. `exec` is for a dialect whose queries take a single statement only. */
export async function openSession(knex: Knex, exec?: (sql: string) => Promise<unknown>): Promise<Session> {
  const lender: ConnectionLender = knex.client;
  const connection = await lender.acquireConnection();
  return {
    async simple(sql) {
      await (exec === undefined ? lender.query(connection, { sql, bindings: [] }) : exec(sql));
    },
    async query(text, values, name) {
      const options = name === null ? {} : { name };
      const { response } = await lender.query(connection, { sql: text, bindings: values, options });
      return response.rows;
    },
    async release(state) {
      if (state === "broken") connection[DISPOSED] = "the transaction could not be ended";
      await lender.releaseConnection(connection);
    },
  };
}
