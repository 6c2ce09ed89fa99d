import type { WorkspaceTransaction } from "../database/in-workspace.ts";
import { cell, hex } from "./read-steps.ts";
import { sealHash } from "./seal-leaves.ts";
import type { Fault } from "./verify-steps.ts";

const SEALS_AT_ONCE = 8; // of a thousand leaves each

interface SealRow {
  readonly number: number;
  readonly at: string;
  readonly leaf_count: number;
  readonly leaves: string;
  readonly previous: Uint8Array | null;
  readonly hash: Uint8Array;
}

/** A seal, or what waits for the next (number null). */
export interface Batch {
  readonly number: number | null;
  readonly root: string | null;
  readonly lines: readonly string[];
  readonly faults: readonly Fault[];
}

/** Goes through the chain of seals in its order, and at the end through the leaves that wait. `from`: the first seal's number; the
 *  one before is taken for right. `roots`: hashes by number, as they were kept outside of the database. */
export async function* batches(
  tx: WorkspaceTransaction,
  from: number,
  roots: ReadonlyMap<number, string>,
): AsyncGenerator<Batch> {
  const { workspaceId } = tx;
  let expected = from;
  let previous = from === 1 ? null : await rootOf(tx, from - 1);
  for (;;) {
    const rows = await tx.prepared<SealRow>(
      `select number, ${cell("at")}, leaf_count, leaves, previous, hash from audit_seals
       where workspace_id = :workspaceId and number >= :expected order by number limit ${SEALS_AT_ONCE}`,
      { workspaceId, expected },
    );
    for (const row of rows) {
      const faults = faultsOf(workspaceId, row, expected, previous, roots);
      yield { number: row.number, root: hex(row.hash), lines: linesOf(row.leaves), faults };
      previous = hex(row.hash);
      expected = row.number + 1;
    }
    if (rows.length === 0) break;
  }
  const lost = [...roots.keys()].filter((number) => number >= expected);
  const faults = lost.map((number) => fault(number, "the seal is gone: its root is in the file of roots"));
  const waiting = await tx.prepared<{ leaf: string }>(
    "select leaf from audit_leaves where workspace_id = :workspaceId order by id",
    { workspaceId },
  );
  yield { number: null, root: null, lines: waiting.map(({ leaf }) => leaf), faults };
}

async function rootOf(tx: WorkspaceTransaction, number: number): Promise<string | null> {
  const [row] = await tx.prepared<{ hash: Uint8Array }>(
    "select hash from audit_seals where workspace_id = :workspaceId and number = :number",
    { workspaceId: tx.workspaceId, number },
  );
  return hex(row?.hash ?? null);
}

function faultsOf(
  workspaceId: string,
  row: SealRow,
  expected: number,
  previous: string | null,
  roots: ReadonlyMap<number, string>,
): readonly Fault[] {
  const { number } = row;
  const faults: Fault[] = [];
  for (let missing = expected; missing < number; missing += 1)
    faults.push(fault(missing, "the seal is gone"));
  if (hex(row.previous) !== previous) faults.push(fault(number, "it does not follow the seal before it"));
  const at = Number(row.at) / 1000;
  const seal = { number, at, leafCount: row.leaf_count, leaves: row.leaves, previous: row.previous };
  const isWhole = Number.isInteger(at) && sealHash(workspaceId, seal).toString("hex") === hex(row.hash);
  if (!isWhole || linesOf(row.leaves).length !== row.leaf_count)
    faults.push(fault(number, "the seal was changed"));
  const kept = roots.get(number);
  if (kept !== undefined && kept !== hex(row.hash))
    faults.push(fault(number, "the seal was made anew: the file of roots has another one"));
  return faults;
}

const fault = (number: number, what: string): Fault => ({
  table: "audit_seals",
  row: `seal ${number}`,
  what,
});

const linesOf = (leaves: string) => leaves.split("\n").slice(0, -1);
