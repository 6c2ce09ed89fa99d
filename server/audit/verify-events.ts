import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { EVENT_COLUMNS, eventHash, type EventRow } from "./events.ts";
import type { Leaf } from "./leaves.ts";
import { cell } from "./read-steps.ts";
import { checkProofs, proofsIn, type ProofsChecked } from "./verify-proofs.ts";
import type { Fault } from "./verify-steps.ts";

const EVENTS_AT_ONCE = 1_000;
const NONE = "00000000-0000-0000-0000-000000000000";

export type EventLeaf = Extract<Leaf, { readonly kind: "event" }>;

/** Computes the hashes of the events that leaves tell of, and looks at the proofs that these tell of. */
export async function checkEvents(
  tx: WorkspaceTransaction,
  leaves: readonly EventLeaf[],
): Promise<ProofsChecked> {
  if (leaves.length === 0) return { faults: [], missing: [], claims: 0 };
  const rows = await tx.prepared<EventRow>(
    `select stored.* from unnest(cast(:ids as uuid[])) as wanted (id)
     cross join lateral (
       select ${EVENT_COLUMNS.map(cell).join(", ")} from audit_events
       where audit_events.workspace_id = :workspaceId and audit_events.id = wanted.id
       offset 0
     ) as stored`,
    { workspaceId: tx.workspaceId, ids: leaves.map(({ eventId }) => eventId) },
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  const faults = leaves.flatMap(({ eventId, hash }): Fault[] => {
    const row = byId.get(eventId);
    const found = { table: "audit_events", row: `event ${eventId}` };
    if (row === undefined) return [{ ...found, what: "it was removed" }];
    const isRight = eventHash(tx.workspaceId, row).toString("hex") === hash;
    return isRight ? [] : [{ ...found, what: "it was changed" }];
  });
  const proofs = await checkProofs(tx, proofsIn(rows));
  return { ...proofs, faults: [...faults, ...proofs.faults] };
}

/** Looks for events that no leaf tells of. */
export async function* checkUnknownEvents(
  tx: WorkspaceTransaction,
  known: ReadonlySet<string>,
): AsyncGenerator<Fault> {
  for (let after = NONE; ;) {
    const rows = await tx.prepared<{ id: string }>(
      `select id from audit_events where workspace_id = :workspaceId and id > :after order by id limit ${EVENTS_AT_ONCE}`,
      { workspaceId: tx.workspaceId, after },
    );
    for (const { id } of rows) {
      if (!known.has(id))
        yield { table: "audit_events", row: `event ${id}`, what: "no leaf tells of it: it was put in" };
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.id;
  }
}
