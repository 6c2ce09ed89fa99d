import { loadRules, problemLine } from "../rules/load-rules.ts";
import { findingsOf, type Finding } from "./finding.ts";

const PROBLEMS_SHOWN_MAX = 5;

/** Whether the rule pack loads. */
export async function checkRules(directory: string): Promise<readonly Finding[]> {
  const { ok, problem } = findingsOf("rules");
  const loaded = await loadRules(directory, { tests: "skip" });
  if ("pack" in loaded) return [ok(`The rule pack in ${directory} loads.`)];
  const shown = loaded.problems.slice(0, PROBLEMS_SHOWN_MAX).map((one) => problem(problemLine(one)));
  const hidden = loaded.problems.length - shown.length;
  return hidden === 0 ? shown : [...shown, problem(`And ${hidden} more: run "enrich rules check".`)];
}
