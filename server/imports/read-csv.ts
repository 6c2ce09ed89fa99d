import { parse } from "csv-parse/sync";
import type { FieldKey } from "../../engine/understand/understanding.ts";
import { AppError } from "../app-error.ts";
import { undefuse } from "../exports/csv.ts";
import { IMPORT_ROWS_MAX } from "./contract.ts";

/** A line of the file: column → text; empty cells are left out. */
export interface CsvRow {
  readonly line: number;
  readonly cells: ReadonlyMap<string, string>;
}

/** Columns that an export has and an import has no use for: they follow from the conversations. */
const IGNORED = new Set(["id", "unvalidated", "platforms", "first_at", "last_at", "conversation_count"]);

/** The field of a column: name, email, phone, and details.FIELD for the workspace's own, as an export names them. */
export const fieldOf = (column: string): FieldKey => column.replace(/^details\./u, "");

/** Reads a CSV file (RFC 4180, UTF-8, a header line; the apostrophes of an export are taken back). `fields`: the workspace's.
 *  Throws `malformed_csv`, which says where and never what stands there. */
export function readCsv(text: string, fields: readonly FieldKey[]): readonly CsvRow[] {
  const [header, ...lines] = parseLines(text);
  if (header === undefined) throw malformed("the file is empty: a header line is expected");
  const columns = header.record.map((column) => column.trim());
  const strange = columns.filter((column) => !IGNORED.has(column) && !fields.includes(fieldOf(column)));
  if (strange.length > 0) {
    throw malformed(
      `the header has columns that are no fields of this workspace: ${strange.slice(0, 5).join(", ").slice(0, 200)}. ` +
        `Known are ${fields.join(", ")}`,
    );
  }
  if (new Set(columns).size < columns.length) throw malformed("the header names a column twice");
  if (!columns.includes("email"))
    throw malformed("the header has no column email, by which customers are told apart");
  if (lines.length > IMPORT_ROWS_MAX) {
    throw malformed(`it has ${lines.length} rows: at most ${IMPORT_ROWS_MAX} are taken at a time`);
  }
  return lines.map(({ record, line }) => {
    if (record.length !== columns.length) {
      throw malformed(`line ${line} has ${record.length} cells, and the header ${columns.length}`);
    }
    const cells = record.flatMap((cell, index): [string, string][] => {
      const column = columns[index] ?? "";
      return cell.trim() === "" || IGNORED.has(column) ? [] : [[column, undefuse(cell)]];
    });
    return { line, cells: new Map(cells) };
  });
}

interface Line {
  readonly record: readonly string[];
  readonly line: number;
}

function parseLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (record: string[], context) => {
        lines.push({ record, line: context.lines });
        return null;
      },
    });
    return lines;
  } catch (cause) {
    // The parser's message quotes the file.
    throw malformed("it is not RFC 4180: a quote is not closed, or stands in the middle of a cell", cause);
  }
}

function malformed(why: string, cause?: unknown): AppError {
  return new AppError("malformed_csv", `The CSV file cannot be read: ${why}.`, { cause });
}
