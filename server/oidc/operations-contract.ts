import { operation } from "../http/operation-contract.ts";
import { OidcAddress, OidcBeginning, SignInOptions } from "./contract.ts";

const group = "Sign-in";

export const getSignInOptionsOperation = operation({
  id: "getSignInOptions",
  method: "get",
  path: "/v1/sign-in-options",
  title: "How people can sign in here",
  group,
  answer: SignInOptions,
});

export const beginOidcOperation = operation({
  id: "beginOidc",
  method: "post",
  path: "/v1/oidc/begin",
  title: "Begin to sign in with the OpenID Connect provider",
  about:
    "The browser goes to the address that is answered, and comes back signed in: as the person here who has the verified email that the provider states, or whom the invitation is for. Nobody else gets in.",
  group,
  body: OidcBeginning,
  problems: ["csrf_refused", "oidc_not_configured", "oidc_unavailable", "link_spent", "too_many_attempts"],
  answer: OidcAddress,
});
