import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Context } from "../../engine/understand/understanding.ts";

/** A message as `enrich understand` passes it on. */
export interface Message {
  readonly text: string;
  readonly context: Context;
}

export interface Sample {
  readonly messages: readonly Message[];
  readonly files: number;
}

const DATA = fileURLToPath(new URL("../../../shared/eval", import.meta.url));
const EVERY = 12; // one message in so many: 3,400 of the 40,000, and at least one of every file
export const SAMPLE_MIN = 3_000;

const Line = z.object({
  text: z.string(),
  context: z.object({
    requested: z.array(z.string()).default([]),
    previous: z.string().nullable().default(null),
    region: z.string().nullish(),
  }),
});

/** The folder of labelled messages: the one given, or EVAL_DIR, or the one beside the project. */
export function dataFolder(given: string | undefined): string {
  return given ?? process.env["EVAL_DIR"] ?? DATA;
}

/** The files of labelled messages in `folder`, in order of name. */
export async function dataFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const found = names.filter((name) => name.endsWith(".jsonl")).toSorted();
  if (found.length > 0) return found.map((name) => join(folder, name));
  throw new Error(
    `there are no messages (*.jsonl) in ${folder}. They are other people's and not part of this project: ` +
      "name their folder as an argument or in EVAL_DIR",
  );
}

/** Every twelfth message of every file: the same ones in every run. */
export async function readSample(folder: string): Promise<Sample> {
  const files = await dataFiles(folder);
  const lists = await Promise.all(files.map(readMessages));
  return { messages: lists.flat(), files: files.length };
}

async function readMessages(file: string): Promise<readonly Message[]> {
  const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line.trim() !== "");
  return lines
    .filter((_, index) => index % EVERY === 0)
    .map((line, index) => {
      const read = Line.safeParse(JSON.parse(line));
      if (!read.success)
        throw new Error(`${basename(file)}, line ${index * EVERY + 1} is no labelled message`);
      const { text, context } = read.data;
      return { text, context: { ...context, region: context.region ?? null } };
    });
}
