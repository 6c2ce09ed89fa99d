import { AppError } from "../app-error.ts";
import type { Actor } from "../audit/events.ts";
import type { Permission, Role, Scope } from "./permission-contract.ts";

/** Who makes a request in a workspace. */
export type Caller = {
  readonly workspaceId: string;
  /** As the audit names them. */
  readonly actor: Actor;
} & (
  | { readonly kind: "key"; readonly scopes: readonly Scope[] }
  | { readonly kind: "member"; readonly role: Role; readonly personId: string; readonly sessionId: string }
);

/** Throws `forbidden` for who may not. The words name what would be needed: that is no secret. */
export function checkPermitted(caller: Caller, { roles, scope }: Permission): void {
  if (caller.kind === "key") {
    if (scope !== null && caller.scopes.includes(scope)) return;
    const needed =
      scope === null ? "No API key may do this: sign in." : `The API key needs the scope ${scope}.`;
    throw new AppError("forbidden", needed);
  }
  if (roles.includes(caller.role)) return;
  throw new AppError("forbidden", `This takes the role ${roles.join(" or ")}; yours is ${caller.role}.`);
}

/** Whether phone numbers and emails are masked in what the caller reads. */
export const seesMasked = (caller: Caller): boolean => caller.kind === "member" && caller.role === "viewer";
