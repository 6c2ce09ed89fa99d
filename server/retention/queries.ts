import { writeEvent, type Actor } from "../audit/events.ts";
import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import { PREVIEW_MAX, type Retention, type RetentionPreview } from "./contract.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const SCAN_ROWS = 5_000; // looked at in a statement

export async function getRetention(database: Database, workspaceId: string): Promise<Retention> {
  const [row] = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw<{ readonly days: number | null }>(
      "select retention_days as days from workspaces where workspace_id = :workspaceId",
      { workspaceId },
    ),
  );
  return { days: row?.days ?? null };
}

/** `now`: milliseconds since the epoch. The next sweep goes by it. */
export async function putRetention(
  database: Database,
  workspaceId: string,
  { days }: Retention,
  actor: Actor,
  now: number,
): Promise<Retention> {
  return inWorkspace(database, workspaceId, async (tx) => {
    await tx.raw("update workspaces set retention_days = :days where workspace_id = :workspaceId", {
      workspaceId,
      days,
    });
    const subject = { kind: "workspace", id: workspaceId } as const;
    writeEvent(tx, { actor, action: "retention.changed", subject, details: { days }, at: now });
    return { days };
  });
}

/** Whoever said nothing since then is due, in milliseconds since the epoch. */
export const silentSince = (days: number, now: number) => now - days * DAY_MS;

/** The customers who are due, whose last interaction is the oldest first, in batches; of each batch the next is read anew. */
export async function* dueCustomers(
  database: Database,
  workspaceId: string,
  since: number,
): AsyncGenerator<string> {
  let place = { lastAt: new Date(0), id: FIRST };
  for (;;) {
    const { lastAt, id } = place;
    const rows = await inWorkspace(database, workspaceId, (tx) =>
      tx.prepared<{ readonly id: string; readonly last_at: Date }>(
        `select customer_id as id, last_at from customer_activity
         where workspace_id = :workspaceId and last_at < :since
           and (last_at, customer_id) > (cast(:lastAt as timestamptz), cast(:id as uuid))
         order by last_at, customer_id limit :most`,
        { workspaceId, since: new Date(since), lastAt, id, most: PREVIEW_MAX },
      ),
    );
    for (const row of rows) yield row.id;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PREVIEW_MAX) return;
    place = { lastAt: last.last_at, id: last.id };
  }
}

/** The conversations that are due and never came to a customer, in the order of their ids. They are found by walking through all
 *  in steps: an index of their dates would have to be written with every message. */
export async function* dueConversations(
  database: Database,
  workspaceId: string,
  since: number,
): AsyncGenerator<string> {
  for (let after = FIRST; ;) {
    const from = after;
    const rows = await inWorkspace(database, workspaceId, (tx) =>
      tx.prepared<{ readonly id: string; readonly due: boolean }>(
        `select id, customer_id is null and last_at < :since as due from conversations
         where workspace_id = :workspaceId and id > :after
         order by id limit :most`,
        { workspaceId, since: new Date(since), after: from, most: SCAN_ROWS },
      ),
    );
    for (const { id, due } of rows) if (due) yield id;
    const last = rows.at(-1);
    if (last === undefined || rows.length < SCAN_ROWS) return;
    after = last.id;
  }
}

const FIRST = "00000000-0000-0000-0000-000000000000"; // nobody's

/** What a sweep would erase now. `days`: as if they were set; null: what is set. */
export async function previewRetention(
  database: Database,
  workspaceId: string,
  stated: number | null,
  now: number,
): Promise<RetentionPreview> {
  const days = stated ?? (await getRetention(database, workspaceId)).days;
  if (days === null) {
    return {
      days,
      silentSince: null,
      customers: { count: 0, ids: [] },
      conversations: { count: 0, ids: [] },
    };
  }
  const since = silentSince(days, now);
  return {
    days,
    silentSince: new Date(since).toISOString(),
    customers: await counted(dueCustomers(database, workspaceId, since)),
    conversations: await counted(dueConversations(database, workspaceId, since)),
  };
}

async function counted(due: AsyncGenerator<string>) {
  const ids: string[] = [];
  let count = 0;
  for await (const id of due) {
    count += 1;
    if (ids.length < PREVIEW_MAX) ids.push(id);
  }
  return { count, ids };
}
