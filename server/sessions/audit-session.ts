import { writeEvent, type AuditEvent } from "../audit/events.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { Store } from "../privacy/store.ts";
import { INSTALLATION_ID } from "../workspaces/workspaces.ts";
import type { Session } from "./sessions.ts";

/** Tells of a session in the audit of its workspace; of one that is in none, in the installation's. */
export function auditSession(
  { database }: Store,
  { personId, currentId }: Pick<Session, "personId" | "currentId">,
  action: AuditEvent["action"],
  now: number,
  details: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  return inWorkspace(database, currentId ?? INSTALLATION_ID, async (tx) => {
    const actor = { kind: "member", id: personId } as const;
    writeEvent(tx, { actor, action, subject: { kind: "person", id: personId }, details, at: now });
  });
}
