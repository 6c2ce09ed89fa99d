import { AppError } from "../app-error.ts";

/** What befell the customer between finding it and writing to it, and who has its email now; null for any other error. Nothing of
 *  the row is taken then, so that nobody whom somebody has just erased is made again by it. */
export function overtakenBy(
  error: unknown,
): { readonly customerId: string | null; readonly detail: string } | null {
  if (!(error instanceof AppError)) return null;
  switch (error.code) {
    case "customer_merged":
      return {
        customerId: error.mergedInto,
        detail: "its customer was merged into another one meanwhile: send the row again to complete that one",
      };
    case "customer_not_found":
      return {
        customerId: null,
        detail: "its customer was removed meanwhile: send the row again if there is to be a new one",
      };
    case "email_taken":
      return {
        customerId: null,
        detail: "another customer was given the address meanwhile: send the row again",
      };
    default:
      return null;
  }
}
