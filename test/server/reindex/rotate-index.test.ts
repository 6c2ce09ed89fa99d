/** Replacing the index key while people talk, staff search and merge, and while the command itself is interrupted. */
import { describe, expect, test } from "vitest";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { CustomersQuery } from "../../../server/customers/contract.ts";
import { editFields } from "../../../server/customers/staff-edits.ts";
import { listCustomers } from "../../../server/customers/list.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createChallenge } from "../../../server/identity/challenges.ts";
import { verifyCode } from "../../../server/identity/verify-code.ts";
import { MergeRequest } from "../../../server/merging/contract.ts";
import { findDuplicates } from "../../../server/merging/duplicates.ts";
import { mergeCustomers } from "../../../server/merging/merge.ts";
import { createPerson, findPerson } from "../../../server/people/people.ts";
import { createKeyrings } from "../../../server/privacy/keyrings.ts";
import { givenKeyProvider, newRootKey } from "../../../server/privacy/root-keys.ts";
import { SETTLE_MS } from "../../../server/privacy/rotate-workspace.ts";
import { inSealedWorkspace } from "../../../server/privacy/store.ts";
import { countEarlier, rotateIndexKey } from "../../../server/reindex/rotate-index.ts";
import { INDEXED } from "../../../server/reindex/tables.ts";
import { chat } from "../../../server/turn/chat.ts";
import { defaultPack } from "../../support/packs.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { DATABASE_KINDS, useDatabase } from "../../support/test-databases.ts";

const NOON = Date.UTC(2025, 5, 1, 12);
const PEOPLE = 12;
const BATCH_ROWS = 5; // so that there are many batches to talk between
const DEED = { actor: { kind: "operator", id: "test" }, at: NOON } as const;

interface Said {
  readonly conversationId: string;
  readonly customerId: string | null;
}

/** A server whose keyrings are as old as they may be: they follow `clock`, which the test moves on. */
async function openShop(database: Database, clock: () => number) {
  const provider = givenKeyProvider([newRootKey().root], "ROOT_KEY");
  const workspaceId = await createWorkspace(database, "W", NOON);
  const store = { database, keyrings: createKeyrings(database, provider, clock) };
  const pack = await defaultPack();
  const say = async (handle: string, text: string, more: object = {}): Promise<Said> => {
    const request = ChatRequest.parse({ handle, text, region: "AU", ...more });
    const { conversationId, customer } = await chat(store, pack, workspaceId, request, NOON);
    return { conversationId, customerId: customer?.id ?? null };
  };
  const search = async (q: string) => {
    const { customers } = await listCustomers(store, workspaceId, CustomersQuery.parse({ q }));
    return customers.map(({ id }) => id);
  };
  const setEmail = (id: string | null, email: string) =>
    editFields(
      store,
      pack,
      { workspaceId, id: id ?? "", seen: null, by: { actor: DEED.actor, at: NOON } },
      { fields: { email } },
      null,
    );
  return { provider, workspaceId, store, say, search, setEmail };
}
type Shop = Awaited<ReturnType<typeof openShop>>;

const PHONES = ["0412345678", "0412345679", "0412345671", "0412345672"];
const emailOf = (n: number) => `p.${n}@gmail.com`;
const textOf = (n: number) =>
  `My name is Zoe Smith and my email is ${emailOf(n)}, my phone number is ${PHONES[n % 4]}`;

/** Says what everybody can rely on, and adds a person who is found from then on. */
async function serve(shop: Shop, people: Said[]) {
  const { say, search, setEmail, store, workspaceId } = shop;
  const next = people.length;
  people.push(await say(`h${next}`, textOf(next), { platform: "line", messageId: "m" }));
  for (const n of new Set([0, 1, next >> 1, next])) {
    const { customerId, conversationId } = people[n] ?? { customerId: null, conversationId: "" };
    // The email leads to the customer from another platform, the handle to the conversation, the message's id to its answer.
    expect((await say(`w${next}.${n}`, `I am at ${emailOf(n)}`)).customerId).toBe(customerId);
    expect((await say(`h${n}`, "ok", { platform: "line" })).conversationId).toBe(conversationId);
    expect((await say(`h${n}`, textOf(n), { platform: "line", messageId: "m" })).conversationId).toBe(
      conversationId,
    );
    for (const q of [emailOf(n), `zoe ${PHONES[n % 4]?.slice(-6)}`, `p.${n}@gmail.c`]) {
      expect({ q, found: await search(q) }).toEqual({ q, found: expect.arrayContaining([customerId]) });
    }
  }
  await expect(setEmail(people[next]?.customerId ?? null, emailOf(1))).rejects.toThrow(
    "has this email address",
  );
  const { duplicates } = await findDuplicates(store, workspaceId, people[1]?.customerId ?? "");
  expect(duplicates.map(({ evidence }) => evidence.map(({ kind }) => kind))).toContainEqual(["same_mailbox"]);
}

