import { z } from "zod";
import { Role } from "../access/permission-contract.ts";

const EMAIL_CHARS_MAX = 320; // more than an address can have; which ones are, emailKey decides
const PASSWORD_CHARS_GIVEN_MAX = 512; // before it is brought to its one spelling; what may be chosen is shorter
const TOKEN_CHARS_MAX = 200; // ours have 80 at most

const text = (charsMax: number) =>
  z
    .string()
    .min(1, "must not be empty")
    .max(charsMax, `must have at most ${charsMax} characters`)
    .refine((given) => given.isWellFormed() && !given.includes("\0"), "must be well-formed text");

/** An address as somebody types it. */
export const EmailText = text(EMAIL_CHARS_MAX);
/** A password as somebody types it: new ones have 12 to 128 characters. */
export const PasswordText = text(PASSWORD_CHARS_GIVEN_MAX);
/** What a link has behind its #. */
export const LinkToken = text(TOKEN_CHARS_MAX);

export const WorkspaceMembership = z.object({
  id: z.uuid(),
  name: z.string(),
  role: Role,
});
export type WorkspaceMembership = z.infer<typeof WorkspaceMembership>;

/** Who is signed in, and where. */
export const SessionView = z.object({
  person: z.object({ id: z.uuid(), email: z.string(), totp: z.boolean() }),
  /** Those that the person is a member of. */
  workspaces: z.array(WorkspaceMembership),
  /** The one that requests with this session are about; null: none. */
  current: WorkspaceMembership.nullable(),
  /** When the session ends at the latest; without a request it ends earlier. */
  expiresAt: z.iso.datetime(),
});
export type SessionView = z.infer<typeof SessionView>;

/** The body of POST /v1/setup. */
export const SetUpRequest = z.strictObject({ token: LinkToken, email: EmailText, password: PasswordText });
export type SetUpRequest = z.output<typeof SetUpRequest>;

/** The body of PUT /v1/me/password. */
export const PasswordChange = z.strictObject({ current: PasswordText, password: PasswordText });
export type PasswordChange = z.output<typeof PasswordChange>;

const CODE_CHARS_MAX = 40; // six digits, or a recovery code, as people space them

/** A code of an authenticator app, or a recovery code. */
export const TotpCode = text(CODE_CHARS_MAX);

/** The body of POST and DELETE /v1/me/totp: whoever changes how they sign in shows that it is they. */
export const PasswordConfirmation = z.strictObject({ password: PasswordText });

/** What the authenticator app is told: the URI as a QR code, or the secret by hand. Shown this once. */
export const TotpEnrolment = z.object({ secret: z.string(), uri: z.string() });
export type TotpEnrolment = z.infer<typeof TotpEnrolment>;

/** The body of POST /v1/me/totp/confirm. */
export const TotpConfirmation = z.strictObject({ code: TotpCode });

/** Each signs in once in place of the app. Shown this once. */
export const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
export type RecoveryCodes = z.infer<typeof RecoveryCodes>;

/** The body of POST /v1/password-resets. */
export const ResetRequest = z.strictObject({ email: EmailText });

/** The answer to it: the same whether or not anybody has the address. */
export const ResetAnswer = z.object({ status: z.literal("sent_if_known") });

/** The body of POST /v1/password-resets/redeem. */
export const ResetRedemption = z.strictObject({ token: LinkToken, password: PasswordText });
export type ResetRedemption = z.output<typeof ResetRedemption>;
