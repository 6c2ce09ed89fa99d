import { Option } from "commander";
import type { Database } from "../database/database.ts";
import { parseId } from "../http/parse-id.ts";
import { listWorkspaces } from "../workspaces/workspaces.ts";
import { install } from "./installation.ts";
import { Refusal } from "./refusal.ts";

export interface InWorkspaceOptions {
  readonly workspace?: string;
}

/** Of commands that work in one workspace. */
export const workspaceOption = () =>
  new Option("--workspace <name>", "in this workspace, by its name or id (default: the first one)");

/** Of commands that work in all of them. */
export const onlyWorkspaceOption = () =>
  new Option("--workspace <name>", "only this workspace, by its name or id (default: every one)");

/** Makes the installation usable, and returns the workspace's id: the first one's, where none is stated. */
export async function chosenWorkspace(database: Database, stated: string | undefined): Promise<string> {
  const first = await install(database);
  return stated === undefined ? first : found(database, stated);
}

/** The same for every workspace, where none is stated; the oldest first. */
export async function chosenWorkspaces(
  database: Database,
  stated: string | undefined,
): Promise<readonly string[]> {
  await install(database);
  if (stated !== undefined) return [await found(database, stated)];
  return (await listWorkspaces(database)).map(({ id }) => id);
}

async function found(database: Database, stated: string): Promise<string> {
  const workspaces = await listWorkspaces(database);
  const id = parseId(stated);
  const byId = workspaces.find((workspace) => workspace.id === id);
  const named = workspaces.filter(({ name }) => name === stated);
  const chosen = byId ?? named[0];
  if (chosen === undefined) {
    throw new Refusal(["There is no such workspace: `enrich workspace list` shows them."]);
  }
  if (byId === undefined && named.length > 1) {
    throw new Refusal([
      "Several workspaces have this name; say which by its id:",
      ...named.map((workspace) => `  ${workspace.id}`),
    ]);
  }
  return chosen.id;
}
