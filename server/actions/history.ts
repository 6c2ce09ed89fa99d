import { AppError } from "../app-error.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { versionFrom, type VersionRow } from "./configuration.ts";
import type { ConfigurationVersion, VersionList, VersionsQuery, VersionView } from "./contract.ts";
import { checkAction } from "./read-action.ts";
import { ENRICHMENT } from "./revision.ts";
import { changedSettings } from "./versions.ts";

const BEYOND_ALL = 1_000_000_000;

/** A page of the configuration's versions, the latest first. Throws `action_not_found`. */
export async function listVersions(
  database: Database,
  workspaceId: string,
  action: string,
  { limit, before = BEYOND_ALL }: VersionsQuery,
): Promise<VersionList> {
  checkAction(action);
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.prepared<VersionRow>(
      `select version, cast(configuration as text) as configuration, actor_kind, actor_id, at from action_configurations
       where workspace_id = :workspaceId and action = :action and version < :before
       order by version desc limit :limit`,
      { workspaceId, action: ENRICHMENT, before, limit: limit + 1 },
    ),
  );
  const versions = rows.slice(0, limit).map(versionFrom);
  return { versions, nextBefore: rows.length > limit ? (versions.at(-1)?.version ?? null) : null };
}

/** A version and what differs in it from another one: from the one before, where `against` is not stated. Throws
 *  `action_not_found` and `configuration_not_found`. */
export async function getVersion(
  database: Database,
  workspaceId: string,
  action: string,
  version: number,
  against: number | undefined,
): Promise<VersionView> {
  checkAction(action);
  const other = against ?? version - 1;
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.prepared<VersionRow>(
      `select version, cast(configuration as text) as configuration, actor_kind, actor_id, at from action_configurations
       where workspace_id = :workspaceId and action = :action and version = any(cast(:versions as integer[]))`,
      { workspaceId, action: ENRICHMENT, versions: [version, other] },
    ),
  );
  const versions = rows.map(versionFrom);
  const one = found(versions, version);
  if (against === undefined && version === 1) return { ...one, against: null, changes: [] };
  const from = found(versions, other).configuration;
  return { ...one, against: other, changes: changedSettings(from, one.configuration) };
}

function found(versions: readonly ConfigurationVersion[], sought: number): ConfigurationVersion {
  const one = versions.find(({ version }) => version === sought);
  if (one !== undefined) return one;
  throw new AppError("configuration_not_found", `The configuration has no version ${sought}.`);
}
