/**
 * What the engine hears in labelled messages that others wrote, against what it is to reach.
 *
 *   npm run bench:hearing [-- --write] [FOLDER]
 *
 * FOLDER (or EVAL_DIR) holds the labelled messages and their scorer, ../shared/eval otherwise. --write also records the
 * tables in docs/hearing.md.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { score } from "./hearing/score.ts";
import { markdown, tablesOf } from "./hearing/tables.ts";
import { dataFiles, dataFolder } from "./understanding/sample.ts";

const DOCUMENT = fileURLToPath(new URL("../docs/hearing.md", import.meta.url));
const BEGIN = "<!-- made by `npm run bench:hearing -- --write`: do not edit from here -->";
const END = "<!-- to here -->";

const { values, positionals } = parseArgs({
  options: { write: { type: "boolean", default: false } },
  allowPositionals: true,
});

async function record(tables: string): Promise<void> {
  const document = await readFile(DOCUMENT, "utf8");
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`${DOCUMENT} has lost the marks between which the tables stand`);
  await writeFile(
    DOCUMENT,
    `${document.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${document.slice(end)}`,
  );
}

const scores = await score(await dataFiles(dataFolder(positionals[0])));
const tables = tablesOf(scores).map(markdown).join("\n\n");
console.log(tables);
if (values.write) await record(tables);
