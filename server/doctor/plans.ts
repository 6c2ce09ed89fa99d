import { readInForce, type InForce } from "../actions/in-force.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { keptPacks } from "../rules/kept-packs.ts";
import { listWorkspaceIds } from "../workspaces/workspaces.ts";
import { findingsOf, type Finding } from "./finding.ts";

const NAMED_MAX = 5; // workspaces; of more the number is enough

/** Which workspaces collect nothing, and why: their plan, their action, or a rule pack that is not in force. */
export async function checkPlans(database: Database): Promise<readonly Finding[]> {
  const { ok, advice, problem } = findingsOf("plans");
  const packOf = keptPacks();
  const found: { readonly id: string; readonly inForce: InForce }[] = [];
  for (const id of await listWorkspaceIds(database)) {
    found.push({ id, inForce: await inWorkspace(database, id, (tx) => readInForce(tx, packOf)) });
  }
  const which = (holds: (inForce: InForce) => boolean) =>
    found.filter(({ inForce }) => holds(inForce)).map(({ id }) => id);
  const notEntitled = which(({ collecting }) => collecting === "not_entitled");
  const inactive = which(({ collecting }) => collecting === "action_inactive");
  const findings = [
    ...(notEntitled.length === 0
      ? []
      : [
          advice(
            `The plan of ${named(notEntitled)} does not include Customer Enrichment, or is not paid: nothing is collected there.`,
          ),
        ]),
    ...(inactive.length === 0
      ? []
      : [
          advice(
            `Customer Enrichment is switched off or was never activated in ${named(inactive)}: nothing is collected there.`,
          ),
        ]),
    ...found.flatMap(({ id, inForce }) =>
      inForce.problem === null ? [] : [problem(`Workspace ${id}: ${inForce.problem}`)],
    ),
  ];
  return findings.length > 0 ? findings : [ok("Every workspace collects.")];
}

function named(ids: readonly string[]): string {
  const hidden = ids.length - NAMED_MAX;
  const shown = ids.slice(0, NAMED_MAX).join(", ");
  return `${ids.length === 1 ? "workspace" : "workspaces"} ${shown}${hidden > 0 ? ` and ${hidden} more` : ""}`;
}
