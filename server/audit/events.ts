import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { newRowId } from "../uuid.ts";
import { eventLine } from "./leaves.ts";
import { digest, micros } from "./step.ts";

/** Who did it. `operator`: somebody at the machine's terminal; `system`: the program by itself, such as a retention sweep. */
export interface Actor {
  readonly kind: "api_key" | "member" | "operator" | "system";
  readonly id: string;
}

/** Who does something, and when, in milliseconds since the epoch. */
export interface Deed {
  readonly actor: Actor;
  readonly at: number;
}

/** What is audited, as `subject.done`. */
export type AuditAction =
  | "customer.viewed"
  | "customer.edited"
  | "customer.claim_accepted"
  | "customer.verified"
  | "customer.tagged"
  | "customer.noted"
  | "customer.merged"
  | "customer.unmerged"
  | "customer.erased"
  | "conversation.viewed"
  | "conversation.erased"
  | "customer.exported"
  | "customers.exported"
  | "customers.imported"
  | "retention.changed"
  | "filter.changed"
  | "finding.marked"
  | "webhook.changed"
  | "conversation.proved"
  | "session.signed_in"
  | "session.signed_out"
  | "session.failed"
  | "member.invited"
  | "member.invitation_revoked"
  | "member.joined"
  | "member.role_changed"
  | "member.removed"
  | "person.password_changed"
  | "person.password_reset"
  | "person.totp_changed"
  | "key.created"
  | "key.revoked"
  | "workspace.created"
  | "workspace.renamed"
  | "action.added"
  | "action.activated"
  | "action.enabled"
  | "action.disabled"
  | "action.configured"
  | "plan.changed";

export type AuditSubject =
  | "customer"
  | "workspace"
  | "filter"
  | "finding"
  | "conversation"
  | "person"
  | "invitation"
  | "key"
  | "webhook"
  | "action";

export interface AuditEvent {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly subject: { readonly kind: AuditSubject; readonly id: string };
  /** Names of fields, counts, causes; never what a customer said or gave. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** The columns of an event, as they are hashed for its leaf. */
export const EVENT_COLUMNS = [
  "id",
  "at",
  "actor_kind",
  "actor_id",
  "action",
  "subject_kind",
  "subject_id",
  "details",
] as const;
export type EventRow = Readonly<Record<(typeof EVENT_COLUMNS)[number], string>>;

/** The hash of an event's row: cells and times as in a step (see audit/step.ts). */
export function eventHash(workspaceId: string, row: EventRow): Buffer {
  return digest((add) => {
    add("customer-enrichment event 1");
    add(workspaceId);
    for (const column of EVENT_COLUMNS) add(row[column]);
  });
}

/** Writes an event and its leaf in the transaction of what it tells of: neither is there without the other. Sent with the
 *  next statement or the commit. */
export function writeEvent(
  tx: WorkspaceTransaction,
  { actor, action, subject, details, at }: AuditEvent,
): void {
  const row = {
    id: newRowId(),
    at: micros(at),
    actor_kind: actor.kind,
    actor_id: actor.id,
    action,
    subject_kind: subject.kind,
    subject_id: subject.id,
    details: JSON.stringify(details ?? {}),
  };
  tx.later(
    `with event as (
       insert into audit_events (
         workspace_id, id, at, actor_kind, actor_id, action, subject_kind, subject_id, details)
       values (:workspaceId, :id, :at, :actorKind, :actorId, :action, :subjectKind, :subjectId, cast(:details as json))
     )
     insert into audit_leaves (workspace_id, id, leaf) values (:workspaceId, :leafId, :leaf)`,
    {
      workspaceId: tx.workspaceId,
      id: row.id,
      at: new Date(at),
      actorKind: actor.kind,
      actorId: actor.id,
      action,
      subjectKind: subject.kind,
      subjectId: subject.id,
      details: row.details,
      leafId: newRowId(),
      leaf: eventLine(row.id, eventHash(tx.workspaceId, row)),
    },
  );
}
