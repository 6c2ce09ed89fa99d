import { Router, type Request } from "express";
import { AppError } from "../app-error.ts";
import { only } from "../http/only.ts";
import { serveAnybody, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { cookieIn, isSecure, sessionCookie } from "../sessions/cookie.ts";
import { refuseForeign } from "../sessions/csrf.ts";
import type { NewSession } from "../sessions/sessions.ts";
import { networkOf } from "../limits/address.ts";
import { OidcFlow } from "./client.ts";
import { enterWithEmail } from "./enter.ts";
import { beginOidcOperation, getSignInOptionsOperation } from "./operations-contract.ts";

const FLOW_SECONDS = 10 * 60; // to sign in at the provider, a second factor included
const CALLBACK = "/sign-in/oidc/callback";

/** Signing in with another provider. */
export function oidcOperations({ oidc, mailer, publicUrl, log }: Services): readonly Served[] {
  return [
    serveAnybody(getSignInOptionsOperation, async () => ({
      oidc: oidc?.host ?? null,
      reset: mailer !== null,
    })),

    serveAnybody(beginOidcOperation, async ({ request, body, setHeader }) => {
      refuseForeign(request, publicUrl());
      if (oidc === null) {
        throw new AppError("oidc_not_configured", "No OpenID Connect provider is set: set OIDC_ISSUER.");
      }
      try {
        const { url, flow } = await oidc.begin(publicUrl() + CALLBACK, body.invitation ?? null);
        setHeader("Set-Cookie", flowCookie(publicUrl(), flow));
        return { url };
      } catch (err) {
        log.error({ err }, "the OpenID Connect provider does not answer as one");
        throw new AppError("oidc_unavailable", `${oidc.host} does not answer. Try again later.`, {
          cause: err,
        });
      }
    }),
  ];
}

/** Where the provider sends the browser back to. It goes on to a page, signed in or with the reason why not. */
export function oidcCallback(services: Services): Router {
  const { oidc, publicUrl } = services;
  const router = Router({ caseSensitive: true, strict: true });
  if (oidc === null) return router;
  router
    .route(CALLBACK)
    .get(async (request, response) => {
      const outcome = await comeBack(services, request);
      const cookies = [flowCookie(publicUrl(), null)];
      if ("session" in outcome) cookies.push(sessionCookie(publicUrl(), outcome.session));
      response.setHeader("Set-Cookie", cookies).redirect(303, outcome.goTo);
    })
    .all(only("GET"));
  return router;
}

type Outcome = { readonly goTo: string; readonly session: NewSession } | { readonly goTo: string };

async function comeBack(services: Services, request: Request): Promise<Outcome> {
  const { oidc, publicUrl, clock, log } = services;
  const flow = flowIn(request, publicUrl());
  if (oidc === null || flow === null) return refused("oidc_failed");
  let email: string | null;
  try {
    email = await oidc.finish(new URL(request.originalUrl, publicUrl()), flow);
  } catch (err) {
    log.warn({ err }, "what came back from the OpenID Connect provider was refused");
    return refused("oidc_failed");
  }
  if (email === null) return refused("oidc_unverified");
  const from = { address: networkOf(request.ip), now: clock() };
  const session = await enterWithEmail(services, email, flow.invitation, from);
  if (session === null) return refused("oidc_unknown");
  return { session, goTo: "/sign-in" };
}

/** The page says it in words. */
const refused = (problem: "oidc_failed" | "oidc_unverified" | "oidc_unknown"): Outcome => ({
  goTo: `/sign-in?problem=${problem}`,
});

const nameOf = (publicUrl: string) => (isSecure(publicUrl) ? "__Host-oidc" : "oidc");

function flowCookie(publicUrl: string, flow: OidcFlow | null): string {
  const value = flow === null ? "" : Buffer.from(JSON.stringify(flow)).toString("base64url");
  const age = flow === null ? 0 : FLOW_SECONDS;
  const attributes = ["Path=/", `Max-Age=${age}`, "HttpOnly", "SameSite=Lax"];
  if (isSecure(publicUrl)) attributes.push("Secure");
  return [`${nameOf(publicUrl)}=${value}`, ...attributes].join("; ");
}

function flowIn(request: Request, publicUrl: string): OidcFlow | null {
  const value = cookieIn(request, nameOf(publicUrl));
  if (value === null) return null;
  try {
    return OidcFlow.parse(JSON.parse(Buffer.from(value, "base64url").toString()));
  } catch {
    return null; // a cookie that is not ours
  }
}
