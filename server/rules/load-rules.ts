import { loadPack, type LoadOptions } from "../../engine/rules/load-pack.ts";
import type { Problem, RulePack } from "../../engine/rules/pack.ts";
import { readRules } from "./read-rules.ts";

export type Loaded = { readonly pack: RulePack } | { readonly problems: readonly Problem[] };

/** Reads and compiles the rule pack in a directory. Never throws: what is wrong with it comes back as problems. */
export async function loadRules(directory: string, options: LoadOptions): Promise<Loaded> {
  const read = await readRules(directory);
  return "problems" in read ? read : loadPack(read.files, options);
}

/** A problem in one line, as compilers print them, so that editors and terminals can jump to it. */
export function problemLine(problem: Problem): string {
  return `${problem.path}:${problem.line}:${problem.column}: ${problem.message}`;
}
