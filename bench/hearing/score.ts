import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";

const ENRICH = fileURLToPath(new URL("../../dist/server/cli/enrich.js", import.meta.url));
const OUTPUT_BYTES_MAX = 100_000_000;

const Counts = z.object({
  /** Right, wrong (found, and not so), and missed. */
  tp: z.number(),
  fp: z.number(),
  fn: z.number(),
  precision: z.number().nullable(),
  recall: z.number().nullable(),
  f1: z.number().nullable(),
});
const Field = Counts.extend({
  /** Messages that are known to hold no such detail, and how many of them had one found in them. */
  negatives: z.number(),
  falseAlarms: z.number(),
  falseAlarmsPer1000: z.number().nullable(),
});
const Intent = Counts.extend({ tn: z.number() });
const Source = z.object({
  messages: z.number(),
  name: Field.optional(),
  email: Field.optional(),
  phone: Field.optional(),
  intents: z.record(z.string(), Intent).default({}),
});
const Scored = z.object({ result: z.record(z.string(), Source) });

export type Counts = z.output<typeof Counts>;
export type Field = z.output<typeof Field>;
export type Source = z.output<typeof Source>;

export interface Scores {
  readonly total: Source;
  /** By the name of the source, in order. */
  readonly sources: readonly (readonly [string, Source])[];
}

/** Scores what `enrich understand` hears in the messages of these files, by the scorer that lies beside them. */
export async function score(files: readonly string[]): Promise<Scores> {
  const scorer = join(dirname(files[0] ?? ""), "score.mjs");
  const command = [process.execPath, ENRICH, "understand"].map((part) => `'${part}'`).join(" ");
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [scorer, ...files, "--json", "--predict", command],
    { maxBuffer: OUTPUT_BYTES_MAX },
  );
  const { TOTAL, ...sources } = Scored.parse(JSON.parse(stdout)).result;
  if (TOTAL === undefined) throw new Error(`${scorer} gave no total`);
  return { total: TOTAL, sources: Object.entries(sources) };
}
