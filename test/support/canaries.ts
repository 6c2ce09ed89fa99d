import type { Database } from "../../server/database/database.ts";
import { inWorkspace } from "../../server/database/in-workspace.ts";

/** Every table of the schema. */
export async function tablesOf(database: Database): Promise<readonly string[]> {
  const { rows } = await database.knex.raw(
    `select relname::text as name from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace
     and relname not like 'knex\\_%' order by relname`,
  );
  return rows.map(({ name }: { readonly name: string }) => name);
}

/** All rows of a workspace as text, table by table. */
export async function dumpOf(
  database: Database,
  workspaceId: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tables = await tablesOf(database);
  return inWorkspace(database, workspaceId, async (tx) => {
    const dump = new Map<string, readonly string[]>();
    for (const table of tables) {
      const rows = await tx.raw<{ readonly row: string }>(`select cast(t as text) as row from ${table} as t`);
      dump.set(
        table,
        rows.map(({ row }) => row),
      );
    }
    return dump;
  });
}

/** Which of the canaries can be read in some bytes: as they are, in any case, in hexadecimal or in base64. */
export function leaksIn(bytes: Uint8Array | string, canaries: readonly string[]): readonly string[] {
  const text = (typeof bytes === "string" ? bytes : Buffer.from(bytes).toString("latin1")).toLowerCase();
  return canaries.filter((canary) => shapesOf(canary).some((shape) => text.includes(shape)));
}

function shapesOf(canary: string): readonly string[] {
  const utf8 = Buffer.from(canary);
  // Three ways to stand in base64, by where the bytes before it end; without the characters that neighbours share.
  const base64 = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), utf8])
      .toString("base64")
      .slice(shift === 0 ? 0 : 4)
      .replace(/.{0,2}={0,2}$/u, ""),
  );
  return [utf8.toString("latin1"), utf8.toString("hex"), ...base64].map((shape) => shape.toLowerCase());
}
