import { z } from "zod";
import { LinkToken } from "../people/contract.ts";

/** How people can sign in here. */
export const SignInOptions = z.object({
  /** The host of the provider that people can sign in with (OpenID Connect); null: none is set. */
  oidc: z.string().nullable(),
  /** Whether links for a new password can be mailed. */
  reset: z.boolean(),
});

/** The body of POST /v1/oidc/begin. `invitation`: the token of the one that is accepted with it. */
export const OidcBeginning = z.strictObject({ invitation: LinkToken.optional() });

/** Where the browser goes on. */
export const OidcAddress = z.object({ url: z.url() });
