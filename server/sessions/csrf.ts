import type { Request } from "express";
import { AppError } from "../app-error.ts";
import { isSecure } from "./cookie.ts";

const SAFE = new Set(["GET", "HEAD"]);
// What a form can send without the browser asking this server first, which never allows it.
const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/iu;

/** Throws `csrf_refused` where a page of another site may have made the browser send the request, with our cookie. */
export function refuseForeign(request: Request, publicUrl: string): void {
  if (SAFE.has(request.method)) return;
  const site = request.get("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    throw refusal(
      `it comes from another site (Sec-Fetch-Site: ${site === "same-site" ? site : "cross-site"})`,
    );
  }
  const origin = request.get("origin");
  if (origin !== undefined && !isOurs(origin, request, publicUrl)) {
    throw refusal(
      "its Origin is not this server's. Behind a proxy, set PUBLIC_URL to the address that people see",
    );
  }
  const type = request.get("content-type");
  if (type === undefined ? request.method === "POST" : FORM.test(type)) {
    throw refusal("it could be a form's: send Content-Type: application/json");
  }
}

/** Without TLS the server may be tried out under several names of one machine: then the browser's own word for where it sends
 *  the request counts too. */
function isOurs(origin: string, request: Request, publicUrl: string): boolean {
  if (origin === new URL(publicUrl).origin) return true;
  return !isSecure(publicUrl) && origin === `http://${request.get("host") ?? ""}`;
}

const refusal = (why: string) => new AppError("csrf_refused", `The request was refused: ${why}.`);
