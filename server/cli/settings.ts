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

/** The rule pack in a directory, without its tests, or a Refusal that lists what is wrong with it. */
export function readPack(directory: string): Promise<RulePack> {
  return readOrRefuse(directory, "skip", 2);
}

/** The same with its examples and transcripts, for the commands that judge a pack: a wrong one is their result. */
export function readPackWithTests(directory: string): Promise<RulePack> {
  return readOrRefuse(directory, "read", 1);
}

async function readOrRefuse(directory: string, tests: "read" | "skip", exitCode: 1 | 2): Promise<RulePack> {
  const loaded = await loadRules(directory, { tests });
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
