import { loadPack } from "../../engine/rules/load-pack.ts";
import type { RuleFile, RulePack } from "../../engine/rules/pack.ts";
import { readRules } from "../../server/rules/read-rules.ts";

/** The files of the pack that the product ships. */
export async function defaultRuleFiles(): Promise<readonly RuleFile[]> {
  const read = await readRules(new URL("../../rules", import.meta.url).pathname);
  if ("problems" in read) throw new Error(JSON.stringify(read.problems));
  return read.files;
}

/** Compiles files that must be a valid pack. */
export function packOf(files: readonly RuleFile[]): RulePack {
  const loaded = loadPack(files);
  if ("problems" in loaded) throw new Error(JSON.stringify(loaded.problems, null, 2));
  return loaded.pack;
}

/** The pack that the product ships. */
export async function defaultPack(): Promise<RulePack> {
  return packOf(await defaultRuleFiles());
}
