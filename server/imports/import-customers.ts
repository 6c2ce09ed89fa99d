import type { RulePack } from "../../engine/rules/pack.ts";
import { AppError } from "../app-error.ts";
import { writeEvent, type Deed } from "../audit/events.ts";
import { editCustomer } from "../customers/edit.ts";
import { lockEmails, readCustomer } from "../customers/locked-customer.ts";
import { parseValue } from "../customers/parse-value.ts";
import { planEdit, type Change } from "../customers/plan-edit.ts";
import { createProfile } from "../customers/profile.ts";
import { NO_STAFF } from "../customers/staff.ts";
import { insertStaffValue } from "../customers/staff-values.ts";
import type { Patience } from "../limits/time-limit.ts";
import { blindIndexes } from "../privacy/blind-index.ts";
import { inSealedWorkspace, type SealedTransaction, type Store } from "../privacy/store.ts";
import { newRowId } from "../uuid.ts";
import { Outcome, type ImportedRow, type ImportReport } from "./contract.ts";
import { overtakenBy } from "./overtaken.ts";
import { fieldOf, type CsvRow } from "./read-csv.ts";

export interface Importing {
  readonly workspaceId: string;
  readonly pack: RulePack;
  readonly region: string | null;
  readonly dryRun: boolean;
  readonly by: Deed;
  /** No row is begun when it is over. */
  readonly patience?: Patience;
}

/** Takes customers from rows: who has the row's email gets the values that it lacks, as if staff had set them; a new email is a new
 *  customer. A value that is there stays, and the report names the conflict. Every row is a transaction of its own, so the same
 *  file again goes on where it was interrupted, and changes nothing where it was not. */
export async function importCustomers(
  store: Store,
  rows: readonly CsvRow[],
  importing: Importing,
): Promise<ImportReport> {
  const report: ImportedRow[] = [];
  const lines = new Map<string, number>(); // email → the line that had it first
  for (const row of rows) {
    if (importing.patience?.isOver === true) throw new AppError("took_too_long", "The import took too long.");
    const parsed = parseRow(row, importing);
    const before = parsed.email === null ? undefined : lines.get(parsed.email);
    if (parsed.email !== null && before === undefined) lines.set(parsed.email, row.line);
    const twice = [{ column: "email", detail: `stands in line ${before} already` }];
    report.push(
      before === undefined
        ? await importRow(store, row.line, parsed, importing)
        : outcome(row.line, "duplicate", null, [], twice),
    );
  }
  const counts = countsOf(report);
  const { workspaceId, dryRun, by } = importing;
  if (!dryRun) {
    await inSealedWorkspace(store, workspaceId, async (tx) =>
      writeEvent(tx, {
        actor: by.actor,
        action: "customers.imported",
        subject: { kind: "workspace", id: workspaceId },
        details: counts,
        at: by.at,
      }),
    );
  }
  return { dryRun, counts, rows: report };
}

type Problems = ImportedRow["problems"];

const outcome = (
  line: number,
  what: Outcome,
  customerId: string | null,
  set: readonly string[],
  problems: Problems,
): ImportedRow => ({ line, outcome: what, customerId, set: [...set], problems });

function countsOf(rows: readonly ImportedRow[]): ImportReport["counts"] {
  const count = (what: Outcome) => rows.filter((row) => row.outcome === what).length;
  return {
    created: count("created"),
    updated: count("updated"),
    unchanged: count("unchanged"),
    conflict: count("conflict"),
    invalid: count("invalid"),
    duplicate: count("duplicate"),
  };
}

interface ParsedRow {
  readonly email: string | null;
  readonly changes: readonly (Change & { readonly value: string })[];
  readonly problems: Problems;
}

/** Checked like a customer's own words. */
function parseRow({ cells }: CsvRow, { pack, region }: Importing): ParsedRow {
  const problems: { column: string; detail: string }[] = [];
  const changes = [...cells].flatMap(([column, raw]) => {
    const field = pack.fields.find((known) => known.field === fieldOf(column));
    const parsed =
      field === undefined ? { fault: "is no field of this workspace" } : parseValue(field, raw, region);
    if ("fault" in parsed) {
      problems.push({ column, detail: parsed.fault });
      return [];
    }
    const said = { trust: "staff", raw, unvalidated: false, claimId: null } as const;
    return [{ ...said, field: fieldOf(column), value: parsed.value }];
  });
  const email = changes.find(({ field }) => field === "email")?.value ?? null;
  if (email === null && !problems.some(({ column }) => column === "email")) {
    problems.push({ column: "email", detail: "is empty: customers are told apart by it" });
  }
  return { email, changes, problems };
}

