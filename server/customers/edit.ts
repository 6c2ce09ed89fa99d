import { AppError } from "../app-error.ts";
import { writeEvent, type AuditEvent, type Deed } from "../audit/events.ts";
import { Outdated } from "../database/in-workspace.ts";
import type { BoundSql } from "../database/statement.ts";
import { blindIndexes } from "../privacy/blind-index.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import { lockCustomer, readCustomer, type EditedCustomer } from "./locked-customer.ts";
import { emailSetFor, planEdit, type Change, type EditPlan } from "./plan-edit.ts";
import { rewriteProfile } from "./profile.ts";
import type { Merged } from "./sealed.ts";
import { insertStaffValue, withdrawStaffValues } from "./staff-values.ts";

/** What is done to a customer: what staff says of it, given how it stands, and what the audit is told. */
export interface Edit {
  readonly changes: (customer: EditedCustomer) => readonly Change[];
  readonly event: Pick<AuditEvent, "action" | "details">;
  /** The versions that the editor may have seen; null: whichever it is. */
  readonly seen: readonly number[] | null;
}

/** Does it, and writes the profile as it follows; where staff says no more than before, nothing is written.
 *  Throws an AppError: `customer_not_found`, `customer_merged`, `edited_meanwhile`, `email_taken`, and what `changes` throws. */
export async function editCustomer(
  store: Store,
  workspaceId: string,
  id: string,
  { changes, event, seen }: Edit,
  by: Deed,
): Promise<void> {
  const planned = (customer: EditedCustomer) => {
    refuseUnseen(customer.version, seen);
    return planEdit(customer, changes(customer), newRowId);
  };
  await inSealedWorkspace(store, workspaceId, async (tx) => {
    // The emails' locks come before the customer's, but which emails these will be follows from the customer.
    const read = await readCustomer(tx, id);
    const locked = emailsToOwn(read, planned(read));
    const customer = await lockCustomer(tx, id, locked);
    const plan = planned(customer);
    if (emailsToOwn(customer, plan).some((email) => !locked.includes(email))) {
      throw new Outdated("the customer was changed before it was locked");
    }
    if (plan.said.length === 0 && plan.withdrawn.length === 0) return;
    const merged = await mergedAfter(tx, customer, plan);
    for (const { sql, bindings } of writes(tx, customer, plan, merged, by)) tx.later(sql, bindings);
    writeEvent(tx, { ...event, actor: by.actor, subject: { kind: "customer", id }, at: by.at });
  });
}

/** The emails that the customer's row may be found by after the edit: the one that is shown then, and the one that it had before
 *  staff set what is taken back. */
function emailsToOwn({ stored }: EditedCustomer, { email, withdrawn }: EditPlan): readonly string[] {
  const { replaces = null } = emailTakenBack(stored, withdrawn) ?? {};
  return [email, replaces].filter((one) => one !== null);
}

function emailTakenBack({ id, staff }: EditedCustomer["stored"], withdrawn: readonly string[]) {
  const before = emailSetFor(id, staff.claims);
  return before !== undefined && withdrawn.includes(before.id) ? before : null;
}

function writes(
  tx: SealedTransaction,
  { stored, talks }: EditedCustomer,
  { email, stands, said, withdrawn }: EditPlan,
  merged: Merged | null,
  by: Deed,
): readonly BoundSql[] {
  const { workspaceId } = tx;
  const { id, key } = stored;
  const after = { ...stored, staff: { ...stored.staff, claims: stands } };
  return [
    ...(withdrawn.length === 0 ? [] : [withdrawStaffValues(workspaceId, withdrawn, by)]),
    ...said.map((value) => insertStaffValue(workspaceId, key, id, value, by)),
    ...rewriteProfile(tx, { id, emailKey: email, talks }, after, by.at, merged),
    ...(email === stored.emailKey ? [] : [{ sql: recount, bindings: { workspaceId, id } }]),
  ];
}

// What processes remember of these persons has the email that the customer had. In the order of their ids, as whoever changes
// several of them does.
const recount = `
  with concerned as materialized (
    select id from handles
    where workspace_id = :workspaceId and id = any(array(
      select handle_id from conversations where workspace_id = :workspaceId and customer_id = :id))
    order by id for no key update
  )
  update handles set revision = revision + 1
  where workspace_id = :workspaceId and id = any(array(select id from concerned))`;

/** Throws `edited_meanwhile` when the customer is at none of the versions. */
export function refuseUnseen(version: number, seen: readonly number[] | null): void {
  if (seen === null || seen.includes(version)) return;
  const message =
    `The customer has changed since you read it: it is at version ${version}. ` +
    "Read it again, and send your change with the new ETag if you still want it.";
  throw new AppError("edited_meanwhile", message);
}

/** What merges decide of the customer, with the email that the edit gives it: the one that its own row is found by, unless that
 *  is of one who was merged into it. The locks of emailsToOwn are held: nobody else can give these to a customer meanwhile.
 *  Throws `email_taken`. */
async function mergedAfter(
  tx: SealedTransaction,
  { stored }: EditedCustomer,
  { email, withdrawn }: EditPlan,
): Promise<Merged | null> {
  const { id } = stored;
  const merged = stored.profile.merged ?? null;
  if (email === stored.emailKey) return merged;
  const owner = email === null ? null : await ownerOf(tx, email);
  if (owner !== null && (owner.merged_into ?? owner.id) !== id) throw taken(owner.merged_into ?? owner.id);
  if (merged === null) return null;
  if (owner === null || owner.id === id) return { ...merged, ownEmail: email };
  const before = emailTakenBack(stored, withdrawn);
  if (before === null) return merged;
  const ownBefore = before.replaces === null ? null : await ownerOf(tx, before.replaces);
  // Somebody else may have stated it meanwhile.
  return { ...merged, ownEmail: ownBefore === null || ownBefore.id === id ? before.replaces : null };
}

interface Owner {
  readonly id: string;
  readonly merged_into: string | null;
}

async function ownerOf({ workspaceId, keyring, prepared }: SealedTransaction, email: string) {
  const [owner = null] = await prepared<Owner>(
    `select id, merged_into from customers
     where workspace_id = :workspaceId and email_key = any(cast(:emailKeys as bytea[])) limit 1`,
    { workspaceId, emailKeys: blindIndexes(keyring, "email", email) },
  );
  return owner;
}

function taken(id: string): AppError {
  const message =
    `Customer ${id} has this email address, and an address has one customer. ` +
    "If they are one person, merge the two; otherwise give this one another address.";
  return new AppError("email_taken", message);
}
