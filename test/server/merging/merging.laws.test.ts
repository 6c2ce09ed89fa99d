import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { AppError } from "../../../server/app-error.ts";
import { CustomersQuery } from "../../../server/customers/contract.ts";
import { listCustomers } from "../../../server/customers/list.ts";
import { getCustomer } from "../../../server/customers/queries.ts";
import { editFields } from "../../../server/customers/staff-edits.ts";
import { setTag } from "../../../server/customers/tags.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { MergeRequest, type MergeView, type Side } from "../../../server/merging/contract.ts";
import { mergeCustomers } from "../../../server/merging/merge.ts";
import { unmergeCustomers } from "../../../server/merging/unmerge.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { BEGIN, canonical, createDriver, sayingsOf, storedPortraits } from "../customers/identity-driver.ts";
import { createIdentityModel, type Saying } from "../customers/identity-model.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { asTwoProcesses, useDatabase } from "../../support/test-databases.ts";

const DEED = { actor: { kind: "operator", id: "test" }, at: BEGIN } as const;

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

const inMemory = useDatabase("pglite");

type Step =
  | { readonly does: "say"; readonly saying: Saying }
  /** Of the live customers, in the order of their first conversations' names, counted round. */
  | { readonly does: "merge"; readonly into: number; readonly from: number }
  | { readonly does: "unmerge"; readonly which: number };

const which = fc.nat({ max: 11 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: sayingsOf("a", "b").map((saying) => ({ does: "say" as const, saying })) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant("merge" as const), into: which, from: which }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant("unmerge" as const), which }) },
);

const merge = (
  database: Database,
  workspaceId: string,
  survivor: string,
  other: string,
  choices: Readonly<Record<string, Side>> = {},
): Promise<MergeView> =>
  mergeCustomers(
    storeOf(database),
    workspaceId,
    survivor,
    MergeRequest.parse({ with: other, choices }),
    DEED,
  );

async function customerOf(database: Database, workspaceId: string, id: string): Promise<string | null> {
  const [row] = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw<{ customer_id: string | null }>("select customer_id from conversations where id = :id", { id }),
  );
  return row?.customer_id ?? null;
}

/** The merges that can be undone now, oldest first. */
function undoable(database: Database, workspaceId: string) {
  return inWorkspace(database, workspaceId, (tx) =>
    tx.raw<{ id: string; survivor_id: string }>(
      `select merges.id, survivor_id from merges join customers on customers.id = survivor_id
       where unmerged_at is null and merged_into is null order by merges.id`,
    ),
  );
}

/** Takes the steps in a database, and returns what to take them with in a model. */
async function begin() {
  const database = inMemory();
  const workspaceId = await createWorkspace(database, "merging", BEGIN);
  const driver = createDriver(database, pack, workspaceId);
  const customerAt = async (name: string) => {
    const [, person = "", number] = /^(.*)\/(\d+)$/u.exec(name) ?? [];
    const id = driver.conversationId(person, Number(number));
    return id === undefined ? null : customerOf(database, workspaceId, id);
  };
  const statistics = { merges: 0, unmerges: 0 };
  const model = createIdentityModel();

  /** Takes a step in the database and in the model. */
  async function take(next: Step): Promise<void> {
    if (next.does === "say") {
      await driver.say(next.saying);
      const says = next.saying.says.map(({ field, value }) => ({ field, value: canonical(field, value) }));
      model.take({ ...next.saying, says });
    }
    if (next.does === "merge") {
      const names = model.portraits().flatMap(({ conversations }) => conversations.slice(0, 1));
      const [into = "", from = ""] = [names[next.into % names.length], names[next.from % names.length]];
      if (into === from) return;
      const [survivor, other] = [await customerAt(into), await customerAt(from)];
      await merge(database, workspaceId, survivor ?? "", other ?? "");
      model.merge(into, from);
      statistics.merges += 1;
    }
    if (next.does === "unmerge") {
      const merges = await undoable(database, workspaceId);
      const chosen = merges[next.which % merges.length];
      model.unmerge(next.which);
      if (chosen === undefined) return;
      await unmergeCustomers(storeOf(database), workspaceId, chosen.survivor_id, chosen.id, DEED);
      statistics.unmerges += 1;
    }
  }
  return { database, workspaceId, model, statistics, take };
}

test("law 7 with merges: any sequence of messages, merges and unmerges ends in the state of the model", async () => {
  const count = { merges: 0, unmerges: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 30, size: "max" }), async (steps) => {
      const { database, workspaceId, model, statistics, take } = await begin();
      for (const next of steps) await take(next);
      expect(await storedPortraits(database, workspaceId)).toEqual(model.portraits());
      count.merges += statistics.merges;
      count.unmerges += statistics.unmerges;
    }),
    { numRuns: 40 },
  );
  expect(count.merges).toBeGreaterThan(20);
  expect(count.unmerges).toBeGreaterThan(5);
}, 240_000);

