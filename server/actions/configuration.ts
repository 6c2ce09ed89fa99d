import { AppError } from "../app-error.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { writeEvent, type Actor, type Deed } from "../audit/events.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { keepPack, keptPacks } from "../rules/kept-packs.ts";
import { checkConfiguration } from "./check-configuration.ts";
import { Configuration, type ConfigurationVersion, type ConfigurationView } from "./contract.ts";
import { packInForce, readInForce, type InForce } from "./in-force.ts";
import { checkAction } from "./read-action.ts";
import { countUpAction, ENRICHMENT } from "./revision.ts";
import { changedSettings } from "./versions.ts";

/** The rules on the server, and the country that it falls back to: what a configuration leaves open. */
export interface Surroundings {
  readonly rules: RulePack;
  readonly regionDefault: string | null;
}

/** The configuration and what follows from it. Throws `action_not_found` and `action_not_added`. */
export async function getConfiguration(
  database: Database,
  workspaceId: string,
  action: string,
  around: Surroundings,
): Promise<ConfigurationView> {
  checkAction(action);
  return inWorkspace(database, workspaceId, async (tx) =>
    viewOf(await latestOf(tx), await inForceOf(tx), around),
  );
}

/** Puts another configuration in the place of the one that stands, as its next version; the same again makes none.
 *  `seen`: the versions that the caller has seen, or null for any. Throws `action_not_found`, `action_not_added`,
 *  `edited_meanwhile`, and `invalid_request` for what the rules do not have. */
export async function setConfiguration(
  database: Database,
  workspaceId: string,
  action: string,
  wanted: Configuration,
  seen: readonly number[] | null,
  around: Surroundings,
  { actor, at }: Deed,
): Promise<ConfigurationView> {
  checkAction(action);
  const { rules } = around;
  if (wanted.rulePack === rules.hash) await keepPack(database, workspaceId, rules, at);
  const locks = [advisoryKey("action", workspaceId)];
  return inWorkspace(
    database,
    workspaceId,
    async (tx) => {
      const before = await latestOf(tx);
      if (seen !== null && !seen.includes(before.version)) {
        const message = `The configuration was changed meanwhile: it is at version ${before.version}. Read it again.`;
        throw new AppError("edited_meanwhile", message);
      }
      await checkConfiguration(wanted, rules, (hash) => keptPacks()(tx, hash));
      const changes = changedSettings(before.configuration, wanted);
      if (changes.length > 0) {
        await insertVersion(tx, before.version + 1, wanted, { actor, at });
        countUpAction(tx);
        writeEvent(tx, {
          actor,
          action: "action.configured",
          subject: { kind: "action", id: ENRICHMENT },
          details: { version: before.version + 1, changed: changes.map(({ setting }) => setting) },
          at,
        });
      }
      return viewOf(await latestOf(tx), await inForceOf(tx), around);
    },
    { locks },
  );
}

async function insertVersion(
  tx: WorkspaceTransaction,
  version: number,
  configuration: Configuration,
  { actor, at }: Deed,
): Promise<void> {
  await tx.prepared(
    `with action as (
       update actions set configuration_version = :version
       where workspace_id = :workspaceId and action = :action returning action
     )
     insert into action_configurations (workspace_id, action, version, configuration, actor_kind, actor_id, at)
     select :workspaceId, action, :version, cast(:configuration as json), :actorKind, :actorId, :now from action`,
    {
      workspaceId: tx.workspaceId,
      action: ENRICHMENT,
      version,
      configuration: JSON.stringify(configuration),
      actorKind: actor.kind,
      actorId: actor.id,
      now: new Date(at),
    },
  );
}

const inForceOf = (tx: WorkspaceTransaction) => readInForce(tx, keptPacks());

export interface VersionRow {
  readonly version: number;
  readonly configuration: string;
  readonly actor_kind: Actor["kind"];
  readonly actor_id: string;
  readonly at: Date;
}

/** A row of action_configurations, as the contract has it. */
export function versionFrom({
  version,
  configuration,
  actor_kind: kind,
  actor_id: id,
  at,
}: VersionRow): ConfigurationVersion {
  return {
    version,
    configuration: Configuration.parse(JSON.parse(configuration)),
    changedAt: at.toISOString(),
    changedBy: { kind, id },
  };
}

/** The version that stands. Throws `action_not_added`. */
async function latestOf(tx: WorkspaceTransaction): Promise<ConfigurationVersion> {
  const [row] = await tx.prepared<VersionRow>(
    `select version, cast(configuration as text) as configuration, actor_kind, actor_id, at from action_configurations
     where workspace_id = :workspaceId and action = :action order by version desc limit 1`,
    { workspaceId: tx.workspaceId, action: ENRICHMENT },
  );
  if (row !== undefined) return versionFrom(row);
  throw new AppError(
    "action_not_added",
    `Add the action first: POST /v1/actions {"action": "${ENRICHMENT}"}.`,
  );
}

function viewOf(
  latest: ConfigurationVersion,
  inForce: InForce,
  { rules, regionDefault }: Surroundings,
): ConfigurationView {
  const pack = packInForce(inForce, rules);
  const { fields, languages, greetingAsks, region } = latest.configuration;
  const missing = (fields ?? []).filter(({ field }) => !pack.fields.some((one) => one.field === field));
  const isSilent = languages !== null && !languages.includes(pack.language);
  const isAsked = greetingAsks === null || pack.fields.some(({ field }) => field === greetingAsks);
  return {
    ...latest,
    effective: {
      fields: pack.fields.map(({ field, title, required }) => ({ field, title, required })),
      attemptsMax: pack.limits.attemptsMax,
      coolOffDays: pack.limits.coolOffDays,
      region: region ?? regionDefault,
      language: pack.language,
      rulePack: pack.hash,
    },
    problems: [
      ...(inForce.problem === null ? [] : [`${inForce.problem}: the current rules are in force instead`]),
      ...missing.map(({ field }) => `the rules have no field ${field}: it is not collected`),
      ...(isSilent
        ? [`the rules are in ${pack.language}, which languages does not name: none of them is heard`]
        : []),
      ...(isAsked ? [] : [`${greetingAsks} is not collected: a greeting is no reason to ask for it`]),
    ],
  };
}
