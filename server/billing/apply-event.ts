import { advisoryKey } from "../database/advisory-key.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { isUuid } from "../uuid.ts";
import type { EventReceipt } from "./contract.ts";
import { foldEvents, type Told, type ToldEvent } from "./fold-events.ts";
import { readSubscription, writeSubscription } from "./subscriptions.ts";

/** Keeps an event of the payment provider, and brings the subscription to what follows from all of them. `now`: milliseconds. */
export async function applyEvent(database: Database, event: ToldEvent, now: number): Promise<EventReceipt> {
  const { workspaceId } = event;
  if (workspaceId === null || !isUuid(workspaceId) || event.told === null) return { outcome: "ignored" };
  return inWorkspace(
    database,
    workspaceId,
    async (tx) => {
      if (!(await isThere(tx))) return { outcome: "ignored" };
      if (!(await keepEvent(tx, event, now))) return { outcome: "known" };
      const folded = foldEvents(await readEvents(tx));
      const before = await readSubscription(tx);
      if (folded !== null && !isSame(before, { ...folded, provider: "stripe" })) {
        await writeSubscription(tx, { ...folded, provider: "stripe" }, { kind: "system", id: "stripe" }, now);
      }
      return { outcome: "applied" };
    },
    { locks: [advisoryKey("action", workspaceId)] },
  );
}

type Compared = Pick<
  Awaited<ReturnType<typeof readSubscription>>,
  "plan" | "status" | "provider" | "periodEndsAt"
>;

function isSame(one: Compared, other: Compared): boolean {
  return (
    one.plan === other.plan &&
    one.status === other.status &&
    one.provider === other.provider &&
    one.periodEndsAt?.getTime() === other.periodEndsAt?.getTime()
  );
}

/** Whoever can sign may still name a workspace of another installation. */
async function isThere(tx: WorkspaceTransaction): Promise<boolean> {
  const rows = await tx.prepared("select 1 from workspaces where workspace_id = :workspaceId", {
    workspaceId: tx.workspaceId,
  });
  return rows.length > 0;
}

async function keepEvent(tx: WorkspaceTransaction, event: ToldEvent, now: number): Promise<boolean> {
  const { id, type, createdAt, told } = event;
  const kept = await tx.prepared(
    `insert into billing_events (workspace_id, id, type, created_at, received_at, told)
     values (:workspaceId, :id, :type, :createdAt, :now, cast(:told as json))
     on conflict (workspace_id, id) do nothing returning id`,
    {
      workspaceId: tx.workspaceId,
      id,
      type,
      createdAt: new Date(createdAt),
      now: new Date(now),
      told: JSON.stringify(told),
    },
  );
  return kept.length > 0;
}

interface Row {
  readonly id: string;
  readonly type: string;
  readonly created_at: Date;
  readonly told: string;
}

/** All of them: a subscription has some dozens a year. */
async function readEvents(tx: WorkspaceTransaction): Promise<readonly ToldEvent[]> {
  const { workspaceId } = tx;
  const rows = await tx.prepared<Row>(
    `select id, type, created_at, cast(told as text) as told from billing_events where workspace_id = :workspaceId`,
    { workspaceId },
  );
  return rows.map(({ id, type, created_at: created, told }) => {
    const parsed: Told | null = JSON.parse(told); // what keepEvent wrote
    return { id, type, createdAt: created.getTime(), workspaceId, told: parsed };
  });
}
