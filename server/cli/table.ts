// What customers gave may hold what moves the cursor or turns the line around; what is shown stays in its column.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
// Terminals draw these over two columns.
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\uFF01-\uFF60]/gu;
const COLUMN_WIDTH_MAX = 40;
const GAP = "  ";

export type Row = readonly string[];

/** Columns as wide as their widest cell, up to a limit; the last one as it is. */
export function aligned(rows: readonly Row[]): readonly string[] {
  const cells = rows.map((row) =>
    row.map((cell, index) => (index === row.length - 1 ? printable(cell) : cut(printable(cell)))),
  );
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => widthOf(row[column] ?? ""))),
  );
  return cells.map((row) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + " ".repeat((widths[column] ?? 0) - widthOf(cell)),
      )
      .join(GAP),
  );
}

const printable = (text: string) => text.replaceAll(UNPRINTABLE, "\uFFFD");

function cut(text: string): string {
  const characters = Array.from(text);
  return characters.length <= COLUMN_WIDTH_MAX
    ? text
    : `${characters.slice(0, COLUMN_WIDTH_MAX - 1).join("")}…`;
}

function widthOf(text: string): number {
  return Array.from(text).length + (text.match(WIDE)?.length ?? 0);
}