/** What staff can see of all customers. */
async function visible(database: Database, workspaceId: string) {
  const store = storeOf(database);
  const { customers } = await listCustomers(store, workspaceId, CustomersQuery.parse({ limit: "200" }));
  return {
    customers,
    details: await Promise.all(customers.map(({ id }) => getCustomer(store, workspaceId, id))),
  };
}

/** Without what a merge and its undoing count up. */
const unversioned = ({ customers, details }: Awaited<ReturnType<typeof visible>>) => ({
  customers,
  details: details.map((customer) => ({ ...customer, version: null })),
});

const sides = fc.constantFrom("survivor" as const, "other" as const);

/** What staff sets of the customer whose number it is, one or the other. */
const handSet = fc.record({
  of: fc.nat(),
  fields: fc.record(
    {
      name: fc.constantFrom("Mike", "Mike Miller", "Anna"),
      phone: fc.constantFrom("+61412345678", "+61412345679"),
    },
    { requiredKeys: [] },
  ),
  tag: fc.constantFrom("vip", "late", "zoë"),
});

test("law: merge then unmerge is the identity, whatever was chosen or set by hand, in whatever order merges of one survivor are undone", async () => {
  const scripts = fc.array(step, { minLength: 12, maxLength: 25 });
  const chosen = fc.record({ name: sides, email: sides, phone: sides });
  const byHand = fc.array(handSet, { maxLength: 6 });
  let merged = 0;
  await fc.assert(
    fc.asyncProperty(scripts, chosen, fc.boolean(), byHand, async (steps, wanted, lastFirst, edits) => {
      const { database, workspaceId, take } = await begin();
      for (const next of steps) await take(next);
      const { customers } = await visible(database, workspaceId);
      for (const { of, fields, tag } of edits) {
        const id = customers[of % customers.length]?.id;
        if (id === undefined) continue;
        const editing = { workspaceId, id, seen: null, by: { actor: DEED.actor, at: BEGIN } };
        await editFields(storeOf(database), pack, editing, { fields }, null);
        await setTag(database, workspaceId, id, { tag, isSet: true }, editing.by);
      }
      const before = await visible(database, workspaceId);
      const [survivor, ...others] = before.details;
      if (survivor === undefined) return;
      const done: string[] = [];
      for (const other of others.slice(0, 3)) {
        const now = await getCustomer(storeOf(database), workspaceId, survivor.id);
        const choices = Object.fromEntries(
          Object.entries(wanted).filter(
            ([field, side]) =>
              (side === "survivor" ? now : other)[field as "name" | "email" | "phone"] !== null,
          ),
        );
        const view = await merge(database, workspaceId, survivor.id, other.id, choices);
        const after = await getCustomer(storeOf(database), workspaceId, survivor.id);
        expect(after.tags).toEqual([...new Set([...now.tags, ...other.tags])].toSorted());
        for (const [field, side] of Object.entries(choices)) {
          const of = side === "survivor" ? now : other;
          expect([field, after[field as "name" | "email" | "phone"]]).toEqual([
            field,
            of[field as "name" | "email" | "phone"],
          ]);
        }
        done.push(view.mergeId ?? "");
        merged += 1;
      }
      for (const mergeId of lastFirst ? done.toReversed() : done) {
        await unmergeCustomers(storeOf(database), workspaceId, survivor.id, mergeId, DEED);
      }
      expect(unversioned(await visible(database, workspaceId))).toEqual(unversioned(before));
    }),
    { numRuns: 25 },
  );
  expect(merged).toBeGreaterThan(10);
}, 240_000);

test("law: a dry run changes nothing, and says what the merge then makes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 20 }), async (steps) => {
      const { database, workspaceId, take } = await begin();
      for (const next of steps) await take(next);
      const before = await visible(database, workspaceId);
      const [survivor, other] = before.customers;
      if (survivor === undefined || other === undefined) return;
      const request = MergeRequest.parse({ with: other.id, dryRun: true });
      const { mergeId, ...preview } = await mergeCustomers(
        storeOf(database),
        workspaceId,
        survivor.id,
        request,
        DEED,
      );
      expect(mergeId).toBeNull();
      expect(await visible(database, workspaceId)).toEqual(before);
      const { mergeId: made, ...view } = await merge(database, workspaceId, survivor.id, other.id);
      expect(made).not.toBeNull();
      expect({ ...view, dryRun: true }).toEqual(preview);
      const after = await getCustomer(storeOf(database), workspaceId, survivor.id);
      for (const [field, { result }] of Object.entries(view.fields)) {
        expect([field, after[field as "name" | "email" | "phone"]]).toEqual([field, result]);
      }
      expect(after.conflicts).toEqual(view.conflicts);
      expect(after.conversationCount).toBe(view.conversationCount.merged);
    }),
    { numRuns: 20 },
  );
}, 240_000);

