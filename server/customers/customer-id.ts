import { AppError } from "../app-error.ts";
import { parseId } from "../http/parse-id.ts";

/** The customer's id from a path. Throws `customer_not_found` for what can be none. */
export function customerId(text: unknown): string {
  const id = parseId(text);
  if (id === null) throw new AppError("customer_not_found", "There is no such customer.");
  return id;
}
