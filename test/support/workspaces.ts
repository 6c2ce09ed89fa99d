import { startOn } from "../../server/actions/changes.ts";
import type { Database } from "../../server/database/database.ts";
import { createWorkspace as createOnStarter } from "../../server/workspaces/workspaces.ts";

/** Creates a workspace in which details are collected: on Professional, with the action active. Returns its id. */
export async function createWorkspace(database: Database, name: string, now: number): Promise<string> {
  const workspaceId = await createOnStarter(database, name, now);
  await startOn(database, workspaceId, "professional", { actor: { kind: "system", id: "tests" }, at: now });
  return workspaceId;
}
