import { z } from "zod";
import { EmailText, PasswordText } from "../people/contract.ts";

const CODE_CHARS_MAX = 40; // six digits, or a recovery code, as people space them

/** The body of POST /v1/session. */
export const SignInRequest = z.strictObject({
  email: EmailText,
  password: PasswordText,
  /** Of the authenticator app, or a recovery code: where the person has set it up. */
  code: z.string().max(CODE_CHARS_MAX, `must have at most ${CODE_CHARS_MAX} characters`).optional(),
});
export type SignInRequest = z.output<typeof SignInRequest>;

/** The body of PUT /v1/session/workspace. */
export const SwitchRequest = z.strictObject({ workspaceId: z.uuid("must be the id of a workspace") });
