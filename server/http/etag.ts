import type { Request } from "express";
import { AppError } from "../app-error.ts";

/** The ETag of a version. It says which values were seen, not which bytes: dates and counts move with every message. */
export function etagOf(version: number): string {
  return `"${version}"`;
}

// W/ too: what compresses answers on their way writes it.
const TAGS = /^\s*(?:W\/)?"\d{1,9}"(?:\s*,\s*(?:W\/)?"\d{1,9}")*\s*$/u;

/** The versions that the request's If-Match names; null: any ("*"). Throws `etag_required` where there is no If-Match, and
 *  `invalid_request` where it is none of ours. */
export function versionsSeen(request: Request): readonly number[] | null {
  const header = request.headers["if-match"]?.trim();
  if (header === undefined || header === "") {
    const message =
      "Say which version you change: send the ETag of the answer in which you read it as If-Match, " +
      "so that nobody's change is lost.";
    throw new AppError("etag_required", message);
  }
  if (header === "*") return null;
  if (!TAGS.test(header)) {
    throw new AppError("invalid_request", 'If-Match must be an ETag as it was sent, with its quotes: "7".');
  }
  return [...header.matchAll(/\d+/gu)].map(([digits]) => Number(digits));
}
