import { v7 as uuid } from "uuid";
import { AppError } from "../app-error.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import { retag } from "../customers/family-tags.ts";
import { survivorOf } from "../customers/missing-customer.ts";
import { writeProfile } from "../customers/profile.ts";
import type { StoredCustomer } from "../customers/sealed.ts";
import type { BoundSql } from "../database/statement.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { customerMerged } from "../webhooks/customer-events.ts";
import { tell } from "../webhooks/tell.ts";
import { ENDS, MOVES } from "./belongings.ts";
import type { MergeRequest, MergeView } from "./contract.ts";
import { countUpHandles, lockCustomersToMerge, type LockedCustomers } from "./lock-customers.ts";
import { planMerge, type MergePlan } from "./plan-merge.ts";

/** Merges a customer into another one, or with `dryRun` says what that would make. All conversations of the absorbed customer
 *  come to the survivor, whose profile is then what these say together; the absorbed one stands as it was, without
 *  conversations, until `unmerge`, and its email leads to the survivor.
 *  Throws an AppError: `invalid_request` for a customer and itself, or a choice of a value that is not there;
 *  `customer_not_found`; `already_merged` when either was merged into another one. */
export async function mergeCustomers(
  store: Store,
  workspaceId: string,
  survivorId: string,
  request: MergeRequest,
  deed: Deed,
): Promise<MergeView> {
  const otherId = request.with;
  if (otherId === survivorId) {
    const detail = "is the customer itself: name another one";
    throw new AppError("invalid_request", `/with ${detail}.`, { faults: [{ pointer: "/with", detail }] });
  }
  return inSealedWorkspace(store, workspaceId, async (tx) => {
    const locked = await lockCustomersToMerge(tx, [survivorId, otherId]);
    const survivor = await customerOf(tx, locked, survivorId, "There is no such customer.");
    const other = await customerOf(
      tx,
      locked,
      otherId,
      "There is no customer with the id that `with` names.",
    );
    const plan = planMerge(survivor, other, locked, request.choices);
    const mergeId = request.dryRun ? null : writeMerge(tx, survivor, other, locked, plan, deed);
    return { dryRun: request.dryRun, mergeId, survivorId, absorbedId: otherId, ...plan.view };
  });
}

async function customerOf(
  tx: SealedTransaction,
  { customers }: LockedCustomers,
  id: string,
  unknown: string,
): Promise<StoredCustomer> {
  const customer = customers.find((one) => one.id === id);
  if (customer !== undefined) return customer;
  const mergedInto = await survivorOf(tx, id);
  if (mergedInto === null) throw new AppError("customer_not_found", unknown);
  throw new AppError(
    "already_merged",
    `The customer ${id} was merged into ${mergedInto} already: merge with that one, or undo the earlier merge first.`,
    { mergedInto },
  );
}

function writeMerge(
  tx: SealedTransaction,
  survivor: StoredCustomer,
  other: StoredCustomer,
  { talks }: LockedCustomers,
  { choices, outcome, staff }: MergePlan,
  { actor, at: now }: Deed,
): string {
  const { workspaceId } = tx;
  const mergeId = uuid();
  const moved = talks.filter(({ customerId }) => customerId === other.id).map(({ id }) => id);
  const told = { id: survivor.id, emailKey: outcome.emailKey, talks };
  const pair = { workspaceId, survivorId: survivor.id, absorbedId: other.id };
  const merge = {
    ...pair,
    mergeId,
    conversationIds: moved,
    choices: JSON.stringify(choices),
    actorKind: actor.kind,
    actorId: actor.id,
    now: new Date(now),
  };
  const statements: readonly BoundSql[] = [
    { sql: insertMerge, bindings: merge },
    { sql: absorb, bindings: pair },
    { sql: absorbFamily, bindings: pair },
    ...ENDS.map((sql) => ({ sql, bindings: { workspaceId, absorbedId: other.id } })),
    ...MOVES.map((sql) => ({ sql, bindings: pair })),
    ...retag(workspaceId, [survivor.id]),
    tell(workspaceId, customerMerged(survivor.id, other.id, "staff", now)),
    ...writeProfile(tx, told, { ...survivor, staff }, now, outcome.merged),
    countUpHandles(workspaceId, talks),
  ];
  for (const { sql, bindings } of statements) tx.later(sql, bindings);
  const sides = Object.fromEntries(Object.entries(choices).map(([field, { side }]) => [field, side]));
  const event = { actor, action: "customer.merged", at: now } as const;
  const details = { mergeId, conversations: moved.length, choices: sides };
  writeEvent(tx, {
    ...event,
    subject: { kind: "customer", id: survivor.id },
    details: { ...details, absorbed: other.id },
  });
  writeEvent(tx, {
    ...event,
    subject: { kind: "customer", id: other.id },
    details: { ...details, into: survivor.id },
  });
  return mergeId;
}

const insertMerge = `
  insert into merges (
    workspace_id, id, survivor_id, absorbed_id, conversation_ids, choices,
    survivor_first_at, survivor_last_at, absorbed_first_at, absorbed_last_at, actor_kind, actor_id, merged_at)
  select
    :workspaceId, :mergeId, survivor.customer_id, absorbed.customer_id, cast(:conversationIds as uuid[]),
    cast(:choices as json), survivor.first_at, survivor.last_at, absorbed.first_at, absorbed.last_at,
    :actorKind, :actorId, :now
  from (
    select customer_id, first_at, last_at from customer_activity
    where workspace_id = :workspaceId and customer_id = :survivorId offset 0
  ) as survivor
  cross join (
    select customer_id, first_at, last_at from customer_activity
    where workspace_id = :workspaceId and customer_id = :absorbedId offset 0
  ) as absorbed`;

const absorb = `
  update customers set merged_into = :survivorId where workspace_id = :workspaceId and id = :absorbedId`;

/** Those whom it had absorbed lead to the survivor too, in one step. */
const absorbFamily = `
  update customers set merged_into = :survivorId where workspace_id = :workspaceId and merged_into = :absorbedId`;
