import type { RequestHandler } from "express";
import type { Caller } from "../../../server/access/caller.ts";
import { Role } from "../../../server/access/permission-contract.ts";

/** The header by which a request comes from a member, as if signed in: "owner in <workspace id>". */
export const MEMBER = "test-member";

/** Lets members in by the header, and everybody else as `authenticate` does. */
export function membersToo(authenticate: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const [, role, workspaceId] = /^(\w+) in (\S+)$/u.exec(request.get(MEMBER) ?? "") ?? [];
    if (role === undefined || workspaceId === undefined) return authenticate(request, response, next);
    const actor = { kind: "member", id: "test" } as const;
    const caller: Caller = {
      kind: "member",
      workspaceId,
      actor,
      role: Role.parse(role),
      personId: "test",
      sessionId: "test",
    };
    response.locals["caller"] = caller;
    return next();
  };
}