async function importRow(
  store: Store,
  line: number,
  { email, changes, problems }: ParsedRow,
  importing: Importing,
): Promise<ImportedRow> {
  if (email === null || problems.length > 0) return outcome(line, "invalid", null, [], problems);
  const { workspaceId, dryRun, by } = importing;
  const owner = await inSealedWorkspace(store, workspaceId, (tx) =>
    dryRun ? ownerOf(tx, email) : ownerOrNew(tx, email, changes, by),
  );
  const fields = changes.map(({ field }) => field);
  if (owner === null || owner.isNew) return outcome(line, "created", owner?.id ?? null, fields, []);
  try {
    return await complete(store, line, owner.id, changes, importing);
  } catch (error) {
    const overtaken = overtakenBy(error);
    if (overtaken === null) throw error;
    return outcome(
      line,
      "conflict",
      overtaken.customerId,
      [],
      [{ column: "email", detail: overtaken.detail }],
    );
  }
}

/** Gives a customer the values that it lacks. */
async function complete(
  store: Store,
  line: number,
  id: string,
  changes: ParsedRow["changes"],
  { workspaceId, dryRun, by }: Importing,
): Promise<ImportedRow> {
  const { values } = await inSealedWorkspace(
    store,
    workspaceId,
    async (tx) => (await readCustomer(tx, id)).stored.profile,
  );
  const lacking = changes.filter(({ field }) => values[field] === undefined);
  const set = lacking.map(({ field }) => field);
  if (set.length > 0 && !dryRun) {
    const event = { action: "customer.edited", details: { set, cause: "import" } } as const;
    // What somebody has given meanwhile stays.
    const now = (held: Readonly<Record<string, string>>) =>
      lacking.filter(({ field }) => held[field] === undefined);
    await editCustomer(
      store,
      workspaceId,
      id,
      { event, seen: null, changes: ({ stored }) => now(stored.profile.values) },
      by,
    );
  }
  const conflicts = changes.filter(
    // The row's email leads to the customer, who since a merge may show another one.
    ({ field, value }) => field !== "email" && values[field] !== undefined && values[field] !== value,
  );
  const problems = conflicts.map(({ field }) => ({
    column: field,
    detail: "the customer has another value, which stays: change it by hand if this one is right",
  }));
  if (problems.length > 0) return outcome(line, "conflict", id, set, problems);
  return outcome(line, set.length > 0 ? "updated" : "unchanged", id, set, []);
}

interface Owner {
  readonly id: string;
  readonly isNew: boolean;
}

async function ownerOf(
  { workspaceId, keyring, prepared }: SealedTransaction,
  email: string,
): Promise<Owner | null> {
  const [row] = await prepared<{ readonly id: string }>(
    `select coalesce(merged_into, id) as id from customers
     where workspace_id = :workspaceId and email_key = any(cast(:emailKeys as bytea[])) limit 1`,
    { workspaceId, emailKeys: blindIndexes(keyring, "email", email) },
  );
  return row === undefined ? null : { id: row.id, isNew: false };
}

/** Under the email's lock, so that no turn makes a customer of it at the same time. */
async function ownerOrNew(
  tx: SealedTransaction,
  email: string,
  changes: ParsedRow["changes"],
  by: Deed,
): Promise<Owner> {
  for (const { sql, bindings } of lockEmails(tx.workspaceId, [email])) tx.later(sql, bindings);
  const owner = await ownerOf(tx, email);
  if (owner !== null) return owner;
  const id = newRowId();
  const profile = { values: {}, unvalidated: [], verified: [], conflicts: {} };
  const nobody = {
    stored: { id, emailKey: null, profile, staff: NO_STAFF },
    talks: [],
  };
  const { stands, said } = planEdit(nobody, changes, newRowId);
  const { key, writes } = createProfile(tx, { id, emailKey: email }, { marked: [], claims: stands }, by.at);
  const values = said.map((value) => insertStaffValue(tx.workspaceId, key, id, value, by));
  for (const { sql, bindings } of [...writes, ...values]) tx.later(sql, bindings);
  writeEvent(tx, {
    actor: by.actor,
    action: "customer.edited",
    subject: { kind: "customer", id },
    details: { set: changes.map(({ field }) => field), cause: "import" },
    at: by.at,
  });
  return { id, isNew: true };
}
