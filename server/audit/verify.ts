import type { Database } from "../database/database.ts";
import { inWorkspace, type WorkspaceTransaction } from "../database/in-workspace.ts";
import { parseLeaf } from "./leaves.ts";
import { checkEvents, checkUnknownEvents } from "./verify-events.ts";
import type { Proof } from "./verify-proofs.ts";
import { batches, type Batch } from "./verify-seals.ts";
import { checkSteps, COUNTED, type Fault, type RowCounts, type StepLeaf } from "./verify-steps.ts";
import { checkConversations, countRows } from "./verify-whole.ts";

const FAULTS_MAX = 1_000; // who has more knows enough

export interface Verified {
  readonly seals: number;
  readonly steps: number;
  readonly events: number;
  /** Conversations that were erased, and are gone. */
  readonly erased: number;
  /** Leaves that no seal has taken in yet. */
  readonly waiting: number;
  /** The last seal: who keeps its root elsewhere can hold the database to it. */
  readonly last: { readonly number: number; readonly root: string } | null;
  readonly faults: readonly Fault[];
}

export interface VerifyOptions {
  /** The first seal to look at: those before, and what they tell of, are taken for right. */
  readonly from?: number;
  /** Roots by number, as they were kept outside of the database. */
  readonly roots?: ReadonlyMap<number, string>;
  readonly onSeal?: (number: number) => void;
}

/** Computes the whole audit anew from the rows, as they stood at one moment, and says what is not as it was written: rows
 *  that were changed, removed, put in or put in another order. Servers may run meanwhile. Needs no keys: it is about what is
 *  sealed, as it is sealed. */
export async function verifyAudit(
  database: Database,
  workspaceId: string,
  options: VerifyOptions = {},
): Promise<Verified> {
  return inWorkspace(database, workspaceId, async (tx) => {
    await tx.raw("set transaction isolation level repeatable read"); // one moment for all that is read
    return verifyIn(tx, options);
  });
}

/** The same within a transaction. */
export async function verifyIn(
  tx: WorkspaceTransaction,
  { from = 1, roots = new Map(), onSeal }: VerifyOptions = {},
): Promise<Verified> {
  const seen = createTally();
  for await (const batch of batches(tx, from, roots)) {
    await takeIn(tx, batch, seen);
    if (batch.number !== null) onSeal?.(batch.number);
  }
  for (const leaf of seen.missing) {
    if (seen.erased.has(leaf.conversationId)) continue;
    const row = `conversation ${leaf.conversationId}, message ${leaf.messageSeq}`;
    seen.fault({ table: "messages", row, what: "it was removed" });
  }
  for (const { conversationId, claimId } of seen.unproved) {
    if (seen.erased.has(conversationId)) continue;
    seen.fault({ table: "claims", row: `claim ${claimId}`, what: "it was removed" });
  }
  if (from === 1) await checkWhole(tx, seen);
  return {
    seals: seen.seals,
    steps: seen.stepCount,
    events: seen.events.size,
    erased: seen.erased.size,
    waiting: seen.waiting,
    last: seen.last,
    faults: seen.faults,
  };
}

interface Tally {
  seals: number;
  stepCount: number;
  waiting: number;
  last: Verified["last"];
  readonly steps: Map<string, number[]>;
  readonly events: Set<string>;
  readonly erased: Set<string>;
  readonly missing: StepLeaf[];
  /** Proofs whose claims are not there. */
  readonly unproved: Proof[];
  readonly rows: { -readonly [Table in keyof RowCounts]: number };
  readonly faults: Fault[];
  fault(fault: Fault): void;
}

function createTally(): Tally {
  const faults: Fault[] = [];
  return {
    seals: 0,
    stepCount: 0,
    waiting: 0,
    last: null,
    steps: new Map(),
    events: new Set(),
    erased: new Set(),
    missing: [],
    unproved: [],
    rows: { messages: 0, turns: 0, claims: 0, findings: 0 },
    faults,
    fault(fault) {
      if (faults.length < FAULTS_MAX) faults.push(fault);
    },
  };
}

async function takeIn(tx: WorkspaceTransaction, batch: Batch, seen: Tally): Promise<void> {
  const where = batch.number === null ? "what waits to be sealed" : `seal ${batch.number}`;
  if (batch.number === null) seen.waiting = batch.lines.length;
  else seen.seals += 1;
  if (batch.number !== null && batch.root !== null) seen.last = { number: batch.number, root: batch.root };
  batch.faults.forEach(seen.fault);
  const leaves = batch.lines.flatMap((line) => {
    const leaf = parseLeaf(line);
    if (leaf === null) seen.fault({ table: "audit_leaves", row: where, what: "a line is no leaf" });
    return leaf ?? [];
  });
  const twice = (row: string) =>
    seen.fault({ table: "audit_leaves", row, what: `told of twice, again in ${where}` });
  const steps = leaves.filter((leaf) => leaf.kind === "step");
  for (const { conversationId, messageSeq } of steps) {
    const known = seen.steps.get(conversationId);
    if (known === undefined) seen.steps.set(conversationId, [messageSeq]);
    else if (known.includes(messageSeq)) twice(`conversation ${conversationId}, message ${messageSeq}`);
    else known.push(messageSeq);
  }
  const events = leaves.filter((leaf) => leaf.kind === "event");
  for (const { eventId } of events) {
    if (seen.events.has(eventId)) twice(`event ${eventId}`);
    seen.events.add(eventId);
  }
  for (const leaf of leaves) if (leaf.kind === "erased") seen.erased.add(leaf.conversationId);

  const checked = await checkSteps(tx, steps);
  seen.stepCount += steps.length;
  seen.missing.push(...checked.missing);
  for (const table of COUNTED) seen.rows[table] += checked.rows[table];
  const told = await checkEvents(tx, events);
  seen.rows.claims += told.claims;
  seen.unproved.push(...told.missing);
  [...checked.faults, ...told.faults].forEach(seen.fault);
}

/** What is there and no leaf tells of. */
async function checkWhole(tx: WorkspaceTransaction, seen: Tally): Promise<void> {
  for await (const fault of checkConversations(tx, seen.steps)) seen.fault(fault);
  for await (const fault of checkUnknownEvents(tx, seen.events)) seen.fault(fault);
  const counts = await countRows(tx);
  for (const table of COUNTED) {
    const [told, stored] = [seen.rows[table], counts[table]];
    if (told !== stored)
      seen.fault({
        table,
        row: `${stored} rows`,
        what: `the leaves tell of ${told}: some were put in or removed`,
      });
  }
}
