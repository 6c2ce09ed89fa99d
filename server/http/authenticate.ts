import type { RequestHandler, Response } from "express";
import { SCOPES } from "../access/permission-contract.ts";
import type { Caller } from "../access/caller.ts";
import { createKeyCache } from "../workspaces/key-cache.ts";
import type { Actor } from "../audit/events.ts";
import { AppError } from "../app-error.ts";
import type { Services } from "./services.ts";

const KEY_CHARS_MAX = 200; // ours have 90

/** Lets a request through that carries a valid API key, and remembers whose it is. Looks at nothing else of it first. */
export function authenticate({ database, clock }: Services): RequestHandler {
  const keys = createKeyCache(database, clock);
  return async (request, response, next) => {
    const [, key] = /^Bearer +(\S+) *$/iu.exec(request.headers.authorization ?? "") ?? [];
    if (key === undefined || key.length > KEY_CHARS_MAX) {
      throw new AppError("unauthorized", "An API key is needed: send Authorization: Bearer and the key.");
    }
    const holder = await keys.verify(key);
    // The same words for an unknown, a wrong and a revoked key: which of them it is concerns nobody outside.
    if (holder === null) throw new AppError("unauthorized", "The API key is not valid.");
    const { workspaceId, keyId } = holder;
    const actor: Actor = { kind: "api_key", id: keyId };
    response.locals["workspaceId"] = workspaceId;
    response.locals["actor"] = actor;
    response.locals["caller"] = { kind: "key", workspaceId, actor, scopes: SCOPES } satisfies Caller;
    next();
  };
}

/** The workspace whose key the request carries. */
export function workspaceOf(response: Response): string {
  const workspaceId: unknown = response.locals["workspaceId"];
  if (typeof workspaceId !== "string")
    throw new Error("a route without authentication asked for its workspace");
  return workspaceId;
}

/** Who makes the request, for the audit. */
export function actorOf(response: Response): Actor {
  const actor: Actor | undefined = response.locals["actor"];
  if (actor === undefined) throw new Error("a route without authentication asked who makes the request");
  return actor;
}
