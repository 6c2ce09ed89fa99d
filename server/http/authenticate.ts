import type { RequestHandler } from "express";
import type { Caller } from "../access/caller.ts";
import { memberOf, sessionOf } from "../sessions/signed-in.ts";
import type { Session } from "../sessions/sessions.ts";
import { createKeyCache } from "../workspaces/key-cache.ts";
import { createKeyUse } from "../workspaces/key-use.ts";
import type { Actor } from "../audit/events.ts";
import { AppError } from "../app-error.ts";
import { networkOf } from "../limits/address.ts";
import type { Services } from "./services.ts";

const KEY_CHARS_MAX = 200; // ours have 90
const NEEDED = "An API key is needed: send Authorization: Bearer and the key. People sign in.";
const INVALID = "The API key is not valid.";

/** Lets a request through that carries a valid API key, or the cookie of somebody signed in who is a member, and remembers
 *  whose it is. Looks at nothing else of it first. */
export function authenticate(services: Services): RequestHandler {
  const { database, clock, log, limits } = services;
  const keys = createKeyCache(database, clock);
  const noteUse = createKeyUse(database, clock, log);
  return async (request, response, next) => {
    const member = request.headers.authorization === undefined ? await memberOf(services, request) : null;
    if (member !== null) {
      response.locals["workspaceId"] = member.workspaceId;
      response.locals["caller"] = member;
      next();
      return;
    }
    const [, key] = /^Bearer +(\S+) *$/iu.exec(request.headers.authorization ?? "") ?? [];
    const isKey = key !== undefined && key.length <= KEY_CHARS_MAX;
    const address = networkOf(request.ip);
    // Who is known to have a key is not held responsible for others at the same address.
    if (!isKey || !keys.knows(key)) await limits.checkStranger(address);
    const holder = isKey ? await keys.verify(key) : null;
    if (holder === null) {
      await limits.stranger(address);
      // The same words for an unknown, a wrong, an expired and a revoked key: which of them it is concerns nobody outside.
      throw new AppError("unauthorized", isKey ? INVALID : NEEDED);
    }
    noteUse(holder);
    const { workspaceId, keyId, scopes } = holder;
    const actor: Actor = { kind: "api_key", id: keyId };
    response.locals["workspaceId"] = workspaceId;
    response.locals["caller"] = { kind: "key", workspaceId, actor, scopes } satisfies Caller;
    next();
  };
}

/** Lets a request through that comes from somebody signed in, whether or not they are a member of anything. */
export function authenticatePerson(services: Services): RequestHandler {
  return async (request, response, next) => {
    const address = networkOf(request.ip);
    await services.limits.checkStranger(address);
    const session = await sessionOf(services, request);
    if (session === null) {
      await services.limits.stranger(address);
      throw new AppError("unauthorized", "Nobody is signed in, or no longer: sign in first.");
    }
    response.locals["session"] = session satisfies Session;
    next();
  };
}
