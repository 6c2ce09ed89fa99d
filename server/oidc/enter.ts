import { emailKey } from "../../engine/understand/email-key.ts";
import { acceptInvitation } from "../members/accept.ts";
import { findInvitation } from "../members/invitations.ts";
import { createPerson, findPerson, listedWorkspaces, personLock, readPerson } from "../people/people.ts";
import { inSealedWorkspace, type Store } from "../privacy/store.ts";
import type { NewSession } from "../sessions/sessions.ts";
import { enter, type From } from "../sessions/sign-in.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";

/** Signs in whoever has an address that a provider has verified: somebody who has it here, or whom the invitation is for, which is
 *  accepted then. Null for anybody else: signing in elsewhere gives nobody access here. */
export async function enterWithEmail(
  store: Store,
  given: string,
  invitation: string | null,
  from: From,
): Promise<NewSession | null> {
  const email = emailKey(given);
  if (email === null) return null;
  const found = invitation === null ? null : await findInvitation(store, invitation, from.now);
  const token = found?.invitation.email === email ? invitation : null;
  const { person, listed } = await inSealedWorkspace(
    store,
    INSTALLATION_ID,
    async (tx) => {
      let known = await findPerson(tx, email);
      if (known === null && token !== null) {
        known = await readPerson(tx, await createPerson(tx, email, null, from.now));
      }
      return { person: known, listed: known === null ? [] : await listedWorkspaces(tx, known.id) };
    },
    { locks: [personLock(email)] },
  );
  if (person === null) return null;
  const session = await enter(store, person, listed, from);
  return token === null ? session : acceptInvitation(store, { token }, session, from.now);
}
