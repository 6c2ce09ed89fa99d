import * as fc from "fast-check";
import type { Database } from "../../../server/database/database.ts";
import type { WorkspaceTransaction } from "../../../server/database/in-workspace.ts";

/** What whoever has the database, and no keys, may do to it; `row`, `other`, `column` and `byte` are taken modulo what there is. */
export interface Edit {
  readonly kind: "change" | "empty" | "remove" | "copy" | "swap";
  readonly table: number;
  readonly row: number;
  readonly other: number;
  readonly column: number;
  readonly byte: number;
}

const index = fc.nat({ max: 10_000 });
export const anyEdit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("change", "change", "change", "empty", "remove", "copy", "swap"),
  table: index,
  row: index,
  other: index,
  column: index,
  byte: index,
});

export const TABLES = [
  "conversations",
  "messages",
  "turns",
  "claims",
  "findings",
  "audit_events",
  "audit_seals",
  "audit_leaves",
];

// What changes later and is not covered: links, what is taken back, what is worked through, and blind indexes, which are made
// anew with the index key. A leaf's id is but its place in the line.
const FREE: Readonly<Record<string, readonly string[]>> = {
  conversations: ["customer_id", "link_trust", "linked_at", "link_seq"],
  messages: ["message_key", "index_version"],
  claims: ["denied"],
  findings: ["status"],
  audit_leaves: ["id"],
};

interface Column {
  readonly name: string;
  readonly type: string;
  readonly isKey: boolean;
  readonly isNullable: boolean;
}
export type Columns = Readonly<Record<string, readonly Column[]>>;

/** Lets everything be written that a superuser can write, and reads which columns there are: a new one is tried at once. */
export async function unlock({ knex }: Database): Promise<Columns> {
  const { rows: constraints } = await knex.raw(
    `select conrelid::regclass::text as "table", conname::text as name from pg_constraint
     where contype in ('f', 'c') and connamespace = current_schema()::regnamespace order by contype desc`,
  );
  for (const { table, name } of constraints) await knex.raw(`alter table ${table} drop constraint ${name}`);
  await knex.raw("alter table claims alter column seq drop identity");
  const { rows } = await knex.raw(
    `select relname::text as "table", attname::text as name, typname::text as type, not attnotnull as "isNullable",
       exists (select from pg_index where indrelid = pg_class.oid and indisprimary and attnum = any(indkey)) as "isKey"
     from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
     join pg_type on pg_type.oid = atttypid
     where relkind = 'r' and relnamespace = current_schema()::regnamespace`,
  );
  return Object.fromEntries(
    TABLES.map((table) => [
      table,
      rows.filter(
        (row: Column & { table: string }) =>
          row.table === table && row.name !== "workspace_id" && !(FREE[table] ?? []).includes(row.name),
      ),
    ]),
  );
}

/** Another value of the column, whatever it holds. */
function otherValue({ name, type }: Column, byte: number): string {
  switch (type) {
    case "bytea":
      return `coalesce(set_byte(${name}, ${byte} % length(${name}), get_byte(${name}, ${byte} % length(${name})) # 1), sha256(''))`;
    case "uuid":
      return "gen_random_uuid()";
    case "timestamptz":
      return `${name} + interval '1 microsecond'`;
    case "bool":
      return `not ${name}`;
    case "json":
      return `cast('{"more":1}' as json)`;
    case "int4":
    case "int8":
      return `coalesce(${name}, 0) + 1000`;
    default:
      return `coalesce(${name}, '') || 'x'`;
  }
}

/** Makes an edit, and returns whether it changed anything. */
export async function make(tx: WorkspaceTransaction, columns: Columns, edit: Edit): Promise<string | null> {
  const table = TABLES[edit.table % TABLES.length] ?? "";
  const all = columns[table] ?? [];
  const places = await tx.raw<{ place: string }>(
    `select cast(ctid as text) as place from ${table} order by ctid`,
  );
  const at = (row: number) => `'${places[row % places.length]?.place}'`;
  const [place, other] = [at(edit.row), at(edit.other)];
  const pick = (among: readonly Column[]) => among[edit.column % Math.max(1, among.length)];
  const run = async (sql: string) => ((await tx.raw(`${sql} returning 1`)).length > 0 ? sql : null);
  if (places.length === 0) return null;
  switch (edit.kind) {
    case "change": {
      const column = pick(all);
      if (column === undefined) return null;
      return run(
        `update ${table} set ${column.name} = ${otherValue(column, edit.byte)} where ctid = ${place}`,
      );
    }
    case "empty": {
      const name = pick(all.filter(({ isNullable }) => isNullable))?.name;
      return name === undefined
        ? null
        : run(`update ${table} set ${name} = null where ctid = ${place} and ${name} is not null`);
    }
    case "remove":
      return run(`delete from ${table} where ctid = ${place}`);
    case "copy": {
      const key = all.filter(({ isKey }) => isKey);
      // A leaf's key says nothing, so the copy of a leaf is another leaf that says the same.
      const fresh =
        table === "audit_leaves"
          ? "'id', gen_random_uuid()"
          : key.map((column) => `'${column.name}', ${otherValue(column, 0)}`).join(", ");
      const free = table === "messages" ? `, 'message_key', null` : "";
      return run(
        `insert into ${table} select copy.* from ${table} as it
         cross join lateral json_populate_record(it, json_build_object(${fresh}${free})) as copy where it.ctid = ${place}`,
      );
    }
    case "swap": {
      const name = pick(all.filter(({ isKey, type }) => !isKey && type !== "json"))?.name;
      // What waits has no order yet.
      if (name === undefined || table === "audit_leaves") return null;
      const of = (where: string) => `(select ${name} from ${table} where ctid = ${where})`;
      return run(
        `update ${table} set ${name} = case when ctid = ${place} then ${of(other)} else ${of(place)} end
         where ctid in (${place}, ${other}) and ${of(place)} is distinct from ${of(other)}`,
      );
    }
  }
}
