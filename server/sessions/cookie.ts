import type { Request } from "express";

const SECRET = /^[A-Za-z0-9_-]{43}$/u;

/** The cookie that holds a session's secret. Over TLS its name makes browsers insist on Secure, Path=/ and this host alone;
 *  without TLS, which is for trying out on one machine, they would refuse that. `publicUrl`: how browsers reach the server. */
function nameOf(publicUrl: string): string {
  return isSecure(publicUrl) ? "__Host-session" : "session";
}

export const isSecure = (publicUrl: string): boolean => publicUrl.startsWith("https:");

/** The value of a Set-Cookie header. `secret` null: the browser forgets it. */
export function sessionCookie(
  publicUrl: string,
  session: { readonly secret: string; readonly expiresAt: Date } | null,
): string {
  const until = (session?.expiresAt ?? new Date(0)).toUTCString();
  const attributes = ["Path=/", `Expires=${until}`, "HttpOnly", "SameSite=Lax"];
  if (isSecure(publicUrl)) attributes.push("Secure");
  return [`${nameOf(publicUrl)}=${session?.secret ?? ""}`, ...attributes].join("; ");
}

/** The secret that the request's cookie holds; null when there is none. */
export function secretIn(request: Request, publicUrl: string): string | null {
  const value = cookieIn(request, nameOf(publicUrl));
  return value !== null && SECRET.test(value) ? value : null;
}

/** The first cookie of a name. */
export function cookieIn(request: Request, name: string): string | null {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}
