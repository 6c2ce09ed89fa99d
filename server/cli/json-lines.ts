import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { z } from "zod";

/** One line of JSON lines: what it held, or what is wrong with it. `number` counts from 1. */
export type JsonLine<Value> = { readonly number: number } & (
  { readonly value: Value } | { readonly problem: string }
);

/** Reads JSON lines one at a time, each through `schema`. Blank lines are skipped. */
export async function* readJsonLines<Schema extends z.ZodType>(
  input: Readable,
  schema: Schema,
): AsyncGenerator<JsonLine<z.output<Schema>>> {
  let number = 0;
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    number += 1;
    if (line.trim() !== "") yield { number, ...parseLine(number === 1 ? withoutMark(line) : line, schema) };
  }
}

/** Writes a line and waits while the reader is slower than we are. */
export function writeLine(output: Writable, line: string): Promise<void> {
  return write(output, `${line}\n`);
}

/** The same for any text. */
export async function write(output: Writable, text: string): Promise<void> {
  if (!output.write(text)) await once(output, "drain");
}

function parseLine<Schema extends z.ZodType>(
  line: string,
  schema: Schema,
): { readonly value: z.output<Schema> } | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { problem: "is not valid JSON" };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : `${issue.path.map(String).join(".")}: `;
  return { problem: `is not what is expected (${where}${issue?.message ?? "not valid"})` };
}

// Some editors begin a file with a byte order mark.
function withoutMark(line: string): string {
  return line.startsWith("\uFEFF") ? line.slice(1) : line;
}
