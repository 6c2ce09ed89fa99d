import type { Database } from "../../../server/database/database.ts";
import { createSetUpToken } from "../../../server/people/set-up.ts";
import { ensureFirstWorkspace } from "../../../server/workspaces/workspaces.ts";

/** The workspace of a fresh installation, and what its set-up link holds. */
export async function readFirst(
  database: Database,
): Promise<{ readonly workspaceId: string; readonly token: string }> {
  const workspaceId = await ensureFirstWorkspace(database, Date.now());
  const token = await createSetUpToken(database, Date.now());
  if (token === null) throw new Error("the first workspace has an owner already");
  return { workspaceId, token };
}
