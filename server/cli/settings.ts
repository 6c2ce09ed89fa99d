import type { RulePack } from "../../engine/rules/pack.ts";
import { Region } from "../conversations/contract.ts";
import { readEnvironment } from "../environment.ts";
import type { Environment } from "../environment.ts";
import { loadRules, problemLine } from "../rules/load-rules.ts";
import { Refusal, refuseWithList } from "./refusal.ts";

/** The settings, or a Refusal that says which are wrong. */
export function readSettings(): Environment {
  const read = readEnvironment(process.env, process.cwd());
  if ("problems" in read) throw refuseWithList("These settings are not valid:", read.problems);
  return read.environment;
}

/** The rule pack in a directory, or a Refusal that lists what is wrong with it. */
export async function readPack(directory: string, exitCode: 1 | 2 = 2): Promise<RulePack> {
  const loaded = await loadRules(directory);
  if ("problems" in loaded) {
    const lines = loaded.problems.map(problemLine);
    throw refuseWithList(`The rule pack in ${directory} is not valid:`, lines, exitCode);
  }
  return loaded.pack;
}

/** The country that an option names, or null when it was not given. */
export function parseRegion(stated: string | undefined): string | null {
  if (stated === undefined) return null;
  const region = Region.safeParse(stated);
  if (!region.success)
    throw new Refusal([`--region ${region.error.issues[0]?.message ?? "is not a country"}`]);
  return region.data;
}
