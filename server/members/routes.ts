import { AppError } from "../app-error.ts";
import { writeEvent } from "../audit/events.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, serveAnybody, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { inSealedWorkspace } from "../privacy/store.ts";
import { sessionCookie } from "../sessions/cookie.ts";
import { refuseForeign } from "../sessions/csrf.ts";
import { viewSession } from "../sessions/session-view.ts";
import { sessionOf } from "../sessions/signed-in.ts";
import { acceptInvitation, readInvitation } from "./accept.ts";
import { changeMember, getMember, listMembers } from "./change-members.ts";
import type { InvitationView, Invited } from "./contract.ts";
import { deleteInvitation, invite, listInvitations } from "./invitations.ts";
import {
  acceptInvitationOperation,
  changeRoleOperation,
  inviteOperation,
  listInvitationsOperation,
  listMembersOperation,
  readInvitationOperation,
  removeMemberOperation,
  revokeInvitationOperation,
} from "./operations-contract.ts";

/** Who is in a workspace, and as what. */
export function memberOperations(services: Services): readonly Served[] {
  return [...placeOperations(services), ...invitationOperations(services)];
}

function placeOperations(services: Services): readonly Served[] {
  const { clock, publicUrl } = services;
  return [
    serve(listMembersOperation, async ({ caller }) => listMembers(services, caller.workspaceId)),

    serve(changeRoleOperation, async ({ caller, params, body, setHeader }) => {
      const personId = idOf(params.personId);
      const rotated = await changeMember(services, caller, { personId, role: body.role }, clock());
      if (rotated !== null) setHeader("Set-Cookie", sessionCookie(publicUrl(), rotated));
      return getMember(services, caller.workspaceId, personId);
    }),

    serve(removeMemberOperation, async ({ caller, params, setHeader }) => {
      const change = { personId: idOf(params.personId), role: null };
      const rotated = await changeMember(services, caller, change, clock());
      if (rotated !== null) setHeader("Set-Cookie", sessionCookie(publicUrl(), rotated));
    }),
  ];
}

function idOf(text: string): string {
  const id = parseId(text);
  if (id === null) throw new AppError("member_not_found", "There is no such member.");
  return id;
}

function invitationOperations(services: Services): readonly Served[] {
  const { clock, publicUrl } = services;
  return [
    serve(listInvitationsOperation, async ({ caller }) =>
      listInvitations(services, caller.workspaceId, clock()),
    ),

    serve(inviteOperation, async ({ caller, body }) => {
      const { invitation, token } = await invite(services, caller, body, clock());
      return send(services, invitation, `${publicUrl()}/invitation#${token}`);
    }),

    serve(revokeInvitationOperation, async ({ caller: { workspaceId, actor }, params }) => {
      const id = parseId(params.id);
      await inSealedWorkspace(services, workspaceId, async (tx) => {
        if (id === null || !(await deleteInvitation(tx, id))) {
          throw new AppError("invitation_not_found", "There is no such open invitation.");
        }
        const subject = { kind: "invitation", id } as const;
        writeEvent(tx, { actor, action: "member.invitation_revoked", subject, at: clock() });
      });
    }),

    serveAnybody(readInvitationOperation, async ({ request, body }) => {
      const session = await sessionOf(services, request);
      return readInvitation(services, body.token, session, clock());
    }),

    serveAnybody(acceptInvitationOperation, async ({ request, body, setHeader }) => {
      refuseForeign(request, publicUrl());
      const before = await sessionOf(services, request);
      const session = await acceptInvitation(services, body, before, clock());
      setHeader("Set-Cookie", sessionCookie(publicUrl(), session));
      return viewSession(services, session);
    }),
  ];
}

/** Mails the link, or else hands it to whoever invites: also when the mail server takes nothing. */
async function send({ mailer, log }: Services, invitation: InvitationView, link: string): Promise<Invited> {
  if (mailer === null) return { ...invitation, mailed: false, link };
  const text = [
    "You are invited to a workspace of Customer Enrichment. Accept here, within seven days:",
    "",
    link,
    "",
    "If you do not know what this is about, do nothing.",
  ].join("\n");
  try {
    await mailer.send({ to: invitation.email, subject: "You are invited", text });
    return { ...invitation, mailed: true, link: null };
  } catch (err) {
    log.error({ err }, "an invitation was not mailed: its link was answered instead");
    return { ...invitation, mailed: false, link };
  }
}
