import type { CoveredTable, RowHash } from "./step.ts";

const MARK_HEX = 12; // 48 bits of the row's hash: to tell which row it is, as the link proves that something is

/** How a leaf calls a table. */
const LETTERS = {
  conversations: "v",
  messages: "m",
  turns: "t",
  claims: "c",
  findings: "f",
} as const satisfies Record<CoveredTable, string>;

/** What a leaf tells a row of its step by. */
export const markOf = ({ table, hash }: RowHash): string =>
  LETTERS[table] + hash.toString("hex").slice(0, MARK_HEX);

const TABLES = ["conversations", "messages", "turns", "claims", "findings"] as const;

/** What became of a row that the leaf tells of, or does not tell of. */
export type Difference =
  | { readonly what: "changed" | "put in"; readonly row: RowHash }
  | { readonly what: "removed"; readonly table: CoveredTable };

/** Compares the rows of a step with the marks of its leaf. A row that no mark tells of has taken the place of one of its table that is
 *  not there; of several that have, which of which is not known. */
export function differencesOf(marks: readonly string[], rows: readonly RowHash[]): readonly Difference[] {
  const missing = [...marks];
  const strange = rows.filter((row) => {
    const at = missing.indexOf(markOf(row));
    if (at !== -1) missing.splice(at, 1);
    return at === -1;
  });
  const found = strange.map((row): Difference => {
    const at = missing.findIndex((mark) => mark.startsWith(LETTERS[row.table]));
    if (at === -1) return { what: "put in", row };
    missing.splice(at, 1);
    return { what: "changed", row };
  });
  const removed = missing.flatMap((mark): Difference[] => {
    const table = TABLES.find((one) => mark.startsWith(LETTERS[one]));
    return table === undefined ? [] : [{ what: "removed", table }];
  });
  return [...found, ...removed];
}