describe.each(DATABASE_KINDS)("rotating the index key on %s", (kind) => {
  const database = useDatabase(kind);

  test("goes unnoticed: who talks, searches and edits finds everybody at every step, also when it is interrupted", async () => {
    let now = NOON;
    const shop = await openShop(database(), () => now);
    const { store, workspaceId, provider, say, search } = shop;
    const twin = await say("twin", "my email is p1+shop@gmail.com");
    const people: Said[] = [];
    for (let n = 0; n < PEOPLE; n += 1) {
      people.push(await say(`h${n}`, textOf(n), { platform: "line", messageId: "m" }));
    }
    const [old, survivor] = [await say("old", "I am at old@work.example"), people[0]?.customerId ?? ""];
    const merge = MergeRequest.parse({ with: old.customerId });
    await mergeCustomers(store, workspaceId, survivor, merge, DEED);
    const asked = { conversationId: twin.conversationId, email: "p1+shop@gmail.com" };
    const challenge = await createChallenge(store, workspaceId, asked, NOON);

    const staff = await inSealedWorkspace(store, workspaceId, (tx) =>
      createPerson(tx, "staff@work.example", null, NOON),
    );

    const settle = async () => {
      await serve(shop, people); // has not heard of the last step yet
      now += SETTLE_MS;
      await serve(shop, people);
    };
    const rotation = { database: database(), provider, workspaceId, clock: () => now, settle };
    const interrupted = rotateIndexKey(
      {
        ...rotation,
        onProgress: (rows) => {
          if (rows > 3 * BATCH_ROWS) throw new Error("interrupted");
        },
      },
      BATCH_ROWS,
    );
    await expect(interrupted).rejects.toThrow("interrupted");
    const left = Object.values(await countEarlier(database(), workspaceId, 2));
    expect(left.some((count) => count > 0)).toBe(true);

    const moving = { isDone: false };
    const talking = (async () => {
      while (!moving.isDone) await serve(shop, people);
    })();
    const rotated = await rotateIndexKey({ ...rotation, settle: async () => {} }, BATCH_ROWS);
    moving.isDone = true;
    await talking;
    expect(rotated.version).toBe(2);
    expect(rotated.rows).toBeGreaterThan(4 * BATCH_ROWS);

    now += SETTLE_MS;
    const { indexKeys } = await store.keyrings.of(workspaceId);
    expect(indexKeys.map(({ version }) => version)).toEqual([2]);
    expect(new Set(Object.values(await countEarlier(database(), workspaceId, 2)))).toEqual(new Set([0]));
    await serve(shop, people);
    for (const [n, { customerId }] of people.entries()) {
      expect(await search(emailOf(n))).toEqual([customerId]);
    }
    // One who was merged away: their email, and what the search knows of it.
    expect((await say("again", "I am at old@work.example")).customerId).toBe(survivor);
    const code = /\d{3} \d{3}/u.exec(challenge.mail?.text ?? "")?.[0] ?? "";
    const given = { challengeId: challenge.challengeId, code };
    expect(await verifyCode(store, workspaceId, given, DEED.actor, NOON)).toBe(true);
    const person = await inSealedWorkspace(store, workspaceId, (tx) => findPerson(tx, "staff@work.example"));
    expect(person?.id).toBe(staff);
    // Each email has one customer still.
    const [counted] = await inWorkspace(database(), workspaceId, (tx) =>
      tx.raw<{ customers: number }>("select cast(count(*) as integer) as customers from customers"),
    );
    expect(counted?.customers).toBe(people.length + 2);
  });

  test("passes over what nobody can read any more, and ends", async () => {
    const shop = await openShop(database(), () => NOON);
    const { workspaceId, provider, say } = shop;
    const people = [await say("a", textOf(1), { messageId: "m" }), await say("b", textOf(2))];
    await inWorkspace(database(), workspaceId, (tx) =>
      tx.raw("delete from data_keys where subject_id = any(cast(:ids as uuid[]))", {
        ids: [people[0]?.customerId ?? "", people[0]?.conversationId ?? ""],
      }),
    );
    const rotation = {
      database: database(),
      provider,
      workspaceId,
      clock: () => NOON,
      settle: async () => {},
    };
    expect(await rotateIndexKey(rotation)).toEqual({ version: 2, rows: 2 });
    expect(await countEarlier(database(), workspaceId, 2)).toEqual({
      customers: 1,
      handles: 1,
      messages: 1,
      identity_challenges: 0,
      people: 0,
      invitations: 0,
    });
  });
});

describe("the tables that are found by the index key", () => {
  const database = useDatabase("pglite");

  test("are all known to the rotation", async () => {
    const workspaceId = await createWorkspace(database(), "W", NOON);
    const columns = await inWorkspace(database(), workspaceId, (tx) =>
      tx.raw<{ place: string }>(
        `select table_name || '.' || column_name as place from information_schema.columns
         where table_schema = 'public' and table_name <> 'signing_keys'
           and (data_type = 'bytea' and column_name like '%\\_key' or column_name = 'tokens')`,
      ),
    );
    const known = INDEXED.flatMap(({ table, columns: its }) => its.map((column) => `${table}.${column}`));
    expect(columns.map(({ place }) => place).toSorted()).toEqual(known.toSorted());
  });
});
