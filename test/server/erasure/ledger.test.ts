import { beforeAll, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { CustomersQuery } from "../../../server/customers/contract.ts";
import { listCustomers } from "../../../server/customers/list.ts";
import { addNote } from "../../../server/customers/notes.ts";
import { getCustomer } from "../../../server/customers/queries.ts";
import { editFields } from "../../../server/customers/staff-edits.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { LedgerLine } from "../../../server/erasure/contract.ts";
import { erase } from "../../../server/erasure/erase.ts";
import { exportLedger, faultOf, reapply } from "../../../server/erasure/ledger.ts";
import { listErasures } from "../../../server/erasure/queries.ts";
import { publicKeysOf } from "../../../server/erasure/signing-key.ts";
import { MergeRequest } from "../../../server/merging/contract.ts";
import { mergeCustomers } from "../../../server/merging/merge.ts";
import { unmergeCustomers } from "../../../server/merging/unmerge.ts";
import { chat } from "../../../server/turn/chat.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { dumpOf, tablesOf } from "../../support/canaries.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const MIKE = "my name is Mike, my email is mike@work.example";
const ANNA = "my name is Anna, my email is anna@work.example";
const NOON = Date.UTC(2025, 5, 1, 12);
const actor = { kind: "operator", id: "test" } as const;

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

describe.each(DATABASE_KINDS)("the ledger of erasures on %s", (kind) => {
  const opened = useDatabase(kind);

  async function begin() {
    const database = opened();
    const workspaceId = await createWorkspace(database, "ledger", NOON);
    const say = (handle: string, text: string, body: object = {}) =>
      chat(storeOf(database), pack, workspaceId, ChatRequest.parse({ handle, text, ...body }), NOON);
    const eraseCustomer = (id: string) => {
      const occasion = { subject: { kind: "customer", id }, cause: "request", actor, now: NOON } as const;
      return erase(storeOf(database), workspaceId, { customerId: id, conversationIds: [] }, occasion);
    };
    return { database, store: storeOf(database), workspaceId, say, eraseCustomer };
  }

  test("after a restore of what was before, it erases the same persons again and nobody else", async () => {
    const { database, store, workspaceId, say, eraseCustomer } = await begin();
    const { customer } = await say("a", "my email is mike@work.example");
    const other = await say("b", "my email is anna@work.example");
    const backup = await backUp(database, workspaceId);
    const id = customer?.id ?? "";
    await say("c", "my name is Mike, my email is mike@work.example"); // not in the backup
    await eraseCustomer(id);
    const ledger = await linesOf(exportLedger(store, workspaceId));
    expect(ledger.map((line) => LedgerLine.parse(JSON.parse(JSON.stringify(line))))).toEqual(ledger);
    const erased = await dumpOf(database, workspaceId);

    await restore(database, workspaceId, backup);
    expect((await getCustomer(store, workspaceId, id)).email).toBe("mike@work.example");
    expect((await listErasures(database, workspaceId, { limit: 10 })).erasures).toEqual([]);

    const known = await publicKeysOf(store, workspaceId);
    for (const line of ledger) {
      expect(faultOf(line, workspaceId, known)).toBeNull();
      const again = await reapply(store, workspaceId, line, actor, NOON);
      expect(again?.certificate).toMatchObject({
        cause: "reapplied",
        subject: { id },
        destroyed: { customers: 1 },
      });
    }
    const after = await dumpOf(database, workspaceId);
    const rowsOf = (dump: typeof after) =>
      ["customers", "conversations", "messages", "claims", "handles"].map((table) => [
        table,
        dump.get(table),
      ]);
    expect(rowsOf(after)).toEqual(rowsOf(erased));
    const { erasures } = await listErasures(database, workspaceId, CustomersQuery.parse({ limit: "10" }));
    expect(erasures.map(({ cause }) => cause).toSorted()).toEqual(["reapplied", "request"]);
    expect((await getCustomer(store, workspaceId, other.customer?.id ?? "")).email).toBe("anna@work.example");

    // A second time there is nothing left to do.
    for (const line of ledger) expect(await reapply(store, workspaceId, line, actor, NOON)).toBeNull();
    expect((await listErasures(database, workspaceId, { limit: 10 })).erasures).toHaveLength(2);
  });

  test("a conversation that a backup has with another customer goes, and that one's profile follows", async () => {
    const { database, store, workspaceId, say, eraseCustomer } = await begin();
    const first = await say("a", "my name is Mike, my email is mike@work.example");
    const { conversationId } = await say("b", "my phone is +61 412 345 678, my email is mike@work.example");
    const backup = await backUp(database, workspaceId);
    const moved = await say("b", "sorry, it's anna@work.example, not mike@work.example", { conversationId });
    expect(moved.customer?.id).not.toBe(first.customer?.id);
    await eraseCustomer(moved.customer?.id ?? "");
    const ledger = await linesOf(exportLedger(store, workspaceId));

    await restore(database, workspaceId, backup);
    expect(await getCustomer(store, workspaceId, first.customer?.id ?? "")).toMatchObject({
      phone: "+61412345678",
    });
    for (const line of ledger) await reapply(store, workspaceId, line, actor, NOON);
    expect(await getCustomer(store, workspaceId, first.customer?.id ?? "")).toMatchObject({
      name: "Mike",
      email: "mike@work.example",
      phone: null,
      conversationCount: 1,
    });
  });

  test("whoever was merged into an erased customer goes, too, where the backup has it alone", async () => {
    const { database, store, workspaceId, say, eraseCustomer } = await begin();
    const [first, second] = [await say("a", MIKE), await say("b", ANNA)];
    const [a, b] = [first.customer?.id ?? "", second.customer?.id ?? ""];
    // Without this, nothing would keep the profile once its conversation is erased.
    await addNote(store, workspaceId, b, { text: "Call back" }, { actor, at: NOON });
    const backup = await backUp(database, workspaceId);
    await mergeCustomers(store, workspaceId, a, MergeRequest.parse({ with: b }), { actor, at: NOON });
    await eraseCustomer(a);
    const ledger = await linesOf(exportLedger(store, workspaceId));

    await restore(database, workspaceId, backup);
    for (const line of ledger) expect(await reapply(store, workspaceId, line, actor, NOON)).not.toBeNull();
    const after = await dumpOf(database, workspaceId);
    for (const table of ["customers", "conversations", "notes", "handles"]) {
      expect([table, after.get(table)]).toEqual([table, []]);
    }
    for (const line of ledger) expect(await reapply(store, workspaceId, line, actor, NOON)).toBeNull();
  });

  test("whoever is merged into another customer in the backup goes alone, with all that was known of it", async () => {
    const { database, store, workspaceId, say, eraseCustomer } = await begin();
    const [first, second] = [await say("a", MIKE), await say("b", ANNA)];
    const [a, b] = [first.customer?.id ?? "", second.customer?.id ?? ""];
    const editing = { workspaceId, id: b, seen: null, by: { actor, at: NOON } };
    await editFields(store, pack, editing, { fields: { phone: "+61 412 345 678" } }, null);
    const deed = { actor, at: NOON };
    const before = await getCustomer(store, workspaceId, a);
    const request = MergeRequest.parse({ with: b, choices: { email: "other", name: "other" } });
    const { mergeId } = await mergeCustomers(store, workspaceId, a, request, deed);
    const merged = await getCustomer(store, workspaceId, a);
    expect(merged).toMatchObject({ email: "anna@work.example", name: "Anna", phone: "+61412345678" });
    const backup = await backUp(database, workspaceId);
    await unmergeCustomers(store, workspaceId, a, mergeId ?? "", deed);
    await eraseCustomer(b);
    const ledger = await linesOf(exportLedger(store, workspaceId));

    await restore(database, workspaceId, backup);
    for (const line of ledger) expect(await reapply(store, workspaceId, line, actor, NOON)).not.toBeNull();
    const left = await getCustomer(store, workspaceId, a);
    expect({ ...left, version: null }).toEqual({ ...before, version: null });
    const after = await dumpOf(database, workspaceId);
    expect(after.get("customers")).toHaveLength(1);
    expect(after.get("merges")).toEqual([]);
    expect((await say("c", ANNA)).customer?.id).not.toBe(a);
  });

  test("a restore without the keys of the erased leaves rows that nobody can read, and they go, too", async () => {
    const { database, store, workspaceId, say, eraseCustomer } = await begin();
    const { customer } = await say("a", "my email is mike@work.example");
    const backup = await backUp(database, workspaceId);
    await eraseCustomer(customer?.id ?? "");
    const ledger = await linesOf(exportLedger(store, workspaceId));
    const keys = (await dumpOf(database, workspaceId)).get("data_keys");
    await restore(
      database,
      workspaceId,
      backup,
      (table, row) => table !== "data_keys" || keys?.includes(row) === true,
    );
    for (const line of ledger) {
      const again = await reapply(store, workspaceId, line, actor, NOON);
      expect(again?.certificate.keys.map(({ fingerprint }) => fingerprint)).toEqual([null, null]);
    }
    expect(
      (await listCustomers(store, workspaceId, CustomersQuery.parse({ limit: "10" }))).customers,
    ).toEqual([]);
    expect((await dumpOf(database, workspaceId)).get("customers")).toEqual([]);
    expect((await say("a", "Hi")).turn).toBe(1);
  });

  test("a line that was changed, or is another workspace's, is refused", async () => {
    const { database, store, workspaceId, say, eraseCustomer } = await begin();
    const { customer } = await say("a", "my email is mike@work.example");
    await eraseCustomer(customer?.id ?? "");
    const [line] = await linesOf(exportLedger(store, workspaceId));
    if (line === undefined) throw new Error("the ledger is empty");
    const known = await publicKeysOf(store, workspaceId);
    const subject = { kind: "customer", id: workspaceId } as const;
    const changed = { ...line, certificate: { ...line.certificate, subject } };
    expect(faultOf(changed, workspaceId, known)).toContain("signature");
    expect(faultOf(changed, workspaceId, new Map())).toContain("signature");
    expect(faultOf(line, workspaceId, new Map())).toBeNull();
    const stranger = await createWorkspace(database, "other", NOON);
    expect(faultOf(line, stranger, new Map())).toContain("another workspace");
  });
});

async function linesOf(lines: AsyncIterable<LedgerLine>): Promise<readonly LedgerLine[]> {
  const all: LedgerLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

type Backup = ReadonlyMap<string, readonly string[]>;
const backUp = (database: Database, workspaceId: string): Promise<Backup> => dumpOf(database, workspaceId);

// In an order that the foreign keys allow; the workspace and its keys stay.
const ORDER = [
  "signing_keys",
  "data_keys",
  "handles",
  "customers",
  "merges",
  "customer_activity",
  "customer_entries",
  "customer_filters",
  "staff_values",
  "notes",
  "conversations",
  "messages",
  "turns",
  "claims",
  "findings",
  "refusals",
  "identity_keys",
  "identity_challenges",
  "idempotency_drawers",
  "idempotency_keys",
  "audit_leaves",
  "audit_seals",
  "audit_events",
  "erasures",
  "webhook_endpoints",
  "webhook_subscriptions",
  "webhook_events",
  "webhook_deliveries",
];

/** Puts a workspace's rows back to what they were. */
async function restore(
  database: Database,
  workspaceId: string,
  backup: Backup,
  keeps: (table: string, row: string) => boolean = () => true,
): Promise<void> {
  // The workspace itself, and what is the installation's or is set.
  const kept = [
    "action_configurations",
    "actions",
    "api_keys",
    "attempts",
    "billing_events",
    "installation_workspaces",
    "invitations",
    "members",
    "people",
    "person_links",
    "person_workspaces",
    "rate_counts",
    "rule_packs",
    "sessions",
    "subscriptions",
    "workspace_keys",
    "workspaces",
  ];
  expect((await tablesOf(database)).filter((table) => !kept.includes(table))).toEqual(ORDER.toSorted());
  await inWorkspace(database, workspaceId, async (tx) => {
    for (const table of ORDER.toReversed()) await tx.raw(`delete from ${table}`);
    for (const table of ORDER) {
      const rows = (backup.get(table) ?? []).filter((row) => keeps(table, row));
      const overriding = ["claims", "staff_values", "webhook_events"].includes(table)
        ? "overriding system value"
        : "";
      // At once: customers refer to each other.
      await tx.raw(
        `insert into ${table} ${overriding}
         select (cast(row as ${table})).* from unnest(cast(:rows as text[])) as row`,
        { rows },
      );
    }
  });
}
