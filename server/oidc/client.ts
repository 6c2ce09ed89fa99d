import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
} from "openid-client";
import { z } from "zod";

const TIMEOUT_S = 10; // a provider that takes longer is down

/** The OpenID Connect provider that people can sign in with, and what this installation is called there. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What the browser keeps while it is at the provider, so that what comes back can be told from what others send. */
export const OidcFlow = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** The token of the invitation that is accepted with it. */
  invitation: z.string().nullable(),
});
export type OidcFlow = z.infer<typeof OidcFlow>;

export interface OidcClient {
  /** The provider's host, for people. */
  readonly host: string;
  /** Where the browser is to go, and what it keeps meanwhile. Rejects when the provider does not answer. */
  begin(
    redirectUri: string,
    invitation: string | null,
  ): Promise<{ readonly url: string; readonly flow: OidcFlow }>;
  /** The email that the provider has verified of whoever comes back to `address`; null when it states none. Rejects for what
   *  is not the answer to this flow, or not the provider's. */
  finish(address: URL, flow: OidcFlow): Promise<string | null>;
}

/** Authorization code flow with PKCE, state and nonce. The provider is asked about itself at the first need, so that the server
 *  starts without it. */
export function createOidcClient({ issuer, clientId, clientSecret }: OidcSettings): OidcClient {
  const address = new URL(issuer);
  let known: Promise<Configuration> | null = null;
  function configuration(): Promise<Configuration> {
    // Plain HTTP is for a provider on this machine: see the settings.
    const execute = address.protocol === "http:" ? [allowInsecureRequests] : [];
    known ??= discovery(address, clientId, clientSecret, undefined, { execute, timeout: TIMEOUT_S }).catch(
      (error: unknown) => {
        known = null;
        throw error;
      },
    );
    return known;
  }
  return {
    host: address.host,
    async begin(redirectUri, invitation) {
      const config = await configuration();
      const flow = {
        state: randomState(),
        nonce: randomNonce(),
        verifier: randomPKCECodeVerifier(),
        invitation,
      };
      const url = buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "openid email",
        state: flow.state,
        nonce: flow.nonce,
        code_challenge: await calculatePKCECodeChallenge(flow.verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, flow };
    },
    async finish(back, { state, nonce, verifier }) {
      const config = await configuration();
      const tokens = await authorizationCodeGrant(config, back, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (claims === undefined) return null;
      if (claims["email"] !== undefined) return verifiedEmail(claims);
      // Many providers keep to the letter: with a code, claims about the person are in the answer of another address.
      return verifiedEmail(await fetchUserInfo(config, tokens.access_token, claims.sub));
    },
  };
}

function verifiedEmail(claims: Readonly<Record<string, unknown>>): string | null {
  const { email, email_verified: isVerified } = claims;
  return isVerified === true && typeof email === "string" ? email : null;
}
