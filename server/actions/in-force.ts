import type { Circumstances } from "../../engine/decide/decision.ts";
import { configurePack } from "../../engine/rules/configure.ts";
import type { RulePack } from "../../engine/rules/pack.ts";
import { includesAction } from "../billing/plans-contract.ts";
import { readSubscriptionSql, subscriptionFrom } from "../billing/subscriptions.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { keptPacks } from "../rules/kept-packs.ts";
import { Configuration, DEFAULT_CONFIGURATION } from "./contract.ts";
import { ENRICHMENT } from "./revision.ts";

/** What of the action and the plan a turn is taken by. */
export interface InForce {
  /** What it was read at; 0: the action is not added. */
  readonly revision: number;
  /** Whether details are collected in the workspace, or why not. */
  readonly collecting: "on" | "action_inactive" | "not_entitled";
  /** Whether it has been activated: a conversation that begins now does so since the activation. */
  readonly isActivated: boolean;
  readonly configuration: Configuration;
  /** The rule pack that the configuration names, or null: the current one. */
  readonly pinned: RulePack | null;
  /** Why the pack that it names is not in force, or null. */
  readonly problem: string | null;
}

/** Whether details are collected in a conversation, or the reason why not. */
export function collectingIn(
  { collecting }: InForce,
  { sinceActivation }: { readonly sinceActivation: boolean },
): Circumstances["collecting"] {
  if (collecting !== "on") return collecting;
  return sinceActivation ? "on" : "started_before_activation";
}

/** The pack by which turns are taken: the one that the configuration names, or else `current`, as it is configured. */
export function packInForce({ pinned, configuration }: InForce, current: RulePack): RulePack {
  return configurePack(pinned ?? current, configuration);
}

interface Row {
  readonly revision: number;
  readonly enabled: boolean;
  readonly activated_at: Date | null;
  readonly configuration: string;
}

/** The revision first: a plan that changes behind it counts the revision up, and what was read is read anew. */
const readAction = `
  select action.revision, action.enabled, action.activated_at, cast(version.configuration as text) as configuration
  from (
    select revision, enabled, activated_at, configuration_version from actions
    where workspace_id = :workspaceId and action = '${ENRICHMENT}'
  ) as action
  cross join lateral (
    select configuration from action_configurations
    where workspace_id = :workspaceId and action = '${ENRICHMENT}' and version = action.configuration_version
    offset 0
  ) as version`;

/** Reads what is in force. */
export async function readInForce(
  tx: WorkspaceTransaction,
  packOf: ReturnType<typeof keptPacks>,
): Promise<InForce> {
  const bindings = { workspaceId: tx.workspaceId };
  const [[action], subscribed] = (await tx.together([
    { sql: readAction, bindings },
    { sql: readSubscriptionSql, bindings },
  ])) as [readonly Row[], Parameters<typeof subscriptionFrom>[0]];
  const configuration =
    action === undefined ? DEFAULT_CONFIGURATION : Configuration.parse(JSON.parse(action.configuration));
  const { rulePack } = configuration;
  const named = rulePack === "current" ? null : await packOf(tx, rulePack);
  const isActivated = action !== undefined && action.activated_at !== null;
  const isActive = isActivated && action.enabled;
  return {
    revision: action?.revision ?? 0,
    collecting: !isActive
      ? "action_inactive"
      : includesAction(subscriptionFrom(subscribed))
        ? "on"
        : "not_entitled",
    isActivated,
    configuration,
    pinned: named !== null && "pack" in named ? named.pack : null,
    problem: named !== null && "problem" in named ? named.problem : null,
  };
}

const REMEMBERED_MAX = 10_000; // workspaces, of some kB each; whose was read first is forgotten first

/** What a process remembers of what is in force. Nothing is decided by it alone: the statements that open and record a turn
 *  compare the revision. */
export interface ActionMemory {
  of(workspaceId: string): Promise<InForce>;
  forget(workspaceId: string): void;
}

export function createActionMemory(database: Database): ActionMemory {
  const remembered = new Map<string, InForce>();
  const packOf = keptPacks();
  return {
    async of(workspaceId) {
      const known = remembered.get(workspaceId);
      if (known !== undefined) return known;
      const read = await inWorkspace(database, workspaceId, (tx) => readInForce(tx, packOf));
      const [oldest] = remembered.keys();
      if (remembered.size >= REMEMBERED_MAX && oldest !== undefined) remembered.delete(oldest);
      remembered.set(workspaceId, read);
      return read;
    },
    forget: (workspaceId) => void remembered.delete(workspaceId),
  };
}
