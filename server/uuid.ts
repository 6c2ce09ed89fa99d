const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** Whether the text is a UUID in the one spelling that the database gives it: lower case, with hyphens. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
