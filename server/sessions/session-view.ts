import { readMembership } from "../members/members.ts";
import type { SessionView, WorkspaceMembership } from "../people/contract.ts";
import { listedWorkspaces, readPerson } from "../people/people.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import type { Session } from "./sessions.ts";

/** Who is signed in, and where. */
export async function viewSession(store: Store, session: Session): Promise<SessionView> {
  const { personId, currentId, expiresAt } = session;
  const { person, listed } = await inSealedWorkspace(store, INSTALLATION_ID, async (tx) => ({
    person: await readPerson(tx, personId),
    listed: await listedWorkspaces(tx, personId),
  }));
  if (person === null) throw new Error("a session's person is gone");
  const workspaces = await membershipsIn(store, listed, personId);
  return {
    person: { id: person.id, email: person.email, totp: person.totp?.isOn ?? false },
    workspaces: [...workspaces],
    current: workspaces.find(({ id }) => id === currentId) ?? null,
    expiresAt: expiresAt.toISOString(),
  };
}

/** Those of the workspaces that the person is a member of now. */
export async function membershipsIn(
  { database }: Store,
  workspaceIds: readonly string[],
  personId: string,
): Promise<readonly WorkspaceMembership[]> {
  const found: WorkspaceMembership[] = [];
  for (const workspaceId of workspaceIds) {
    const membership = await readMembership(database, workspaceId, personId);
    if (membership !== null) found.push(membership);
  }
  return found;
}
