import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { median } from "./measure.ts";

const RULES = fileURLToPath(new URL("../../rules", import.meta.url));
const dist = (path: string) => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);

// Plain JavaScript for a plain node: a loader of TypeScript would be most of what is measured.
const PROGRAM = `
let [began, worked] = [performance.now(), process.cpuUsage()];
const elapsed = () => {
  const { user, system } = process.cpuUsage(worked);
  const ms = Math.min(performance.now() - began, (user + system) / 1_000); // as in stopwatch.ts
  [began, worked] = [performance.now(), process.cpuUsage()];
  return ms;
};
const { loadPack } = await import(${dist("engine/rules/load-pack.js")});
const { understand } = await import(${dist("engine/understand/understand.js")});
const { readRules } = await import(${dist("server/rules/read-rules.js")});
const imports = elapsed();
const { files: ruleFiles } = await readRules(${JSON.stringify(RULES)});
const files = elapsed();
const { pack: made } = loadPack(ruleFiles, { tests: "skip" });
const pack = elapsed();
understand(made, "Hi, can you email me your price list?", { requested: [], previous: null, region: null });
const message = elapsed();
console.log(JSON.stringify({ imports, files, pack, message }));
`;

/** Milliseconds of a fresh process. */
const Start = z.object({
  /** Loading the modules: the engine's, and the libraries that it uses. */
  imports: z.number(),
  /** Reading the rule files. */
  files: z.number(),
  /** `loadPack`, as a server does it: without the tests. */
  pack: z.number(),
  /** The first message. */
  message: z.number(),
});
export type Start = z.output<typeof Start>;

/** The medians of so many fresh processes. */
export async function coldStart(processes: number): Promise<Start> {
  const starts: Start[] = [];
  for (let nth = 0; nth < processes; nth += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      "--input-type=module",
      "--eval",
      PROGRAM,
    ]);
    starts.push(Start.parse(JSON.parse(stdout)));
  }
  const middle = (key: keyof Start) => median(starts.map((start) => start[key]));
  return {
    imports: middle("imports"),
    files: middle("files"),
    pack: middle("pack"),
    message: middle("message"),
  };
}
