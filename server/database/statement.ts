import { createHash } from "node:crypto";

const STATEMENTS_MAX = 1_000; // the program's statements are a few dozen constants; more means somebody builds SQL

/** What may stand for a `:name`. Objects are JSON, arrays are PostgreSQL arrays. */
export type Binding =
  string | number | bigint | boolean | Date | Uint8Array | null | readonly Binding[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: unknown;
}
export type Bindings = Readonly<Record<string, Binding>>;

/** A statement with the values for its names. */
export interface BoundSql {
  readonly sql: string;
  readonly bindings: Bindings;
}

/** A statement as PostgreSQL takes it: `$1` for the first of `names`, and so on. */
export interface Statement {
  readonly text: string;
  readonly names: readonly string[];
  /** The same for the same text, for servers that keep a prepared plan by name. */
  readonly id: string;
}

// Strings, quoted names, comments and casts are stepped over; what is left with a colon is a binding.
const TOKENS = /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\/\*[^]*?\*\/|::|:([a-z][A-Za-z0-9_]*)/gu;

const compiled = new Map<string, Statement>();

/** Reads `:name` bindings out of SQL. A name used twice is one parameter, and a cast (`::text`) is never a name. */
export function compileStatement(sql: string): Statement {
  const known = compiled.get(sql);
  if (known !== undefined) return known;
  const names: string[] = [];
  const text = sql.replace(TOKENS, (token: string, name: string | undefined) => {
    if (name === undefined) return token;
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  const statement = { text, names, id: createHash("sha256").update(sql).digest("hex").slice(0, 24) };
  if (compiled.size >= STATEMENTS_MAX) compiled.clear();
  compiled.set(sql, statement);
  return statement;
}

/** The values in the statement's order. Throws when a name has no value, or a value no name: both are mistakes. */
export function bindingValues(statement: Statement, bindings: Bindings): readonly Binding[] {
  const values = statement.names.map((name) => {
    const value = Object.hasOwn(bindings, name) ? bindings[name] : undefined;
    if (value === undefined) throw new Error(`the binding :${name} has no value`);
    return value;
  });
  const given = Object.keys(bindings);
  if (given.length !== values.length) {
    const stranger = given.find((name) => !statement.names.includes(name));
    throw new Error(`the statement has no binding :${stranger}`);
  }
  return values;
}
