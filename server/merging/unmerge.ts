import { AppError } from "../app-error.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import { missingCustomer, survivorOf } from "../customers/missing-customer.ts";
import { retag } from "../customers/family-tags.ts";
import { emailSetFor } from "../customers/plan-edit.ts";
import { isKept, writeProfile, type Talk } from "../customers/profile.ts";
import { ownEmailOf, type StoredCustomer } from "../customers/sealed.ts";
import { partOfStaff } from "../customers/staff.ts";
import type { BoundSql } from "../database/statement.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import type { UnmergeView } from "./contract.ts";
import { countUpHandles, lockCustomersToMerge, type Absorbed } from "./lock-customers.ts";
import {
  mergeOnto,
  mergesOfAbsorbed,
  readMerge,
  unmergedOutcome,
  type Outcome,
  type StoredMerge,
} from "./merges.ts";
import { planUnmerge } from "./plan-unmerge.ts";

/** Undoes a merge: the absorbed customer is there again, under its id, and has the conversations that are its own (see
 *  planUnmerge); the survivor is what its others say. One whose conversations have all moved elsewhere meanwhile is
 *  removed, as by any move. Merges that were made later into the same survivor stay.
 *  Throws an AppError: `customer_not_found`, `merge_not_found`, `already_unmerged`, and `unmerge_out_of_order` while the
 *  survivor is merged into another one itself. */
export async function unmergeCustomers(
  store: Store,
  workspaceId: string,
  survivorId: string,
  mergeId: string,
  deed: Deed,
): Promise<UnmergeView> {
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const merge = await readMerge(tx, mergeId);
    if (merge === null || merge.survivorId !== survivorId) throw await noSuchMerge(tx, survivorId);
    const { customers, absorbed, talks } = await lockCustomersToMerge(tx, [survivorId]);
    const [survivor] = customers;
    if (survivor === undefined) throw await outOfOrder(tx, survivorId);
    const merges = await mergesOfAbsorbed(
      tx,
      absorbed.map(({ id }) => id),
    );
    if (!merges.some(({ id }) => id === mergeId)) {
      throw new AppError("already_unmerged", "The merge was undone before.");
    }
    const family = { merge, merges, survivor, absorbed, talks };
    return writeUnmerge(tx, family, deed);
  });
}

/** A survivor with all who were merged into it, and into those before. */
interface Family {
  /** The one that is undone. */
  readonly merge: StoredMerge;
  /** All that hold, oldest first. */
  readonly merges: readonly StoredMerge[];
  readonly survivor: StoredCustomer;
  readonly absorbed: readonly Absorbed[];
  readonly talks: readonly Talk[];
}

async function noSuchMerge(tx: SealedTransaction, survivorId: string): Promise<AppError> {
  const [row] = await tx.prepared<{ merged_into: string | null }>(
    "select merged_into from customers where workspace_id = :workspaceId and id = :survivorId",
    { workspaceId: tx.workspaceId, survivorId },
  );
  if (row === undefined || row.merged_into !== null) return missingCustomer(tx, survivorId);
  return new AppError("merge_not_found", "No customer was merged into this one under that mergeId.");
}

async function outOfOrder(tx: SealedTransaction, survivorId: string): Promise<AppError> {
  const [later] = await mergesOfAbsorbed(tx, [survivorId]);
  if (later === undefined) return missingCustomer(tx, survivorId);
  return new AppError(
    "unmerge_out_of_order",
    `The survivor of this merge was itself merged into ${later.survivorId} later: undo the merge ${later.id} first.`,
    { mergedInto: await survivorOf(tx, survivorId) },
  );
}

/** The absorbed customer with all whom it had absorbed itself, however far down. */
function branchOf({ merge, merges }: Family): ReadonlySet<string> {
  const branch = new Set([merge.absorbedId]);
  // A Set is walked to its end, with what is added on the way.
  for (const id of branch) {
    for (const { survivorId, absorbedId } of merges) if (survivorId === id) branch.add(absorbedId);
  }
  return branch;
}

const ownEmails = (customers: readonly StoredCustomer[]) =>
  new Set(customers.flatMap(({ profile }) => ownEmailOf(profile) ?? []));

