import type { Environment } from "../environment.ts";
import { createOidcClient, type OidcClient } from "../oidc/client.ts";
import { Refusal } from "./refusal.ts";

/** The provider that the settings name; null where they name none. */
export function configuredOidc(environment: Environment): OidcClient | null {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = environment;
  if ((issuer ?? clientId ?? clientSecret) === undefined) return null;
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) {
    throw new Refusal(["Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or none of them."]);
  }
  return createOidcClient({ issuer, clientId, clientSecret });
}
