import { operation } from "../http/operation-contract.ts";
import { SessionView } from "../people/contract.ts";
import {
  Acceptance,
  InvitationDetails,
  InvitationList,
  InvitationToken,
  Invited,
  MemberList,
  MemberView,
  NewInvitation,
  RoleChange,
} from "./contract.ts";

const group = "Members";

export const listMembersOperation = operation({
  id: "listMembers",
  method: "get",
  path: "/v1/members",
  title: "Who is in the workspace, and as what",
  group,
  answer: MemberList,
});

export const changeRoleOperation = operation({
  id: "changeRole",
  method: "patch",
  path: "/v1/members/{personId}",
  title: "Change a member's role",
  about:
    "Only owners make and unmake owners, and one owner always remains. The member's sessions in this workspace end; one's own gets a new cookie.",
  group,
  body: RoleChange,
  problems: ["member_not_found", "last_owner"],
  answer: MemberView,
});

export const removeMemberOperation = operation({
  id: "removeMember",
  method: "delete",
  path: "/v1/members/{personId}",
  title: "Remove a member from the workspace",
  group,
  problems: ["member_not_found", "last_owner"],
  answer: null,
});

export const listInvitationsOperation = operation({
  id: "listInvitations",
  method: "get",
  path: "/v1/invitations",
  title: "The invitations that are open",
  group,
  answer: InvitationList,
});

export const inviteOperation = operation({
  id: "invite",
  method: "post",
  path: "/v1/invitations",
  title: "Invite somebody into the workspace",
  about:
    "The link is good once, for seven days. It is mailed when a mail server is set; otherwise the answer holds it. Another invitation of the same address replaces the one before.",
  group,
  body: NewInvitation,
  isSecret: true,
  status: 201,
  problems: ["already_member", "too_many_invitations"],
  answer: Invited,
});

export const revokeInvitationOperation = operation({
  id: "revokeInvitation",
  method: "delete",
  path: "/v1/invitations/{id}",
  title: "Take an invitation back",
  group,
  problems: ["invitation_not_found"],
  answer: null,
});

export const readInvitationOperation = operation({
  id: "readInvitation",
  method: "post",
  path: "/v1/invitations/read",
  title: "What an invitation is, to whoever has its link",
  about: "A POST, so that the link's secret stands in no address.",
  group,
  body: InvitationToken,
  problems: ["csrf_refused", "link_spent", "too_many_attempts"],
  answer: InvitationDetails,
});

export const acceptInvitationOperation = operation({
  id: "acceptInvitation",
  method: "post",
  path: "/v1/invitations/accept",
  title: "Accept an invitation: with a new password, or signed in as whom it is for",
  group,
  body: Acceptance,
  status: 201,
  problems: ["csrf_refused", "account_exists", "link_spent", "too_many_attempts", "sign_in_busy"],
  answer: SessionView,
});
