const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** An id from a path in the one spelling that the database gives it, or null when it cannot be one. */
export function parseId(text: unknown): string | null {
  const id = typeof text === "string" ? text.toLowerCase() : "";
  return UUID.test(id) ? id : null;
}
