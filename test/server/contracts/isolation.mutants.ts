/** Takes away each policy, loosens each row of the table of permissions and the conditions of each statement, one at a time, and says
 *  which of these the checks of isolation.test.ts notice. `npm run mutate:isolation`. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Access } from "../../../server/access/permission-contract.ts";
import { ROLES } from "../../../server/access/permission-contract.ts";
import { PERMISSIONS } from "../../../server/access/permissions.ts";
import type { Database } from "../../../server/database/database.ts";
import type { Query } from "../../../server/database/session.ts";
import { smtpMailer } from "../../../server/identity/mailer.ts";
import { tablesOf } from "../../support/canaries.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { faultsOfCatalogue } from "../../../server/database/catalogue.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startMailServer, type MailServer } from "../identity/mail-server.ts";
import { callsIn } from "./calls.ts";
import {
  counterpartOf,
  createTwo,
  idsIn,
  isSame,
  leaked,
  NOBODY,
  placesIn,
  REFUSED,
  rowsOf,
  send,
  withId,
  withoutRowSecurity,
  type Calls,
  type Two,
} from "./isolation.ts";

interface World {
  readonly database: Database;
  readonly server: TestServer;
  readonly two: Two;
  readonly calls: Calls;
  close(): Promise<void>;
}

function instead(query: Query, hear: (text: string) => string): Query {
  const text = hear(query.text);
  return text === query.text ? query : { ...query, text, name: null };
}

/** `hear`: every statement on its way to the database; what it returns is run instead. */
async function open(hear: (text: string) => string): Promise<World> {
  const plain = await openTestDatabase("pglite");
  const database: Database = {
    ...plain,
    async session() {
      const session = await plain.session();
      return { ...session, run: (queries) => session.run(queries.map((query) => instead(query, hear))) };
    },
  };
  const mailer = smtpMailer(mails.url, "shop@birds.example");
  const server = await startServer(database, await defaultPack(), mailer);
  const two = await createTwo(database, server);
  const calls = Object.entries<object>({
    ...callsIn(two.mine),
    switchWorkspace: { body: { workspaceId: server.workspaceId } },
  });
  const close = async () => {
    await server.close();
    await plain.close();
  };
  return { database, server, two, calls, close };
}

const report = (title: string, mutants: number, survivors: readonly string[]) => {
  console.log(`${title}: ${mutants - survivors.length} of ${mutants} noticed`);
  for (const survivor of survivors) console.log(`  not noticed: ${survivor}`);
};

let mails: MailServer;
let world: World;
beforeAll(async () => {
  mails = await startMailServer();
  world = await open((text) => text);
});
afterAll(async () => {
  await world.close();
  await mails.close();
});

test("policies", async () => {
  const tables = await tablesOf(world.database);
  const survivors: string[] = [];
  for (const table of tables) {
    const trx = await world.database.knex.transaction();
    await trx.raw("drop policy workspace on ??", [table]);
    await trx.raw("create policy workspace on ?? using (true) with check (true)", [table]);
    const noticed = (await faultsOfCatalogue(trx)).length > 0;
    await trx.rollback();
    if (!noticed) survivors.push(table);
  }
  report("policies that let everybody through", tables.length, survivors);
  expect(survivors).toEqual([]);
});

test("rows of the table of permissions", async () => {
  const expected = readFileSync(new URL("who-may-what.txt", import.meta.url), "utf8").split("\n");
  const table: Record<string, Access> = PERMISSIONS as Record<string, Access>;
  const survivors: string[] = [];
  let count = 0;
  for (const [id, call] of world.calls) {
    const access = table[id];
    if (typeof access !== "object") continue;
    for (const [what, looser] of looserThan(access)) {
      count += 1;
      table[id] = looser;
      if ((await whoMay(id, call)) === expected.find((line) => line.startsWith(`${id}:`))) {
        survivors.push(`${id} for ${what}`);
      }
    }
    table[id] = access;
  }
  report("rows that let others in", count, survivors);
  expect(survivors).toEqual([]);
});

function looserThan(access: Exclude<Access, string>): readonly (readonly [string, Access])[] {
  const { roles, scope } = access;
  const missing = ROLES.filter((role) => !roles.includes(role));
  return [
    ...missing.map((role) => [role, { roles: [...roles, role], scope }] as const),
    [`keys of another scope`, { roles, scope: scope === "chat" ? "export" : "chat" }],
  ];
}

