import { AppError } from "../app-error.ts";
import { NO_CURSOR } from "./cursor-contract.ts";

/** Where a page ended, by what its rows are ordered by. Opaque to callers, so that it may change. */
export function encodePlace(...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

/** As many parts as there are checks, each of which holds. Throws `invalid_request` for what encodePlace did not write. */
export function decodePlace(
  cursor: string,
  ...checks: readonly ((part: string) => boolean)[]
): readonly string[] {
  const parts = parsed(Buffer.from(cursor, "base64url").toString("utf8"));
  const isPlace =
    Array.isArray(parts) &&
    parts.length === checks.length &&
    parts.every((part, index) => typeof part === "string" && checks[index]?.(part) === true);
  if (isPlace) return parts;
  throw new AppError("invalid_request", `The cursor ${NO_CURSOR}.`, {
    faults: [{ pointer: "?cursor", detail: NO_CURSOR }],
  });
}

/** An instant in milliseconds since the epoch, as a cursor has it. */
export const isInstant = (part: string) => /^\d{1,15}$/u.test(part);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
