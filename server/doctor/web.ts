import type { Environment } from "../environment.ts";
import { errorCode } from "../error-code.ts";
import { findingsOf, type Finding } from "./finding.ts";

const TIMEOUT_MS = 5_000;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/u;

type Settings = Pick<
  Environment,
  "HOST" | "PUBLIC_URL" | "TRUST_PROXY" | "NODE_ENV" | "DATABASE_URL" | "ALLOW_PRIVATE_WEBHOOKS"
>;

/** What the settings mean for TLS, cookies, limits per address and webhooks. */
export function checkWebSettings(environment: Settings): readonly Finding[] {
  const { ok, advice, problem } = findingsOf("web");
  const { PUBLIC_URL: publicUrl, TRUST_PROXY: trusted, HOST: host } = environment;
  const isProduction = environment.NODE_ENV === "production";
  const isSecure = publicUrl?.startsWith("https:") === true;
  const isLocal = publicUrl === undefined ? LOOPBACK.test(host) : LOOPBACK.test(new URL(publicUrl).hostname);
  const findings: Finding[] = [];
  if (publicUrl === undefined) {
    const says = "PUBLIC_URL is not set: links in mails lead to this machine, and cookies are made for http.";
    findings.push(
      isProduction ? problem(`${says} Set it to the https address that people use.`) : advice(says),
    );
  } else if (!isSecure && !isLocal) {
    findings.push(
      problem(
        "PUBLIC_URL is http: session cookies and messages go in the clear. Put TLS in front and make it https.",
      ),
    );
  }
  if (isSecure && trusted === false) {
    findings.push(
      problem(
        "PUBLIC_URL is https, so a proxy stands in front, and TRUST_PROXY is 0: every caller counts as the proxy, and limits " +
          "per address hit all of them together. Set TRUST_PROXY=1, or to the proxy's address.",
      ),
    );
  }
  if (typeof trusted === "number" && !LOOPBACK.test(host)) {
    findings.push(
      advice(
        `TRUST_PROXY believes whoever connects to ${host}: make sure that only the proxy can, or name its address instead.`,
      ),
    );
  }
  if (isProduction && environment.ALLOW_PRIVATE_WEBHOOKS) {
    findings.push(
      advice(
        "ALLOW_PRIVATE_WEBHOOKS is true: admins of every workspace can have requests sent into your own networks.",
      ),
    );
  }
  if (!isProduction && environment.DATABASE_URL !== undefined) {
    findings.push(
      advice("NODE_ENV is not production: with it, a start refuses what is only fit for trying out."),
    );
  }
  return findings.length > 0 ? findings : [ok("Address, cookies and proxy fit together.")];
}

/** Whether the public address answers, over TLS that browsers accept. */
export async function checkPublicAddress(
  { PUBLIC_URL: publicUrl }: Pick<Environment, "PUBLIC_URL">,
  timeoutMs = TIMEOUT_MS,
): Promise<readonly Finding[]> {
  if (publicUrl === undefined) return [];
  const { ok, advice, problem } = findingsOf("public address");
  try {
    const response = await fetch(`${publicUrl}/healthz`, {
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (response.status === 200) return [ok(`${publicUrl} answers.`)];
    return [
      problem(
        `${publicUrl}/healthz answers ${response.status}: something else stands there, or the proxy finds no server.`,
      ),
    ];
  } catch (error) {
    const code = (error instanceof Error ? errorCode(error.cause) : null) ?? "no answer in time";
    if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/u.test(code)) {
      return [
        problem(
          `The certificate of ${publicUrl} is not accepted (${code}): renew it, or let this machine know who has signed it ` +
            "(NODE_EXTRA_CA_CERTS).",
        ),
      ];
    }
    return [
      advice(
        `${publicUrl} cannot be reached from here (${code}): right if no server runs now, or from outside alone.`,
      ),
    ];
  }
}
