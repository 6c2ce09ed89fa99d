import type { Client, Submittable } from "pg";
import { serialize } from "pg-protocol";
import type { Query, Rows } from "./session.ts";
import type { Binding } from "./statement.ts";

/** What a column is called, and how its text becomes a value. */
interface Column {
  readonly name: string;
  readonly read: (text: string) => unknown;
}

/** The part of pg's connection that carries bytes. */
interface Wire {
  readonly stream: { readonly writable: boolean; write(bytes: Buffer): void };
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
      const messages = queries.flatMap((query, index) => messagesOf(query, values[index] ?? [], known));
      // One piece: every piece of its own costs the stream as much as making it.
      if (wire.stream.writable) wire.stream.write(Buffer.concat([...messages, SYNC]));
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

const DESCRIBE = serialize.describe({ type: "P" });
const EXECUTE = serialize.execute();
const SYNC = serialize.sync();

function messagesOf(
  { name, text }: Query,
  values: readonly Encoded[],
  known: ReadonlyMap<string, unknown>,
): readonly Buffer[] {
  const statement = name ?? "";
  const bind = bindOf(statement, values);
  if (known.has(statement)) return [bind, EXECUTE];
  const parse = serialize.parse({ name: statement, text });
  // A trip that failed may have left the server knowing the name.
  const forget = name === null ? [] : [serialize.close({ type: "S", name })];
  return [...forget, parse, bind, DESCRIBE, EXECUTE];
}

// Of statements without values: `begin`, `commit` and their like go with every trip.
const bare = new Map<string, Buffer>();

function bindOf(statement: string, values: readonly Encoded[]): Buffer {
  const kept = values.length === 0 ? bare.get(statement) : undefined;
  if (kept !== undefined) return kept;
  const bind = serialize.bind({ statement, values: [...values] });
  if (values.length === 0) bare.set(statement, bind);
  return bind;
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