/** The line of who-may-what.txt; null where a server does not start. */
async function whoMay(id: string, call: object): Promise<string | null> {
  const { database, server, two } = world;
  let mutant: TestServer;
  try {
    mutant = await startServer(database, await defaultPack(), smtpMailer(mails.url, "shop@birds.example"), {
      workspaceId: server.workspaceId,
    });
  } catch {
    return null;
  }
  const harmless = idsIn(call).reduce((changed, [, mine]) => withId(changed, mine, NOBODY), call);
  const allowed: string[] = [];
  for (const [name, fetch] of Object.entries(two.callers)) {
    const { status } = await send(mutant.url, fetch, id, harmless);
    if (!REFUSED.includes(status) && status !== 0) allowed.push(name);
  }
  await mutant.close();
  // Each server has made a key, and a workspace has only so many.
  await database.knex.raw("delete from api_keys where label = 'test'");
  return `${id}: ${allowed.join(", ")}`;
}

const CONDITION = /(?:\b\w+\.)?workspace_id = (\$\d+)/gu;

test("conditions of queries", async () => {
  const users = new Map<string, Set<string>>(); // statement → operations
  let asking = "";
  let mutated: { readonly text: string; readonly by: string } | null = null;
  const hear = (text: string) => {
    if (asking !== "" && CONDITION.test(text)) {
      CONDITION.lastIndex = 0;
      users.set(text, (users.get(text) ?? new Set()).add(asking));
    }
    return mutated?.text === text ? mutated.by : text;
  };
  let place = await open(hear);
  await withoutRowSecurity(place.database);
  const ask = async (id: string) => {
    const faults = await faultsOf(place, id);
    return faults.length > 0;
  };
  for (const [id] of place.calls) {
    asking = id;
    await ask(id);
  }
  asking = "";
  let rows = await rowsOf(place.database, place.two.theirWorkspaceId);

  const survivors: string[] = [];
  let count = 0;
  for (const [text, operations] of users) {
    // All conditions of a statement at once: its joins, to the keys of the rows for one, hold each other's place.
    count += 1;
    const by = text.replaceAll(CONDITION, (_, value: string) => `cast(${value} as uuid) is not null`);
    mutated = { text, by };
    let noticed = false;
    for (const id of operations) noticed ||= await ask(id);
    mutated = null;
    const isChanged = (await rowsOf(place.database, place.two.theirWorkspaceId)) !== rows;
    noticed ||= isChanged;
    // What was used up here, or whoever was signed out, would let nothing be noticed of the next ones.
    if (isChanged || ![...operations].every(isReading)) {
      await place.close();
      place = await open(hear);
      await withoutRowSecurity(place.database);
      rows = await rowsOf(place.database, place.two.theirWorkspaceId);
    }
    if (!noticed)
      survivors.push(`${oneLine(text).slice(0, 160)} (${[...operations].slice(0, 3).join(", ")})`);
  }
  await place.close();
  report("statements without their conditions, without row-level security", count, survivors);
  expect(count).toBeGreaterThan(40);
});

/** What is wrong with what an owner is answered to an operation. */
async function faultsOf({ server, two, calls }: World, asked: string): Promise<readonly string[]> {
  const faults: string[] = [];
  const { owner } = two.callers;
  for (const { id, call, mine } of placesIn(calls.filter(([id]) => id === asked))) {
    const random = await send(server.url, owner, id, withId(call, mine, NOBODY));
    const other = counterpartOf(two, mine);
    const foreign = await send(server.url, owner, id, withId(call, mine, other));
    if (!isSame(foreign, random)) faults.push(`${id}: ${foreign.status}`);
    faults.push(...leaked(two, foreign.text, other));
  }
  const call = calls.find(([id]) => id === asked)?.[1] ?? {};
  if (!isReading(asked)) {
    // What comes of it in the other workspace, its rows tell.
    await send(server.url, owner, asked, call);
  } else {
    for (const wide of [call, { ...call, query: {} }]) {
      const { status, text } = await send(server.url, owner, asked, wide);
      if (status >= 400) faults.push(`${asked}: ${status}`);
      faults.push(...leaked(two, text));
    }
  }
  return faults;
}

const isReading = (id: string) => /^(?:list|get|export|preview)/u.test(id);

const oneLine = (text: string) => text.replaceAll(/\s+/gu, " ").trim();
