import type { Database } from "../database/database.ts";
import { inWorkspace } from "../database/in-workspace.ts";
import type { Binding } from "../database/statement.ts";
import { decodePlace, encodePlace, isInstant } from "../http/cursor.ts";
import { isUuid } from "../uuid.ts";
import type { Actor } from "./events.ts";
import type { AuditPage, AuditQuery } from "./contract.ts";

interface Row {
  readonly id: string;
  readonly at: Date;
  readonly actor_kind: Actor["kind"];
  readonly actor_id: string;
  readonly actor_label: string | null;
  readonly action: string;
  readonly subject_kind: string;
  readonly subject_id: string;
  /** As it was written. */
  readonly details: string;
}

/** A page of what was done in the workspace, the latest first. Throws `invalid_request` for a cursor that is none. */
export async function listEvents(
  database: Database,
  workspaceId: string,
  query: AuditQuery,
): Promise<AuditPage> {
  const { sql, bindings } = pageOf(workspaceId, query);
  const rows = await inWorkspace(database, workspaceId, (tx) => tx.prepared<Row>(sql, bindings));
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    events: page.map((row) => ({
      id: row.id,
      at: row.at.toISOString(),
      actor: { kind: row.actor_kind, id: row.actor_id, label: row.actor_label },
      action: row.action,
      subject: { kind: row.subject_kind, id: row.subject_id },
      details: JSON.parse(row.details),
    })),
    nextCursor:
      rows.length > page.length && last !== undefined ? encodePlace(`${last.at.getTime()}`, last.id) : null,
  };
}

/** Subject and actor have an index each, in the order of the page; action and dates are looked for along one of these, or along
 *  that of the dates: `at` is always compared, which is what lets the statement use it. */
function pageOf(workspaceId: string, { cursor, limit, action, actor, subject, from, to }: AuditQuery) {
  const filters: string[] = ["at > '-infinity'"];
  const bindings: Record<string, Binding> = { workspaceId, most: limit + 1 }; // one more tells whether there is another page
  const where = (filter: string, name: string, value: Binding | undefined) => {
    if (value === undefined) return;
    filters.push(filter);
    bindings[name] = value;
  };
  where("subject_id = :subject", "subject", subject);
  where("actor_id = :actor", "actor", actor);
  where("action = :action", "action", action);
  where("at >= :from", "from", from);
  where("at < :to", "to", to);
  if (cursor !== undefined) {
    const [at, id = ""] = decodePlace(cursor, isInstant, isUuid);
    filters.push("(at, id) < (cast(:lastAt as timestamptz), cast(:lastId as uuid))");
    bindings["lastAt"] = new Date(Number(at));
    bindings["lastId"] = id;
  }
  const sql = `
    select event.*, key.label as actor_label
    from (
      select id, at, actor_kind, actor_id, action, subject_kind, subject_id, cast(details as text) as details
      from audit_events
      where workspace_id = :workspaceId and ${filters.join(" and ")}
      order by at desc, id desc limit :most
    ) as event
    left join lateral (
      select label from api_keys
      where workspace_id = :workspaceId and event.actor_kind = 'api_key' and id = cast(
        case event.actor_kind when 'api_key' then event.actor_id end as uuid)
      offset 0
    ) as key on true
    order by event.at desc, event.id desc`;
  return { sql, bindings };
}
