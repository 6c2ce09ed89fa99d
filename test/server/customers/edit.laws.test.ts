import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import type { AppError } from "../../../server/app-error.ts";
import { foldProfile } from "../../../server/customers/fold.ts";
import { readCustomer } from "../../../server/customers/locked-customer.ts";
import { getCustomer } from "../../../server/customers/queries.ts";
import { acceptClaim, editFields, verifyField, type Editing } from "../../../server/customers/staff-edits.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { inSealedWorkspace } from "../../../server/privacy/store.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { asTwoProcesses, useDatabase } from "../../support/test-databases.ts";
import { BEGIN, createDriver, sayingsOf, storedPortraits } from "./identity-driver.ts";
import type { Saying } from "./identity-model.ts";

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

const inMemory = useDatabase("pglite");

/** What staff does to one of the customers there are, counted round. */
type Deed = { readonly customer: number } & (
  | { readonly does: "edit"; readonly fields: Readonly<Record<string, string | null>> }
  | { readonly does: "verify"; readonly field: string; readonly verified: boolean }
  | { readonly does: "accept"; readonly claim: number }
);

const value = (...values: readonly string[]) => fc.constantFrom(...values, null);
const fields = fc.record(
  {
    name: value("Robert", "Roberta"),
    phone: value("+61412345670", "+61412345671"),
    email: value("bob@work.example", "bob@home.example", "staff@work.example", "staff@home.example"),
  },
  { requiredKeys: [] },
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ customer: fc.nat(7), does: fc.constant("edit" as const), fields }),
  fc.record({
    customer: fc.nat(7),
    does: fc.constant("verify" as const),
    field: fc.constantFrom("name", "email", "phone"),
    verified: fc.boolean(),
  }),
  fc.record({ customer: fc.nat(7), does: fc.constant("accept" as const), claim: fc.nat(9) }),
);

async function idsOf(database: Database, workspaceId: string): Promise<readonly string[]> {
  const rows = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw<{ id: string }>("select id from customers order by id"),
  );
  return rows.map(({ id }) => id);
}

/** Says no for a reason that is defined: another has the email, there is nothing to verify, or the customer is gone. */
const DEFINED = new Set(["email_taken", "nothing_to_verify", "customer_not_found", "claim_not_found"]);

async function doDeed(database: Database, workspaceId: string, deed: Deed): Promise<void> {
  const ids = await idsOf(database, workspaceId);
  const id = ids[deed.customer % ids.length];
  if (id === undefined) return;
  const by = { actor: { kind: "operator", id: "test" }, at: BEGIN } as const;
  const editing: Editing = { workspaceId, id, seen: null, by };
  const store = storeOf(database);
  const done = async () => {
    switch (deed.does) {
      case "edit":
        return editFields(store, pack, editing, { fields: deed.fields }, null);
      case "verify":
        return verifyField(store, pack, editing, deed);
      case "accept": {
        const { provenance } = await getCustomer(store, workspaceId, id);
        const said = provenance.filter(({ by: staff }) => staff === null);
        const claim = said[deed.claim % said.length];
        return claim === undefined ? undefined : acceptClaim(store, editing, claim.id);
      }
    }
    return deed satisfies never;
  };
  await done().catch((error: AppError) => {
    if (!DEFINED.has(error.code)) throw error;
  });
}

/** The customers that are not what follows from their claims and from staff, lack what staff set, or share an email. */
async function astray(database: Database, workspaceId: string): Promise<readonly string[]> {
  const emails: string[] = [];
  const faults: string[] = [];
  for (const id of await idsOf(database, workspaceId)) {
    const customer = await inSealedWorkspace(storeOf(database), workspaceId, (tx) => readCustomer(tx, id));
    const { stored, talks } = customer;
    const said = talks.flatMap(({ claims }) => claims).toSorted((a, b) => a.seq - b.seq);
    const { standings: _, ...profile } = foldProfile(stored.emailKey, [...said, ...stored.staff.claims]);
    const lacking = stored.staff.claims.filter(
      ({ field, trust, value: set }) => trust === "staff" && profile.values[field] !== set,
    );
    if (lacking.length > 0) faults.push(`${id} lacks what staff set: ${JSON.stringify(lacking)}`);
    if (JSON.stringify(stored.profile) !== JSON.stringify(profile)) {
      faults.push(`${id} is ${JSON.stringify(stored.profile)} instead of ${JSON.stringify(profile)}`);
    }
    const columns = await inWorkspace(database, workspaceId, (tx) =>
      tx.raw("select fields, verified_fields as verified from customers where id = :id", { id }),
    );
    const expected = [{ fields: Object.keys(profile.values), verified: profile.verified }];
    if (JSON.stringify(columns) !== JSON.stringify(expected)) {
      faults.push(`${id} is found by ${JSON.stringify(columns)} instead of ${JSON.stringify(expected)}`);
    }
    if (stored.emailKey !== null) emails.push(stored.emailKey);
  }
  const doubled = emails.filter((email, index) => emails.indexOf(email) !== index);
  return [...faults, ...doubled.map((email) => `${email} has two customers`)];
}

