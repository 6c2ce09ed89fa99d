import { z } from "zod";
import { EmailText, PasswordText, TotpCode } from "../people/contract.ts";

/** The body of POST /v1/session. */
export const SignInRequest = z.strictObject({
  email: EmailText,
  password: PasswordText,
  /** Of the authenticator app, or a recovery code: where the person has set it up. */
  code: TotpCode.optional(),
});
export type SignInRequest = z.output<typeof SignInRequest>;

/** The body of PUT /v1/session/workspace. */
export const SwitchRequest = z.strictObject({ workspaceId: z.uuid("must be the id of a workspace") });
