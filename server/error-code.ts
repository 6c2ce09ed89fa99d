/** The code that an error carries: Node's ("ENOENT"), PostgreSQL's SQLSTATE ("40P01"). Of several errors in one (a host name
 *  with two addresses fails twice) that of the first. Null where there is none. Never throws. */
export function errorCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof AggregateError ? errorCode(error.errors[0]) : null;
}
