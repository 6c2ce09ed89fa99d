/** Every operation of the OpenAPI document, in the name of every kind of caller, with another workspace's ids in every place
 *  where an id can stand. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { smtpMailer } from "../../../server/identity/mailer.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { faultsOfCatalogue } from "../../../server/database/catalogue.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startMailServer, type MailServer } from "../identity/mail-server.ts";
import { callsIn, PERSONAL } from "./calls.ts";
import {
  counterpartOf,
  createTwo,
  idsIn,
  idsOf,
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

/** Cursors are opaque, and tell of an order only. */
const NO_IDS = ["listErasures.query.cursor", "listDeliveries.query.cursor"];

let database: Database;
let mails: MailServer;
let server: TestServer;
let two: Two;
let calls: Calls;
let theirRows: string;

beforeAll(async () => {
  database = await openTestDatabase("pglite");
  mails = await startMailServer();
  server = await startServer(database, await defaultPack(), smtpMailer(mails.url, "shop@birds.example"));
  two = await createTwo(database, server);
  const { workspaceId } = server;
  calls = Object.entries<object>({ ...callsIn(two.mine), switchWorkspace: { body: { workspaceId } } });
  theirRows = await rowsOf(database, two.theirWorkspaceId);
}, 60_000);

afterAll(async () => {
  await server.close();
  await mails.close();
  await database.close();
});

test("the calls have an id in every place where the document has one", async () => {
  const { paths, components } = (await server.fetch("/openapi.json")).body;
  const wanted: string[] = [];
  for (const { operationId, parameters = [], requestBody } of Object.values<object>(paths).flatMap(
    (methods) => Object.values(methods),
  )) {
    if (PERSONAL.includes(operationId) && operationId !== "switchWorkspace") continue;
    for (const { name, in: where, schema } of parameters) {
      if (schema.format === "uuid")
        wanted.push(`${operationId}.${where === "path" ? "params" : where}.${name}`);
    }
    const ref: string | undefined = requestBody?.content["application/json"]?.schema?.$ref;
    const { properties = {} } = components.schemas[ref?.split("/").at(-1) ?? ""] ?? {};
    for (const [name, schema] of Object.entries<{ format?: string }>(properties)) {
      if (schema.format === "uuid") wanted.push(`${operationId}.body.${name}`);
    }
  }
  const filled = calls.flatMap(([id, call]) => idsIn(call).map(([path]) => `${id}.${path}`));
  expect(wanted.filter((place) => !filled.includes(place) && !NO_IDS.includes(place))).toEqual([]);
  expect(wanted.length).toBeGreaterThan(30);
});

test("every table has the policy of its workspace, and no other", async () => {
  expect(await faultsOfCatalogue(database.knex)).toEqual([]);
});

test("each operation is for those whom the table names", async () => {
  const lines: string[] = [];
  for (const [id, call] of calls) {
    if (PERSONAL.some((personal) => personal === id)) continue;
    const harmless = idsIn(call).reduce((changed, [, mine]) => withId(changed, mine, NOBODY), call);
    const allowed: string[] = [];
    for (const [name, fetch] of Object.entries(two.callers)) {
      const { status } = await send(server.url, fetch, id, harmless);
      if (!REFUSED.includes(status) && status !== 0) allowed.push(name);
    }
    lines.push(`${id}: ${allowed.join(", ")}`);
  }
  await expect(`${lines.toSorted().join("\n")}\n`).toMatchFileSnapshot("who-may-what.txt");
}, 60_000);

// The first wall is the database's, the second the queries' own conditions: each must hold alone.
describe.each(["with row-level security", "by the conditions of the queries alone"])("%s", (walls) => {
  const isWhole = walls === "with row-level security";
  beforeAll(async () => {
    if (!isWhole) await withoutRowSecurity(database);
  });

  test("another workspace's id is answered as one that nobody has, to every caller, in every place", async () => {
    const faults: string[] = [];
    const everybody = Object.entries(two.callers);
    const some = isWhole ? everybody : everybody.filter(([name]) => name === "owner");
    for (const { id, call, mine } of placesIn(calls)) {
      for (const [name, fetch] of some) {
        const random = await send(server.url, fetch, id, withId(call, mine, NOBODY));
        const others = isWhole ? [counterpartOf(two, mine)] : idsOf(two);
        for (const other of others) {
          const foreign = await send(server.url, fetch, id, withId(call, mine, other));
          const same = isSame(foreign, random);
          if (!same)
            faults.push(
              `${name} ${id}: ${foreign.status} ${foreign.text}, not ${random.status} ${random.text}`,
            );
          faults.push(...leaked(two, foreign.text, other).map((part) => `${name} ${id} tells ${part}`));
        }
      }
    }
    expect(faults).toEqual([]);
  }, 120_000);

  test("what needs no id tells nothing of another workspace", async () => {
    const faults: string[] = [];
    for (const [id, call] of calls) {
      const [method = ""] = id.split(/(?=[A-Z])/u);
      if (!["list", "get", "export", "preview"].includes(method)) continue;
      for (const wide of [call, { ...call, query: {} }]) {
        const { text } = await send(server.url, two.callers.owner, id, wide);
        faults.push(...leaked(two, text).map((part) => `${id} tells ${part}`));
      }
    }
    const { text } = await send(server.url, two.callers.owner, "listCustomers", {
      query: { q: two.theirs.mark },
    });
    expect(text).toContain('"total":0');
    expect(faults).toEqual([]);
  }, 60_000);

  test("after all this the other workspace's rows are what they were", async () => {
    expect(await rowsOf(database, two.theirWorkspaceId)).toBe(theirRows);
  });
});

// Last: it uses up what there is in this workspace.
test("whatever is done in a workspace, by the conditions of the queries alone, changes nothing in another one", async () => {
  const done: string[] = [];
  for (const [id, call] of calls) {
    const { status } = await send(server.url, two.callers.owner, id, call);
    if (status >= 200 && status < 300) done.push(id);
  }
  expect(done.length).toBeGreaterThan(60);
  expect(await rowsOf(database, two.theirWorkspaceId)).toBe(theirRows);
}, 60_000);