describe("on a PostgreSQL server, with many clients at once", () => {
  test("two people who merge two customers crosswise: one wins, and the other is told who survived", async () => {
    await asTwoProcesses(async (processes) => {
      for (let round = 0; round < 10; round += 1) {
        const workspaceId = await createWorkspace(processes[0], "crosswise", BEGIN);
        const { say } = createDriver(processes[0], pack, workspaceId);
        const [a, b] = await Promise.all(
          ["bob@work.example", "bob@home.example"].map(async (value) => {
            const says = [{ field: "email", value }];
            const { customer } = await say({
              platform: "line",
              handle: value,
              where: "latest",
              says,
              at: BEGIN,
            });
            return customer?.id ?? "";
          }),
        );
        if (a === undefined || b === undefined) throw new Error("two customers were made");
        const results = await Promise.allSettled([
          merge(processes[0], workspaceId, a, b),
          merge(processes[1], workspaceId, b, a),
        ]);
        const won = results.findIndex(({ status }) => status === "fulfilled");
        const survivor = [a, b][won];
        const lost = results[1 - won];
        expect(lost).toMatchObject({
          status: "rejected",
          reason: { code: "already_merged", status: 409, mergedInto: survivor },
        });
        expect(await storedPortraits(processes[0], workspaceId)).toHaveLength(1);
      }
    });
  });

  test("law 1: one live customer an email, whatever is said, merged and parted at once", async () => {
    await asTwoProcesses(async (processes) => {
      const scripts = fc.array(sayingsOf("a", "b", "c", "d", "e", "f"), { minLength: 12, maxLength: 12 });
      for (let seed = 0; seed < 4; seed += 1) {
        const workspaceId = await createWorkspace(processes[0], "crowd", BEGIN);
        const drivers = processes.map((database) => createDriver(database, pack, workspaceId));
        const work = { isOver: false };
        let merges = 0;
        const staff = async (database: Database, number: number) => {
          for (let at = number; !work.isOver; at += 1) {
            const { customers } = await listCustomers(
              storeOf(database),
              workspaceId,
              CustomersQuery.parse({ limit: "50" }),
            );
            const [into, from] = [
              customers[at % customers.length],
              customers[(at * 7 + 1) % customers.length],
            ];
            try {
              if (at % 3 === 0) {
                const [first] = await undoable(database, workspaceId);
                if (first !== undefined)
                  await unmergeCustomers(storeOf(database), workspaceId, first.survivor_id, first.id, DEED);
              } else if (into !== undefined && from !== undefined && into.id !== from.id) {
                await merge(database, workspaceId, into.id, from.id);
                merges += 1;
              }
            } catch (error) {
              // Somebody else was faster; anything else is a fault.
              if (!(error instanceof AppError) || error.status >= 500) throw error;
            }
          }
        };
        const working = processes.map((database, number) => staff(database, number));
        await Promise.all(
          fc.sample(scripts, { numRuns: 12, seed }).map(async (script, client) => {
            for (const saying of script) await drivers[client % 2]?.say(saying);
          }),
        ).finally(() => {
          work.isOver = true;
        });
        await Promise.all(working);
        expect(merges).toBeGreaterThan(0);
        await holdsTogether(processes[0], workspaceId);
      }
    });
  }, 240_000);
});

/** What must be so after any concurrency: no conversation with a customer who is not live, no count that is off, no email of two. */
async function holdsTogether(database: Database, workspaceId: string): Promise<void> {
  const portraits = await storedPortraits(database, workspaceId);
  const keys = portraits.flatMap(({ emailKey }) => emailKey ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  const astray = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw(
      `select conversations.id from conversations
       left join customer_activity activity on activity.customer_id = conversations.customer_id
       left join customers on customers.id = conversations.customer_id
       where conversations.customer_id is not null and (activity.customer_id is null or merged_into is not null)`,
    ),
  );
  expect(astray).toEqual([]);
  const stuck = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw(
      `select customers.id from customers left join customers survivor on survivor.id = customers.merged_into
       where customers.merged_into is not null and survivor.merged_into is not null`,
    ),
  );
  expect(stuck).toEqual([]);
}
