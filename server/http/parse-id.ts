import { isUuid } from "../uuid.ts";

/** An id from a path in the one spelling that the database gives it, or null when it cannot be one. */
export function parseId(text: unknown): string | null {
  const id = typeof text === "string" ? text.toLowerCase() : "";
  return isUuid(id) ? id : null;
}
