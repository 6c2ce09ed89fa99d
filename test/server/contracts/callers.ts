import type { RequestHandler } from "express";
import type { Caller } from "../../../server/access/caller.ts";
import type { Role, Scope } from "../../../server/access/permission-contract.ts";
import { authenticate } from "../../../server/http/authenticate.ts";
import type { Services } from "../../../server/http/services.ts";

/** Somebody of a workspace: with a role, or with the scopes of a key. */
export type Somebody = { readonly workspaceId: string } & (
  { readonly role: Role } | { readonly scopes: readonly Scope[] }
);

const HEADER = "x-test-caller";
const NOBODY = "0199c0de-0000-7000-8000-00000000beef";

/** Takes the word of a header for who asks; without it, authenticates as the server does. */
export function takingTheirWord(services: Services): RequestHandler {
  const authenticated = authenticate(services);
  return (request, response, next) => {
    const word = request.headers[HEADER];
    if (typeof word !== "string") return authenticated(request, response, next);
    const somebody: Somebody = JSON.parse(word);
    response.locals["workspaceId"] = somebody.workspaceId;
    response.locals["caller"] = callerOf(somebody);
    return next();
  };
}

function callerOf(somebody: Somebody): Caller {
  const { workspaceId } = somebody;
  return "role" in somebody
    ? {
        workspaceId,
        actor: { kind: "member", id: NOBODY },
        kind: "member",
        role: somebody.role,
        personId: NOBODY,
        sessionId: NOBODY,
      }
    : { workspaceId, actor: { kind: "api_key", id: NOBODY }, kind: "key", scopes: somebody.scopes };
}

/** A fetch in somebody's name. */
export const as =
  (somebody: Somebody): typeof globalThis.fetch =>
  (input, init = {}) => {
    const headers = new Headers(init.headers);
    headers.delete("authorization");
    headers.set(HEADER, JSON.stringify(somebody));
    return fetch(input, { ...init, headers });
  };
