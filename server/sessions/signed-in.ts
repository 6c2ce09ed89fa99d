import type { Request } from "express";
import { AppError } from "../app-error.ts";
import type { Caller } from "../access/caller.ts";
import { readMembership } from "../members/members.ts";
import type { Services } from "../http/services.ts";
import { secretIn } from "./cookie.ts";
import { refuseForeign } from "./csrf.ts";
import { findSession, type Session } from "./sessions.ts";

type Needed = Pick<Services, "database" | "clock" | "publicUrl">;

/** Whose session the request's cookie names; null when it has none that is live. Throws `csrf_refused`. */
export async function sessionOf(
  { database, clock, publicUrl }: Needed,
  request: Request,
): Promise<Session | null> {
  const secret = secretIn(request, publicUrl());
  if (secret === null) return null;
  refuseForeign(request, publicUrl());
  return findSession(database, secret, clock());
}

/** The same as a member of the workspace that the session is in. The role is read each time: a change counts at once.
 *  Throws `forbidden` for somebody who is in none. */
export async function memberOf(services: Needed, request: Request): Promise<Caller | null> {
  const session = await sessionOf(services, request);
  if (session === null) return null;
  const { id: sessionId, personId, currentId } = session;
  const place = currentId === null ? null : await readMembership(services.database, currentId, personId);
  if (place === null) {
    throw new AppError(
      "forbidden",
      "You are signed in, but a member of no workspace that is chosen: choose one with PUT /v1/session/workspace.",
    );
  }
  const actor = { kind: "member", id: personId } as const;
  return { kind: "member", workspaceId: place.id, actor, role: place.role, personId, sessionId };
}
