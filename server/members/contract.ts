import { z } from "zod";
import { Role } from "../access/permission-contract.ts";
import { EmailText, LinkToken, PasswordText } from "../people/contract.ts";

/** How many invitations of a workspace may be open. */
export const INVITATIONS_MAX = 200;

export const MemberView = z.object({
  personId: z.uuid(),
  email: z.string(),
  role: Role,
  since: z.iso.datetime(),
});
export type MemberView = z.infer<typeof MemberView>;

/** The answer of GET /v1/members: owners first, then by address. */
export const MemberList = z.object({ members: z.array(MemberView) });
export type MemberList = z.infer<typeof MemberList>;

/** The body of PATCH /v1/members/{personId}. */
export const RoleChange = z.strictObject({ role: Role });

/** The body of POST /v1/invitations. */
export const NewInvitation = z.strictObject({ email: EmailText, role: Role });
export type NewInvitation = z.output<typeof NewInvitation>;

export const InvitationView = z.object({
  id: z.uuid(),
  email: z.string(),
  role: Role,
  /** The id of the person who invited. */
  invitedBy: z.uuid(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type InvitationView = z.infer<typeof InvitationView>;

/** The answer to an invitation. */
export const Invited = InvitationView.extend({
  mailed: z.boolean(),
  /** Where it was not mailed: the link, to be handed over by whoever invites. Shown this once. */
  link: z.string().nullable(),
});
export type Invited = z.infer<typeof Invited>;

/** The answer of GET /v1/invitations: those that are open, the latest first. */
export const InvitationList = z.object({ invitations: z.array(InvitationView) });
export type InvitationList = z.infer<typeof InvitationList>;

/** The body of POST /v1/invitations/read. */
export const InvitationToken = z.strictObject({ token: LinkToken });

/** What an invitation is, to whoever has its link. */
export const InvitationDetails = z.object({
  email: z.string(),
  role: Role,
  /** The workspace's name. */
  workspace: z.string(),
  /** Of whom it is for: none yet, so a password is chosen; or one, and whether it is they who are signed in. */
  account: z.enum(["none", "signed_out", "signed_in"]),
});
export type InvitationDetails = z.infer<typeof InvitationDetails>;

/** The body of POST /v1/invitations/accept. `password`: of whoever has no account yet. */
export const Acceptance = z.strictObject({ token: LinkToken, password: PasswordText.optional() });
export type Acceptance = z.output<typeof Acceptance>;
