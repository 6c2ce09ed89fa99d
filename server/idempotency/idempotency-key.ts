import { createHash } from "node:crypto";
import type { Request } from "express";
import type { Caller } from "../access/caller.ts";
import { AppError } from "../app-error.ts";

const KEY_CHARS_MAX = 255;

/** The request's Idempotency-Key, in quotes (RFC 8941) or without; null where there is none.
 *  Throws `invalid_request` for what is no key. */
export function idempotencyKeyOf(request: Request): string | null {
  const header = request.headers["idempotency-key"];
  if (header === undefined) return null;
  const [, key] = /^\s*"?([\x21\x23-\x7e]+)"?\s*$/u.exec(String(header)) ?? [];
  if (key !== undefined && key.length <= KEY_CHARS_MAX) return key;
  throw new AppError(
    "invalid_request",
    `Idempotency-Key must be 1 to ${KEY_CHARS_MAX} visible ASCII characters without spaces and quotes, such as a UUID.`,
  );
}

/** Whose the key is: two callers may use the same one. */
export const scopedKey = ({ actor }: Caller, key: string) => `${actor.kind} ${actor.id} ${key}`;

/** The messageId of a chat message that came with an Idempotency-Key and has none of its own: so a turn is never taken twice, even
 *  when a server ends between the turn and its stored answer. */
export function messageIdOf(caller: Caller, key: string): string {
  return `idempotency-key ${createHash("sha256").update(scopedKey(caller, key)).digest("base64url")}`;
}
