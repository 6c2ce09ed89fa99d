import { aimsOf, isMet } from "./aims.ts";
import type { Counts, Scores, Source } from "./score.ts";

export interface Table {
  readonly title: string;
  readonly rows: readonly (readonly string[])[]; // the first one is the head
}

/** The aims, then what is heard of each kind, source by source. */
export function tablesOf(scores: Scores): readonly Table[] {
  const rows = [...scores.sources, ["all", scores.total]] as const;
  const intents = Object.keys(scores.total.intents).toSorted();
  return [
    aimsTable(scores),
    ...(["name", "email", "phone"] as const).map((field) => ({
      title: field,
      rows: [fieldHead, ...rows.flatMap(([name, source]) => fieldRow(name, source, field))],
    })),
    ...intents.map((intent) => ({
      title: `intent ${intent}`,
      rows: [intentHead, ...rows.flatMap(([name, source]) => intentRow(name, source, intent))],
    })),
  ];
}

function aimsTable(scores: Scores): Table {
  const rows = aimsOf(scores).map((one) => {
    const { what, aim, stretch, reached, atMost } = one;
    const met = !isMet(one, aim)
      ? "not met"
      : stretch !== null && isMet(one, stretch)
        ? "met, and the stretch"
        : "met";
    return [
      what,
      `${atMost ? "≤" : "≥"} ${aim}`,
      stretch === null ? "" : String(stretch),
      decimal(reached),
      met,
    ];
  });
  return { title: "aims", rows: [["what", "aim", "stretch", "reached", ""], ...rows] };
}

const score = ["P", "R", "F1", "right", "wrong", "missed"];
const fieldHead = ["source", "messages", ...score, "messages without", "false alarms per 1000"];
const intentHead = ["source", "messages", ...score, "false alarms per 1000"];

function fieldRow(name: string, source: Source, field: "name" | "email" | "phone"): string[][] {
  const counts = source[field];
  if (counts === undefined || counts.tp + counts.fp + counts.fn + counts.negatives === 0) return [];
  const { negatives, falseAlarmsPer1000 } = counts;
  return [[name, String(source.messages), ...scored(counts), String(negatives), decimal(falseAlarmsPer1000)]];
}

function intentRow(name: string, source: Source, intent: string): string[][] {
  const counts = source.intents[intent];
  if (counts === undefined) return [];
  const { tp, fp, fn, tn } = counts;
  const alarms = fp + tn === 0 ? null : (1_000 * fp) / (fp + tn);
  return [[name, String(tp + fp + fn + tn), ...scored(counts), decimal(alarms)]];
}

function scored({ precision, recall, f1, tp, fp, fn }: Counts): string[] {
  const percent = [precision, recall, f1].map((share) => decimal(share === null ? null : 100 * share));
  return [...percent, String(tp), String(fp), String(fn)];
}

function decimal(value: number | null): string {
  return value === null ? "–" : value.toFixed(1);
}

/** A table as people read it in a terminal and in Markdown alike. */
export function markdown({ title, rows }: Table): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const isText = (column: number) => column === 0 || title === "aims";
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (isText(column) ? (row[column] ?? "").padEnd(width) : (row[column] ?? "").padStart(width))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (isText(column) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [`### ${title[0]?.toUpperCase()}${title.slice(1)}`, "", line(head), rule, ...body.map(line)].join(
    "\n",
  );
}
