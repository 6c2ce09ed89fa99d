import type { Client, Submittable } from "pg";
import type { Query, Rows } from "./session.ts";
import type { Binding } from "./statement.ts";

/** What a column is called, and how its text becomes a value. */
interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** The part of pg's connection that writes messages of PostgreSQL's extended protocol. */
interface Wire {
  readonly stream: { cork(): void; uncork(): void };
  parse(message: { readonly name: string; readonly text: string }): void;
  bind(message: { readonly statement: string; readonly values: readonly Encoded[] }): void;
  describe(message: { readonly type: "P" }): void;
  close(message: { readonly type: "S"; readonly name: string }): void;
  execute(message: object): void;
  sync(): void;
}

type Encoded = string | Buffer | null;
export type ColumnReader = (type: number) => Column["read"];

// The columns of the statements that a connection's server has parsed and keeps by their name. They do not change: PostgreSQL
// refuses to run a kept statement whose columns would be others.
const prepared = new WeakMap<Client, Map<string, readonly Column[]>>();

/** Runs statements one after the other in a single trip: all are written at once, the answers are awaited once. (pg's own
 *  way is a trip for each, and its pipeline mode a wake-up for each.) PostgreSQL runs them as if they came one by one, each
 *  with a snapshot of its own, but after a failure it skips the rest, which is how a `commit` at the end is not reached. */
export function runInOneTrip(
  client: Client,
  queries: readonly Query[],
  readerOf: ColumnReader,
): Promise<readonly Rows[]> {
  const known = prepared.get(client) ?? new Map<string, readonly Column[]>();
  prepared.set(client, known);
  // Before anything is written: a value that cannot be encoded must not leave half a message behind.
  const values = queries.map((query) => query.values.map(encode));
  return new Promise((resolve, reject) => {
    client.query(tripOf(queries, values, known, readerOf, resolve, reject));
  });
}

/** pg's interface for queries of another kind: it calls these as the answers come in. */
function tripOf(
  queries: readonly Query[],
  values: readonly (readonly Encoded[])[],
  known: Map<string, readonly Column[]>,
  readerOf: ColumnReader,
  resolve: (results: readonly Rows[]) => void,
  reject: (error: unknown) => void,
): Submittable & Record<string, unknown> {
  const results: Rows[] = [];
  let columns: readonly Column[] = known.get(queries[0]?.name ?? "") ?? [];
  let rows: object[] = [];

  const finish = () => {
    const { name = null } = queries[results.length] ?? {};
    if (name !== null) known.set(name, columns);
    results.push(rows);
    rows = [];
    columns = known.get(queries[results.length]?.name ?? "") ?? [];
  };
  return {
    submit(connection: unknown) {
      const wire = connection as Wire; // pg's types leave these methods' second argument required, which it is not
      wire.stream.cork();
      try {
        for (const [index, query] of queries.entries()) write(wire, query, values[index] ?? [], known);
        wire.sync();
      } finally {
        wire.stream.uncork();
      }
    },
    handleRowDescription({ fields }: { fields: readonly { name: string; dataTypeID: number }[] }) {
      columns = fields.map(({ name, dataTypeID }) => ({ name, read: readerOf(dataTypeID) }));
    },
    handleDataRow({ fields }: { fields: readonly (string | null)[] }) {
      rows.push(readRow(columns, fields));
    },
    handleCommandComplete: finish,
    handleEmptyQuery: finish,
    handleReadyForQuery: () => resolve(results),
    handleError(error: Error) {
      const { text, name = null } = queries[results.length] ?? {};
      // The server may have lost it, or its columns may have changed: the next trip has it parsed anew.
      if (name !== null) known.delete(name);
      // The text has no values in it. Not for errors of the connection, which no statement is to blame for.
      if (text !== undefined && "severity" in error) error.message = `${text} - ${error.message}`;
      reject(error);
    },
  };
}

function write(
  wire: Wire,
  { name, text }: Query,
  values: readonly Encoded[],
  known: ReadonlyMap<string, unknown>,
) {
  const statement = name ?? "";
  const isNew = !known.has(statement);
  if (isNew) {
    // A trip that failed may have left the server knowing the name.
    if (name !== null) wire.close({ type: "S", name });
    wire.parse({ name: statement, text });
  }
  wire.bind({ statement, values });
  if (isNew) wire.describe({ type: "P" });
  wire.execute({});
}

function readRow(columns: readonly Column[], fields: readonly (string | null)[]): object {
  const row: Record<string, unknown> = {};
  for (const [index, { name, read }] of columns.entries()) {
    const field = fields[index] ?? null;
    row[name] = field === null ? null : read(field);
  }
  return row;
}

/** A value as PostgreSQL reads it: text, or bytes. */
function encode(value: Binding): Encoded {
  if (value === null || typeof value === "string") return value;
  if (typeof value !== "object") return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return isList(value) ? arrayLiteral(value) : JSON.stringify(value);
}

function isList(value: object): value is readonly Binding[] {
  return Array.isArray(value);
}

function arrayLiteral(items: readonly Binding[]): string {
  const literal = (item: Binding): string => {
    if (item === null) return "null";
    if (typeof item === "object" && isList(item)) return arrayLiteral(item);
    const encoded = encode(item);
    const text = Buffer.isBuffer(encoded) ? `\\x${encoded.toString("hex")}` : String(encoded);
    return `"${text.replaceAll(/[\\"]/gu, "\\$&")}"`;
  };
  return `{${items.map(literal).join(",")}}`;
}
