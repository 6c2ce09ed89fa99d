import { GREETING } from "../../engine/rules/configure.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { AppError, type Fault } from "../app-error.ts";
import type { KeptPack } from "../rules/kept-packs.ts";
import type { Configuration } from "./contract.ts";

/** Throws `invalid_request`, with a pointer to each setting that the rules do not allow. `keptPack` finds a pack that was in force
 *  in the workspace before. */
export async function checkConfiguration(
  wanted: Configuration,
  current: RulePack,
  keptPack: (hash: string) => Promise<KeptPack>,
): Promise<void> {
  const named = wanted.rulePack === "current" ? { pack: current } : await keptPack(wanted.rulePack);
  const faults =
    "pack" in named
      ? faultsIn(wanted, named.pack)
      : [{ pointer: "/rulePack", detail: notInForce(named.problem) }];
  const [first] = faults;
  if (first === undefined) return;
  throw new AppError("invalid_request", `${first.pointer} ${first.detail}.`, { faults });
}

const notInForce = (problem: string) =>
  `must be "current" or the hash of a pack that was in force in this workspace: ${problem}`;

function faultsIn({ fields, greetingAsks, languages }: Configuration, pack: RulePack): readonly Fault[] {
  const known = pack.fields.map(({ field }) => field);
  const collected = fields === null ? known : fields.map(({ field }) => field);
  const faults: Fault[] = [];
  for (const [index, { field }] of (fields ?? []).entries()) {
    if (!known.includes(field)) {
      faults.push({
        pointer: `/fields/${index}/field`,
        detail: `must be one of the rules' fields: ${known.join(", ")}`,
      });
    }
  }
  if (greetingAsks !== null && !collected.includes(greetingAsks)) {
    faults.push({
      pointer: "/greetingAsks",
      detail: `must be a field that is collected: ${collected.join(", ")}`,
    });
  }
  if (greetingAsks !== null && !pack.intents.some(({ intent }) => intent === GREETING)) {
    faults.push({
      pointer: "/greetingAsks",
      detail: `must be null: the rules have no intent called ${GREETING}`,
    });
  }
  for (const [index, language] of (languages ?? []).entries()) {
    if (language !== pack.language) {
      faults.push({
        pointer: `/languages/${index}`,
        detail: `must be a language of the rules: ${pack.language}`,
      });
    }
  }
  return faults;
}
