import { v7 } from "uuid";
import type { Role } from "../../server/access/permission-contract.ts";
import type { Database } from "../../server/database/database.ts";
import { inWorkspace } from "../../server/database/in-workspace.ts";
import { addMember } from "../../server/members/members.ts";
import { createPerson } from "../../server/people/people.ts";
import { inSealedWorkspace } from "../../server/privacy/store.ts";
import { startSession } from "../../server/sessions/sessions.ts";
import { createWorkspace, INSTALLATION_ID } from "../../server/workspaces/workspaces.ts";
import { storeOf } from "./stores.ts";

/** The headers of requests of somebody new, who is signed in as a member of the workspace. Nobody has to think of a password. */
export async function signedIn(
  database: Database,
  workspaceId: string,
  role: Role,
): Promise<{ readonly cookie: string }> {
  const now = Date.now();
  await createWorkspace(database, "of the installation", now); // which makes the installation itself, where people are
  const session = await inSealedWorkspace(storeOf(database), INSTALLATION_ID, async (tx) => {
    const personId = await createPerson(tx, `${v7()}@team.example`, null, now);
    return startSession(tx, personId, workspaceId, now);
  });
  await inWorkspace(database, workspaceId, (tx) => addMember(tx, session.personId, role, now));
  return { cookie: `session=${session.secret}` };
}