const talk = fc.array(sayingsOf("a", "b", "c"), { minLength: 1, maxLength: 8 });

test("law: after any messages and edits, a profile is what follows from its claims and from staff", async () => {
  const script = fc.array(fc.oneof(sayingsOf("a", "b", "c"), deed), { minLength: 3, maxLength: 18 });
  await fc.assert(
    fc.asyncProperty(script, async (steps) => {
      const workspaceId = await createWorkspace(inMemory(), "edits", BEGIN);
      const { say } = createDriver(inMemory(), pack, workspaceId);
      for (const step of steps) {
        await ("does" in step ? doDeed(inMemory(), workspaceId, step) : say(step));
        expect(await astray(inMemory(), workspaceId)).toEqual([]);
      }
    }),
    { numRuns: 25 },
  );
});

test("law: an edit and its withdrawal is the identity on every profile", async () => {
  await fc.assert(
    fc.asyncProperty(
      talk,
      fc.array(fields, { minLength: 1, maxLength: 4 }),
      fc.nat(7),
      async (said, edits, which) => {
        const workspaceId = await createWorkspace(inMemory(), "back", BEGIN);
        const { say } = createDriver(inMemory(), pack, workspaceId);
        for (const saying of said) await say(saying);
        const before = await storedPortraits(inMemory(), workspaceId);
        for (const set of edits) {
          await doDeed(inMemory(), workspaceId, { customer: which, does: "edit", fields: set });
        }
        const back = { name: null, email: null, phone: null };
        await doDeed(inMemory(), workspaceId, { customer: which, does: "edit", fields: back });
        expect(await storedPortraits(inMemory(), workspaceId)).toEqual(before);
      },
    ),
    { numRuns: 25 },
  );
});

test("law: what staff sets is nothing that a chatter notices: every answer is the same, byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(talk, fc.array(fc.tuple(fc.nat(7), fields), { maxLength: 8 }), async (said, edits) => {
      const heard = async (isEdited: boolean) => {
        const workspaceId = await createWorkspace(inMemory(), "unnoticed", BEGIN);
        const { say } = createDriver(inMemory(), pack, workspaceId);
        const told = [];
        for (const [index, saying] of said.entries()) {
          const { conversationId: _, customer, ...response } = await say(saying);
          told.push({ ...response, known: customer?.known, missing: customer?.missing });
          const edit = edits[index];
          if (!isEdited || edit === undefined) continue;
          await doDeed(inMemory(), workspaceId, { customer: edit[0], does: "edit", fields: edit[1] });
          await doDeed(inMemory(), workspaceId, {
            customer: edit[0],
            does: "verify",
            field: "name",
            verified: true,
          });
        }
        return JSON.stringify(told);
      };
      expect(await heard(true)).toBe(await heard(false));
    }),
    { numRuns: 15 },
  );
});

describe("on a PostgreSQL server, with people who talk and people who edit at once", () => {
  test("law: nothing is lost or doubled, and nobody sees a deadlock", async () => {
    await asTwoProcesses(async (processes) => {
      const scripts = fc.array(fc.oneof(sayingsOf(..."abcd"), deed), { minLength: 8, maxLength: 8 });
      for (let seed = 0; seed < 10; seed += 1) {
        const workspaceId = await createWorkspace(processes[0], "crowd", BEGIN);
        const drivers = processes.map((database) => createDriver(database, pack, workspaceId));
        const isSaying = (step: Saying | Deed): step is Saying => !("does" in step);
        const crowd = fc.sample(scripts, { numRuns: 16, seed });
        await Promise.all(
          crowd.map(async (steps, client) => {
            const database = processes[client % 2 === 0 ? 0 : 1];
            for (const step of steps) {
              await (isSaying(step) ? drivers[client % 2]?.say(step) : doDeed(database, workspaceId, step));
            }
          }),
        );
        expect(await astray(processes[0], workspaceId)).toEqual([]);
        const [said] = await inWorkspace(processes[0], workspaceId, (tx) =>
          tx.raw<{ n: number }>(
            "select cast(count(*) as integer) as n from messages where role = 'customer'",
          ),
        );
        expect(said?.n).toBe(crowd.flat().filter(isSaying).length);
        await storedPortraits(processes[0], workspaceId);
      }
    });
  }, 240_000);
});
