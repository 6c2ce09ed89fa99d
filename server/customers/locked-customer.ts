import { joinDataKey } from "../privacy/data-key-sql.ts";
import type { BoundSql } from "../database/statement.ts";
import { advisoryKey } from "../database/advisory-key.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import { missingCustomer } from "./missing-customer.ts";
import type { Talk } from "./profile.ts";
import { conversationsOf, storedFrom, talkFrom, talksOf, type LockedRow, type TalkRow } from "./read-told.ts";
import type { StoredCustomer } from "./sealed.ts";
import { staffOf, type StaffRow } from "./staff-values.ts";

/** A customer as somebody who edits it finds it, with all that its values follow from. */
export interface EditedCustomer {
  readonly stored: StoredCustomer;
  readonly talks: readonly Talk[];
  readonly version: number;
  readonly tags: readonly string[];
}

type Row = LockedRow & { readonly version: number; readonly tags: string[] };

/** Reads the customer as it stands now, and locks nothing. Throws `customer_not_found` and `customer_merged`. */
export async function readCustomer(tx: SealedTransaction, id: string): Promise<EditedCustomer> {
  return readWith(tx, id, [{ sql: one(""), bindings: { workspaceId: tx.workspaceId, id } }]);
}

/** Locks the customer until the transaction ends, and before it the emails that may become its own, so that no turn makes a
 *  customer of one meanwhile; then reads it. The activity is not locked: a turn that gives nothing writes that alone, after its handle,
 *  which an edit writes last. Throws `customer_not_found` and `customer_merged`. */
export async function lockCustomer(
  tx: SealedTransaction,
  id: string,
  emails: readonly string[],
): Promise<EditedCustomer> {
  const { workspaceId } = tx;
  return readWith(tx, id, [
    ...lockEmails(workspaceId, emails),
    { sql: one("for no key update"), bindings: { workspaceId, id } },
  ]);
}

/** Statements that lock emails, in the order in which everybody does who takes several. */
export function lockEmails(workspaceId: string, emails: readonly string[]): readonly BoundSql[] {
  const locks = [...new Set(emails)].map((email) => advisoryKey("email", workspaceId, email));
  return locks
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((lock) => ({ sql: "select pg_advisory_xact_lock(:lock)", bindings: { lock } }));
}

async function readWith(
  tx: SealedTransaction,
  id: string,
  first: readonly BoundSql[],
): Promise<EditedCustomer> {
  const { workspaceId } = tx;
  const results = await tx.together([
    ...first,
    { sql: talksOfCustomer, bindings: { workspaceId, id } },
    { sql: whatStaffSays, bindings: { workspaceId, id } },
  ]);
  const [rows, talks, staff] = results.slice(-3) as [readonly Row[], readonly TalkRow[], readonly StaffRow[]];
  const [row] = rows;
  if (row === undefined) throw await missingCustomer(tx, id);
  return {
    stored: storedFrom(tx, row, staff),
    talks: talks.map((talk) => talkFrom(tx, talk)),
    version: row.version,
    tags: row.tags,
  };
}

const one = (lock: "" | "for no key update") => `
  select locked.*, key.key_version, key.key_wrapped
  from (
    select id, profile, platforms, version, tags from customers
    where workspace_id = :workspaceId and id = :id and merged_into is null ${lock === "" ? "offset 0" : lock}
  ) as locked
  ${joinDataKey("locked.id")}`;

const asked = "select cast(:id as uuid) as id";

const talksOfCustomer = talksOf(conversationsOf(asked));

const whatStaffSays = staffOf(asked);
