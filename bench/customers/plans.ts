import type { Database } from "../../server/database/database.ts";
import type { Query } from "../../server/database/session.ts";

const LISTS = /customer_activity|customer_entries/u;

/** The same database; `seen` gets the plan, line by line, of every statement that reads lists: as the program runs it, within
 *  its transaction, under row-level security. */
export function explaining(database: Database, seen: string[]): Database {
  return {
    ...database,
    async session() {
      const session = await database.session();
      return {
        ...session,
        async run(queries: readonly Query[]) {
          const results = await session.run(queries);
          for (const { text, values } of queries.filter((query) => LISTS.test(query.text))) {
            const explain = { text: `explain (costs off) ${text}`, values, name: null };
            const [plan = []] = await session.run([explain]);
            seen.push(...plan.map((row) => String(Object.values(row)[0]).trim()));
          }
          return results;
        },
      };
    },
  };
}

/** The indexes that the plans use, or what they read in another way. */
export function indexUse(plan: readonly string[]): string {
  const indexes = plan.flatMap(
    (line) =>
      /Scan (?:Backward )?using (\S+)/u.exec(line)?.[1] ??
      /Bitmap Index Scan on (\S+)/u.exec(line)?.[1] ??
      [],
  );
  const whole = plan.flatMap((line) => /Seq Scan on (\S+)/u.exec(line)?.[1] ?? []);
  const alone = plan.filter((line) => /^Index Cond: \(workspace_id = [^)]+\)$/u.test(line));
  const short = [...new Set(indexes)].map((name) =>
    name.replace(/^customer_/u, "").replace(/_pkey$/u, " key"),
  );
  return [
    short.toSorted().join(", "),
    ...(whole.length > 0 ? [`READS ALL OF ${whole.join(", ")}`] : []),
    ...(alone.length > 0 ? ["SEARCHES BY THE WORKSPACE ALONE"] : []),
  ].join("; ");
}
