import type { Bindings, BoundSql } from "../database/statement.ts";
import { indexVersion } from "../privacy/blind-index.ts";
import { openDataKey, type Keyring } from "../privacy/keyring.ts";
import type { DataKey } from "../privacy/seal.ts";
import type { SealedTransaction } from "../privacy/store.ts";

/** A table whose rows hold what the index key makes, and beside it the key's version. */
export interface IndexedTable {
  readonly table: string;
  /** The columns that are made with it. */
  readonly columns: readonly string[];
  /** Locks the next `limit` rows of an earlier version than the keyring's, and makes their columns anew. `after`: the place that the
   *  batch before has returned, null at first. Null when no row is left behind it. */
  readonly move: (tx: SealedTransaction, after: Bindings | null, limit: number) => Promise<Moved | null>;
}

export interface Moved {
  readonly rows: number;
  readonly place: Bindings;
}

/** A row as `select` gives it: whose data key opens it, and that key; nulls where the key is gone. */
export interface SealedRow {
  readonly subject: string | null;
  readonly key_version: number | null;
  readonly key_wrapped: Uint8Array | null;
}

/** How the rows of a table are read and written. */
export interface Reindexing<Row extends SealedRow> {
  readonly table: string;
  readonly columns: readonly string[];
  /** Rows in the order of their primary key, locked. Bound: workspaceId, version, limit, and the place. */
  readonly select: string;
  /** The place before all rows. */
  readonly first: Bindings;
  readonly placeOf: (row: Row) => Bindings;
  /** Primary key and columns as JSON has them, bytes in hexadecimal. `open`: opens what is sealed in the row. */
  readonly anew: (keyring: Keyring, key: DataKey, row: Row) => Readonly<Record<string, unknown>>;
  /** Bound: workspaceId, version, ids and `anew`, an array of what `anew` gives. */
  readonly update: string;
  /** The id by which a row is looked up in `update`. */
  readonly idOf: (row: Row) => string;
  /** What follows from the rows, to be sent behind the update. */
  readonly behind?: (workspaceId: string, ids: readonly string[]) => readonly BoundSql[];
}

/** Makes a table's `move`. A row whose data key is gone stays as it is, because nobody can read what it was made of: it is not
 *  found any more once the old index key is retired. */
export function indexedTable<Row extends SealedRow>(its: Reindexing<Row>): IndexedTable {
  return {
    table: its.table,
    columns: its.columns,
    async move(tx, after, limit) {
      const { workspaceId, keyring } = tx;
      const version = indexVersion(keyring);
      const place = after ?? its.first;
      const rows = await tx.prepared<Row>(its.select, { workspaceId, version, limit, ...place });
      const last = rows.at(-1);
      if (last === undefined) return null;
      const readable = rows.flatMap((row) => {
        const key = keyOf(keyring, row);
        return key === null ? [] : [{ id: its.idOf(row), anew: its.anew(keyring, key, row) }];
      });
      if (readable.length > 0) {
        const ids = readable.map(({ id }) => id);
        const anew = JSON.stringify(readable.map((row) => row.anew));
        tx.later(its.update, { workspaceId, version, ids, anew });
        for (const { sql, bindings } of its.behind?.(workspaceId, ids) ?? []) tx.later(sql, bindings);
      }
      return { rows: readable.length, place: its.placeOf(last) };
    },
  };
}

function keyOf(keyring: Keyring, row: SealedRow): DataKey | null {
  const { subject, key_version: version, key_wrapped: wrapped } = row;
  if (subject === null || version === null || wrapped === null) return null;
  return openDataKey(keyring, subject, { key_version: version, key_wrapped: wrapped });
}

/** SQL that joins the data key of `subject`, an expression; with nulls where it is gone. */
export const withDataKey = (subject: string) => `
  left join lateral (
    select workspace_key_version as key_version, wrapped as key_wrapped from data_keys
    where workspace_id = :workspaceId and subject_id = ${subject}
    offset 0
  ) as key on true`;

export const hex = (bytes: Buffer | null) => bytes?.toString("hex") ?? null;

/** No row's id. */
export const NO_ID = "00000000-0000-0000-0000-000000000000";
