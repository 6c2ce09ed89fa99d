import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import type { RulePack } from "../../../engine/rules/pack.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { asTwoProcesses, useDatabase } from "../../support/test-databases.ts";
import {
  BEGIN,
  canonical,
  committed,
  createDriver,
  sayingsOf,
  storedPortraits,
  textOf,
} from "./identity-driver.ts";
import { createIdentityModel, type Saying } from "./identity-model.ts";

const CLIENTS = 16;

let pack: RulePack;
beforeAll(async () => {
  pack = await defaultPack();
});

const inMemory = useDatabase("pglite");

/** A workspace of its own, in which people say things one after the other. */
async function begin() {
  const database = inMemory();
  const workspaceId = await createWorkspace(database, "laws", BEGIN);
  const { say } = createDriver(database, pack, workspaceId);
  const says = (person: string, where: Saying["where"], ...details: readonly string[]) => {
    const [platform = "", handle = ""] = person.split("/");
    const said = details.map((value) => ({ field: value.includes("@") ? "email" : "name", value }));
    return say({ platform, handle, where, says: said, at: BEGIN });
  };
  return { says, customers: () => storedPortraits(database, workspaceId) };
}

describe("the laws, one by one", () => {
  test("law 1: an email has one customer, in whatever case, IDN or Unicode form it is typed", async () => {
    const { says, customers } = await begin();
    await says("line/a", "latest", "eve@b\u00fccher.example");
    await says("line/b", "latest", "EVE@B\u00dcCHER.example");
    await says("line/c", "latest", "eve@bu\u0308cher.example");
    await says("web_widget/a", "latest", "Eve@xn--bcher-kva.Example");
    expect(await customers()).toMatchObject([{ emailKey: "eve@xn--bcher-kva.example" }]);
  });

  test("law 2: a new conversation starts with the customer of its handle's latest link", async () => {
    const { says, customers } = await begin();
    await says("line/a", "latest", "bob@work.example");
    await says("line/a", "new");
    await says("line/a", "latest", "bob@home.example");
    await says("line/a", "new");
    expect(await customers()).toMatchObject([
      { emailKey: "bob@work.example", conversations: ["line/a/0"] },
      { emailKey: "bob@home.example", conversations: ["line/a/1", "line/a/2"] },
    ]);
  });

  test("law 2: the email stated last in a conversation decides, though the person gave another elsewhere", async () => {
    const { says, customers } = await begin();
    await says("line/a", "latest", "bob@work.example");
    await says("line/a", "new", "bob@home.example");
    await says("line/a", 0, "bob@home.example");
    await says("line/a", 1, "bob@work.example");
    expect(await customers()).toMatchObject([
      { emailKey: "bob@home.example", conversations: ["line/a/0"] },
      { emailKey: "bob@work.example", conversations: ["line/a/1"] },
    ]);
  });

  test("law 3: the same email on two platforms is one customer; tags and dots make different emails", async () => {
    const { says, customers } = await begin();
    await says("line/a", "latest", "bob@work.example");
    await says("web_widget/b", "latest", "bob@work.example");
    await says("line/c", "latest", "bob+tag@work.example");
    await says("line/d", "latest", "b.ob@work.example");
    expect(await customers()).toMatchObject([
      { conversations: ["line/a/0", "web_widget/b/0"] },
      { emailKey: "bob+tag@work.example", conversations: ["line/c/0"] },
      { emailKey: "b.ob@work.example", conversations: ["line/d/0"] },
    ]);
  });

  test("law 3: the same name and phone with different emails are different customers", async () => {
    const { says, customers } = await begin();
    await says("line/a", "latest", "Mike", "mike@work.example");
    await says("line/b", "latest", "Mike", "mike@home.example");
    expect(await customers()).toHaveLength(2);
  });

  test("law 4: the first detail links every conversation of the handle, and the email comes to that profile", async () => {
    const { says, customers } = await begin();
    await says("line/a", "latest");
    await says("line/a", "new");
    expect(await customers()).toEqual([]);
    const named = await says("line/a", "latest", "Mike");
    const known = await says("line/a", "latest", "mike@work.example");
    expect(known.customer?.id).toBe(named.customer?.id);
    expect(await customers()).toMatchObject([
      {
        emailKey: "mike@work.example",
        values: { name: "Mike" },
        conversations: ["line/a/0", "line/a/1"],
      },
    ]);
  });

  test("law 4: when the email has a profile, all conversations move there and nothing is lost", async () => {
    const { says, customers } = await begin();
    const bob = await says("web_widget/b", "latest", "bob@work.example");
    await says("line/a", "latest", "Mike");
    await says("line/a", "new");
    const moved = await says("line/a", "latest", "bob@work.example");
    expect(moved.customer?.id).toBe(bob.customer?.id);
    expect(await customers()).toMatchObject([
      {
        values: { email: "bob@work.example", name: "Mike" },
        conversations: ["line/a/0", "line/a/1", "web_widget/b/0"],
      },
    ]);
  });

  test("law 5: a correction moves its conversation with its claims, and an empty profile is removed", async () => {
    const { says, customers } = await begin();
    await says("line/a", "latest", "Mike", "mike@work.example");
    await says("line/a", "latest", "mike@home.example");
    expect(await customers()).toMatchObject([
      { values: { email: "mike@home.example", name: "Mike" }, conversations: ["line/a/0"] },
    ]);
  });

  test("law 5: no other conversation changes a profile's email", async () => {
    const { says, customers } = await begin();
    await says("line/a", "latest", "bob@work.example");
    await says("web_widget/b", "latest", "bob@work.example");
    await says("web_widget/b", "latest", "bob@home.example");
    expect(await customers()).toMatchObject([
      { emailKey: "bob@work.example", conversations: ["line/a/0"] },
      { emailKey: "bob@home.example", conversations: ["web_widget/b/0"] },
    ]);
  });

  test("law 6: counts and dates are what the conversations say, on both sides of a move", async () => {
    const workspaceId = await createWorkspace(inMemory(), "dates", BEGIN);
    const { say } = createDriver(inMemory(), pack, workspaceId);
    const a = { platform: "line", handle: "a" };
    const work = [{ field: "email", value: "bob@work.example" }];
    await say({ ...a, where: "latest", says: work, at: BEGIN + 5000 });
    await say({ ...a, where: "new", says: [], at: BEGIN + 3000 });
    await say({ ...a, where: "latest", says: [], at: BEGIN + 9000 });
    expect(await storedPortraits(inMemory(), workspaceId)).toMatchObject([
      { firstAt: BEGIN + 3000, lastAt: BEGIN + 9000, conversations: ["line/a/0", "line/a/1"] },
    ]);
    await say({ ...a, where: 1, says: [{ field: "email", value: "bob@home.example" }], at: BEGIN + 7000 });
    expect(await storedPortraits(inMemory(), workspaceId)).toMatchObject([
      { firstAt: BEGIN + 5000, lastAt: BEGIN + 5000, conversations: ["line/a/0"] },
      { firstAt: BEGIN + 3000, lastAt: BEGIN + 9000, conversations: ["line/a/1"] },
    ]);
  });
});

