import type { Role, Scope } from "../../../server/access/permission-contract.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { addMember } from "../../../server/members/members.ts";
import { createPerson, listWorkspaceOf } from "../../../server/people/people.ts";
import { inSealedWorkspace } from "../../../server/privacy/store.ts";
import { startSession } from "../../../server/sessions/sessions.ts";
import { createApiKey } from "../../../server/workspaces/api-keys.ts";
import { INSTALLATION_ID } from "../../../server/workspaces/workspaces.ts";
import { storeOf } from "../../support/stores.ts";
import { withCookies } from "./with-cookies.ts";

type Fetch = typeof globalThis.fetch;

/** A new member of the workspace, and a fetch as they do it, signed in. No password was chosen, which spares its hashing. */
export async function asMember(
  database: Database,
  url: string,
  { workspaceId, role, email }: { readonly workspaceId: string; readonly role: Role; readonly email: string },
): Promise<{ readonly personId: string; readonly fetch: Fetch }> {
  const now = Date.now();
  const session = await inSealedWorkspace(storeOf(database), INSTALLATION_ID, async (tx) => {
    const personId = await createPerson(tx, email, null, now);
    await listWorkspaceOf(tx, personId, workspaceId);
    return startSession(tx, personId, workspaceId, now);
  });
  await inWorkspace(database, workspaceId, (tx) => addMember(tx, session.personId, role, now));
  return { personId: session.personId, fetch: withCookies(url, `session=${session.secret}`) };
}

/** A fetch with an API key of these scopes. */
export async function asKey(
  database: Database,
  { workspaceId, scopes }: { readonly workspaceId: string; readonly scopes: readonly Scope[] },
): Promise<Fetch> {
  const { key } = await createApiKey(database, workspaceId, "caller", Date.now(), { scopes });
  return withBearer(key);
}

export function withBearer(key: string): Fetch {
  return (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${key}`);
    return fetch(input, { ...init, headers });
  };
}
