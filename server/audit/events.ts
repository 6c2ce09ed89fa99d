import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { newRowId } from "../uuid.ts";

/** Who did it. `operator`: somebody at the machine's terminal; `system`: the program by itself, such as a retention sweep. */
export interface Actor {
  readonly kind: "api_key" | "member" | "operator" | "system";
  readonly id: string;
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
  | "conversation.erased"
  | "customer.exported"
  | "customers.exported"
  | "customers.imported"
  | "retention.changed"
  | "filter.changed";

export interface AuditEvent {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly subject: {
    readonly kind: "customer" | "conversation" | "workspace" | "filter";
    readonly id: string;
  };
  /** Names of fields, counts, causes; never what a customer said or gave. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** Writes an event in the transaction of what it tells of: neither is there without the other. Sent with the next
 *  statement or the commit. */
export function writeEvent(
  tx: WorkspaceTransaction,
  { actor, action, subject, details, at }: AuditEvent,
): void {
  tx.later(
    `insert into audit_events (
       workspace_id, id, at, actor_kind, actor_id, action, subject_kind, subject_id, details)
     values (:workspaceId, :id, :at, :actorKind, :actorId, :action, :subjectKind, :subjectId, cast(:details as json))`,
    {
      workspaceId: tx.workspaceId,
      id: newRowId(),
      at: new Date(at),
      actorKind: actor.kind,
      actorId: actor.id,
      action,
      subjectKind: subject.kind,
      subjectId: subject.id,
      details: JSON.stringify(details ?? {}),
    },
  );
}
