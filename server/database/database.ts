import type { Knex } from "knex";
import type { Session } from "./session.ts";

/** An open database. Rows of workspaces are reached through `inWorkspace` only; `knex` is for migrations. */
export interface Database {
  readonly kind: "pglite" | "postgres";
  readonly knex: Knex;
  /** What `knex` was made with, for the knex command line, which makes its own. */
  readonly config: Knex.Config;
  /** Borrows a connection. `inWorkspace` is what calls it. */
  session(): Promise<Session>;
  /** A connection for migrations, which may take longer than a query of a turn. Call `close` when done. */
  unhurried(): { readonly knex: Knex; close(): Promise<void> };
  /** What inWorkspace has done since the start: round trips (begin and commit included) and repeated transactions. */
  readonly statistics: { trips: number; retries: number };
  /** Waits for the connections in use, then closes; a data folder is free for others afterwards. */
  close(): Promise<void>;
}
