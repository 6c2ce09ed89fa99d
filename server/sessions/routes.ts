import { AppError } from "../app-error.ts";
import { servePerson, serveAnybody, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { readMembership } from "../members/members.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import { sessionCookie } from "./cookie.ts";
import { refuseForeign } from "./csrf.ts";
import {
  getSessionOperation,
  signInOperation,
  signOutEverywhereOperation,
  signOutOperation,
  switchWorkspaceOperation,
} from "./operations-contract.ts";
import { viewSession } from "./session-view.ts";
import { sessionOf } from "./signed-in.ts";
import { endSession, endSessionsOf, rotateSession } from "./sessions.ts";
import { auditSession } from "./audit-session.ts";
import { signIn } from "./sign-in.ts";
import { networkOf } from "../limits/address.ts";

/** Signing in and out, and going to another workspace. */
export function sessionOperations(services: Services): readonly Served[] {
  const { database, clock, publicUrl } = services;
  const forgotten = () => sessionCookie(publicUrl(), null);
  return [
    serveAnybody(signInOperation, async ({ request, body, setHeader }) => {
      refuseForeign(request, publicUrl());
      const before = await sessionOf(services, request);
      const session = await signIn(services, body, { address: networkOf(request.ip), now: clock() });
      // The browser forgets the one that it had; nobody else is to go on with it.
      if (before !== null) {
        await inWorkspace(database, INSTALLATION_ID, (tx) => endSession(tx, before.id));
      }
      setHeader("Set-Cookie", sessionCookie(publicUrl(), session));
      return viewSession(services, session);
    }),

    servePerson(getSessionOperation, async ({ session }) => viewSession(services, session)),

    servePerson(signOutOperation, async ({ session, setHeader }) => {
      await inWorkspace(database, INSTALLATION_ID, (tx) => endSession(tx, session.id));
      await auditSession(services, session, "session.signed_out", clock());
      setHeader("Set-Cookie", forgotten());
    }),

    servePerson(signOutEverywhereOperation, async ({ session, setHeader }) => {
      await inWorkspace(database, INSTALLATION_ID, (tx) => endSessionsOf(tx, session.personId));
      await auditSession(services, session, "session.signed_out", clock(), { everywhere: true });
      setHeader("Set-Cookie", forgotten());
    }),

    servePerson(switchWorkspaceOperation, async ({ session, body, setHeader }) => {
      const workspaceId = body.workspaceId.toLowerCase();
      const isMember = (await readMembership(database, workspaceId, session.personId)) !== null;
      const rotated = isMember
        ? await inWorkspace(database, INSTALLATION_ID, (tx) => rotateSession(tx, session.id, workspaceId))
        : null;
      // The same words for one that is not theirs and one that is nobody's.
      if (rotated === null) throw new AppError("forbidden", "You are no member of such a workspace.");
      setHeader("Set-Cookie", sessionCookie(publicUrl(), rotated));
      return viewSession(services, rotated);
    }),
  ];
}
