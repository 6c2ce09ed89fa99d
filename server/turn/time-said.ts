import { AppError } from "../app-error.ts";

/** How far a caller's clock may be ahead of ours. Further is a mistake, and a harmful one: a conversation whose last word
 *  lies in the future never falls silent, and its customer stays on top of every list. */
export const AHEAD_MS_MAX = 5 * 60 * 1000;

/** When a message was said, in milliseconds since the epoch: as the caller states it (ISO 8601), or now.
 *  Throws `invalid_request` for a time in the future. */
export function timeSaid(stated: string | undefined, now: number): number {
  if (stated === undefined) return now;
  const at = Date.parse(stated);
  if (at <= now + AHEAD_MS_MAX) return at;
  const minutes = AHEAD_MS_MAX / 60_000;
  const detail = `must not lie more than ${minutes} minutes after the server's clock (${new Date(now).toISOString()})`;
  throw new AppError("invalid_request", `/at ${detail}.`, { faults: [{ pointer: "/at", detail }] });
}