function writeUnmerge(tx: SealedTransaction, family: Family, { actor, at: now }: Deed): UnmergeView {
  const { workspaceId } = tx;
  const { merge, survivor, absorbed, talks } = family;
  const branch = branchOf(family);
  const alone = absorbed.find(({ id }) => id === merge.absorbedId);
  if (alone === undefined) throw new Error("a merge holds, and its absorbed customer is not there");
  const rest = new Set([survivor, ...absorbed].map(({ id }) => id).filter((id) => !branch.has(id)));
  const staff = partOfStaff(survivor.id, survivor.staff, rest);
  const restored = { ...alone, staff: partOfStaff(alone.id, survivor.staff, branch) };
  const back = planUnmerge(talks, {
    mergeId: merge.id,
    cameWith: new Set(merge.conversationIds),
    itsEmails: ownEmails(absorbed.filter(({ id }) => branch.has(id))),
    otherEmails: ownEmails([survivor, ...absorbed.filter(({ id }) => !branch.has(id))]),
  });
  const stay = talks.filter((talk) => !back.includes(talk));
  const pair = { workspaceId, survivorId: survivor.id, absorbedId: merge.absorbedId };
  const others = [...branch].filter((id) => id !== merge.absorbedId);
  const ids = back.map(({ id }) => id);
  const remaining = remainingMerges(family);
  const outcome = outcomeOf(family, remaining);
  const next = remaining.find(({ id }) => id > merge.id);
  const merged = remaining.length === 0 ? null : outcome.merged;
  const [one, other] = [survivor.id, restored.id];
  const survivorTold = { id: one, emailKey: outcome.emailKey, talks: stay, successorId: other };
  const restoredTold = {
    id: other,
    emailKey: restored.emailKey,
    talks: back,
    successorId: one,
    isRestored: true,
  };
  const statements: readonly BoundSql[] = [
    { sql: undo, bindings: { workspaceId, mergeId: merge.id, now: new Date(now) } },
    { sql: restore, bindings: { workspaceId, absorbedId: merge.absorbedId } },
    { sql: restoreActivity, bindings: { workspaceId, mergeId: merge.id } },
    ...(others.length === 0
      ? []
      : [{ sql: restoreFamily, bindings: { workspaceId, absorbedId: merge.absorbedId, others } }]),
    { sql: moveConversations, bindings: { ...pair, ids } },
    ...retag(workspaceId, [survivor.id, restored.id]),
    ...writeProfile(tx, survivorTold, { ...survivor, staff }, now, merged),
    ...(stay.length === 0 ? [{ sql: restoreDates, bindings: { workspaceId, mergeId: merge.id } }] : []),
    ...(next === undefined
      ? []
      : [{ sql: handDatesOn, bindings: { workspaceId, mergeId: merge.id, nextId: next.id } }]),
    ...writeProfile(tx, restoredTold, restored, now),
    countUpHandles(workspaceId, talks),
  ];
  for (const { sql, bindings } of statements) tx.later(sql, bindings);
  audit(tx, merge, back.length, { actor, at: now });
  return {
    mergeId: merge.id,
    survivorId: survivor.id,
    absorbedId: merge.absorbedId,
    survivorExists: isKept(survivorTold, merged, staff),
    absorbedExists: isKept(restoredTold, restored.profile.merged ?? null, restored.staff),
    conversationCount: { survivor: stay.length, absorbed: back.length },
  };
}

const subject = (id: string) => ({ kind: "customer" as const, id });

function audit(
  tx: SealedTransaction,
  merge: StoredMerge,
  conversations: number,
  { actor, at: now }: Deed,
): void {
  const { survivorId, absorbedId } = merge;
  const event = { actor, action: "customer.unmerged", at: now } as const;
  const details = { mergeId: merge.id, conversations };
  writeEvent(tx, { ...event, subject: subject(survivorId), details: { ...details, absorbed: absorbedId } });
  writeEvent(tx, { ...event, subject: subject(absorbedId), details: { ...details, from: survivorId } });
}

/** The merges into the survivor that go on to hold. */
function remainingMerges({ merge, merges, survivor }: Family): readonly StoredMerge[] {
  return merges.filter(({ id, survivorId }) => id !== merge.id && survivorId === survivor.id);
}

/** What they make of it. */
function outcomeOf({ survivor, absorbed }: Family, remaining: readonly StoredMerge[]): Outcome {
  const set = emailSetFor(survivor.id, survivor.staff.claims);
  return remaining.reduce((before, { id: mergeId, absorbedId, choices }) => {
    const other = absorbed.find(({ id }) => id === absorbedId);
    if (other === undefined) return before;
    // An email that staff set after it was chosen in a merge is the one that is shown. Ids begin with the time.
    const { email, ...withoutEmail } = choices;
    const isOver = email !== undefined && set !== undefined && set.id > mergeId;
    return mergeOnto(before, other, isOver ? withoutEmail : choices, survivor.id);
  }, unmergedOutcome(survivor));
}

const undo = "update merges set unmerged_at = :now where workspace_id = :workspaceId and id = :mergeId";

const restore =
  "update customers set merged_into = null where workspace_id = :workspaceId and id = :absorbedId";

// Its dates and count follow with its profile; one that has no conversation has the dates of before.
const restoreActivity = `
  insert into customer_activity (workspace_id, customer_id, first_at, last_at, conversation_count)
  select workspace_id, absorbed_id, absorbed_first_at, absorbed_last_at, 0 from merges
  where workspace_id = :workspaceId and id = :mergeId`;

const restoreDates = `
  update customer_activity set first_at = survivor_first_at, last_at = survivor_last_at
  from merges
  where merges.workspace_id = :workspaceId and merges.id = :mergeId
    and customer_activity.workspace_id = :workspaceId and customer_id = survivor_id`;

// What the survivor had before this merge is what it has before the next one then.
const handDatesOn = `
  update merges set survivor_first_at = undone.survivor_first_at, survivor_last_at = undone.survivor_last_at
  from (
    select survivor_first_at, survivor_last_at from merges where workspace_id = :workspaceId and id = :mergeId offset 0
  ) as undone
  where workspace_id = :workspaceId and id = :nextId`;

const restoreFamily = `
  update customers set merged_into = :absorbedId
  where workspace_id = :workspaceId and id = any(cast(:others as uuid[]))`;

const moveConversations = `
  update conversations set customer_id = :absorbedId
  where workspace_id = :workspaceId and customer_id = :survivorId and id = any(cast(:ids as uuid[]))`;