test("law 7: any sequence of messages ends in the state of the model", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sayingsOf("a", "b", "c"), { minLength: 1, maxLength: 25 }), async (script) => {
      const workspaceId = await createWorkspace(inMemory(), "laws", BEGIN);
      const { say } = createDriver(inMemory(), pack, workspaceId);
      const model = createIdentityModel();
      for (const saying of script) {
        await say(saying);
        model.take({
          ...saying,
          says: saying.says.map(({ field, value }) => ({ field, value: canonical(field, value) })),
        });
      }
      expect(await storedPortraits(inMemory(), workspaceId)).toEqual(model.portraits());
    }),
    { numRuns: 30 },
  );
});

test("typing a known or an unknown email gives byte-identical replies, and shows nothing of its profile", async () => {
  const scripts = fc.array(sayingsOf("a", "b"), { minLength: 1, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(scripts, scripts, async (others, script) => {
      const heard = async (before: readonly Saying[]) => {
        const workspaceId = await createWorkspace(inMemory(), "replies", BEGIN);
        const { say } = createDriver(inMemory(), pack, workspaceId);
        for (const saying of before) await say(saying);
        const told = [];
        for (const saying of script) {
          const {
            conversationId: _,
            customer,
            ...response
          } = await say({ ...saying, handle: `${saying.handle}!` });
          told.push({ ...response, known: customer?.known, missing: customer?.missing });
        }
        return JSON.stringify(told);
      };
      expect(await heard(others)).toBe(await heard([]));
    }),
    { numRuns: 15 },
  );
});

describe("on a PostgreSQL server, with many clients at once", () => {
  const crowds = [
    { people: "ab", messages: 8, rounds: 5 }, // hot handles
    { people: "abcdefgh", messages: 2, rounds: 40 }, // profiles that come and go
    { people: "abcdefghijklmnop", messages: 5, rounds: 10 },
  ];
  test.each(crowds)(
    "law 7: $people, $messages messages a client, end in the state of the model for the order of commits",
    async ({ people, messages, rounds }) => {
      await asTwoProcesses(async (processes) => {
        const scripts = fc.array(sayingsOf(...people), { minLength: messages, maxLength: messages });
        for (let seed = 0; seed < rounds; seed += 1) {
          const workspaceId = await createWorkspace(processes[0], "crowd", BEGIN);
          const drivers = processes.map((database) => createDriver(database, pack, workspaceId));
          await Promise.all(
            fc.sample(scripts, { numRuns: CLIENTS, seed }).map(async (script, client) => {
              for (const saying of script) await drivers[client % 2]?.say(saying);
            }),
          );
          const log = await committed(processes[0], workspaceId);
          expect(log).toHaveLength(CLIENTS * messages);
          const model = createIdentityModel();
          for (const saying of log) model.take(saying);
          const customers = await storedPortraits(processes[0], workspaceId);
          expect(customers, `seed ${seed}`).toEqual(model.portraits());
          const keys = customers.flatMap(({ emailKey }) => emailKey ?? []);
          expect(new Set(keys).size).toBe(keys.length);
        }
      });
    },
    240_000,
  );

  test("law 1: the same new email from sixteen people at once makes one customer", async () => {
    await asTwoProcesses(async (processes) => {
      const workspaceId = await createWorkspace(processes[0], "rush", BEGIN);
      const drivers = processes.map((database) => createDriver(database, pack, workspaceId));
      const says = [{ field: "email", value: "bob@work.example" }];
      await Promise.all(
        Array.from({ length: CLIENTS }, (_, client) =>
          drivers[client % 2]?.say({
            platform: "line",
            handle: `${client}`,
            where: "latest",
            says,
            at: BEGIN,
          }),
        ),
      );
      const customers = await storedPortraits(processes[0], workspaceId);
      expect(customers).toHaveLength(1);
      expect(customers[0]?.conversations).toHaveLength(CLIENTS);
    });
  });
});

test("the sentences of these laws are understood as they are meant", async () => {
  const { says } = await begin();
  const details = ["Anna Lindqvist", "EVE@B\u00dcCHER.example"];
  expect(textOf({ says: [{ field: "name", value: "Anna" }] })).toBe("my name is Anna");
  const { findings } = await says("line/a", "latest", ...details);
  expect(findings.filter(({ status }) => status === "accepted").map(({ value }) => value)).toEqual([
    "Anna Lindqvist",
    "eve@xn--bcher-kva.example",
  ]);
});
