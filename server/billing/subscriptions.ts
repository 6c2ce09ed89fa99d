import { countUpAction } from "../actions/revision.ts";
import { writeEvent, type Actor } from "../audit/events.ts";
import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import type { Plan, PaymentStatus } from "./plans-contract.ts";

export type ProviderName = "manual" | "stripe";

/** What a workspace has subscribed to. */
export interface Subscription {
  readonly plan: Plan;
  readonly status: PaymentStatus;
  readonly provider: ProviderName;
  /** Until when it is paid, where the provider says so. */
  readonly periodEndsAt: Date | null;
  /** Null: never. */
  readonly changed: { readonly at: Date; readonly by: Actor } | null;
}

/** Of a workspace that nobody has chosen a plan for. */
const NONE: Subscription = {
  plan: "starter",
  status: "active",
  provider: "manual",
  periodEndsAt: null,
  changed: null,
};

interface Row {
  readonly plan: Plan;
  readonly status: PaymentStatus;
  readonly provider: ProviderName;
  readonly period_ends_at: Date | null;
  readonly changed_at: Date;
  readonly changed_by_kind: Actor["kind"];
  readonly changed_by_id: string;
}

export const readSubscriptionSql = `
  select plan, status, provider, period_ends_at, changed_at, changed_by_kind, changed_by_id
  from subscriptions where workspace_id = :workspaceId`;

/** The subscription in the rows of `readSubscriptionSql`. */
export function subscriptionFrom([row]: readonly Row[]): Subscription {
  if (row === undefined) return NONE;
  const { plan, status, provider } = row;
  const by: Actor = { kind: row.changed_by_kind, id: row.changed_by_id };
  return { plan, status, provider, periodEndsAt: row.period_ends_at, changed: { at: row.changed_at, by } };
}

export async function readSubscription(tx: WorkspaceTransaction): Promise<Subscription> {
  return subscriptionFrom(await tx.prepared<Row>(readSubscriptionSql, { workspaceId: tx.workspaceId }));
}

/** Writes what a workspace has subscribed to from now on, counts the action up and audits it. `at`: milliseconds. */
export async function writeSubscription(
  tx: WorkspaceTransaction,
  wanted: Omit<Subscription, "changed">,
  actor: Actor,
  at: number,
): Promise<void> {
  const { workspaceId } = tx;
  const { plan, status, provider, periodEndsAt } = wanted;
  const before = await readSubscription(tx);
  await tx.prepared(
    `insert into subscriptions (
       workspace_id, plan, status, provider, period_ends_at, changed_at, changed_by_kind, changed_by_id)
     values (:workspaceId, :plan, :status, :provider, :periodEndsAt, :now, :actorKind, :actorId)
     on conflict (workspace_id) do update set
       plan = :plan, status = :status, provider = :provider, period_ends_at = :periodEndsAt, changed_at = :now,
       changed_by_kind = :actorKind, changed_by_id = :actorId`,
    {
      workspaceId,
      plan,
      status,
      provider,
      periodEndsAt,
      now: new Date(at),
      actorKind: actor.kind,
      actorId: actor.id,
    },
  );
  countUpAction(tx);
  writeEvent(tx, {
    actor,
    action: "plan.changed",
    subject: { kind: "workspace", id: workspaceId },
    details: { plan, status, provider, before: { plan: before.plan, status: before.status } },
    at,
  });
}
