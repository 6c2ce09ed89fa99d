import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { Outdated } from "../../../server/database/in-workspace.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "./start-server.ts";

let database: Database;
let server: TestServer;
let lost = 0;

/** The same database, in which every transaction that tags a customer loses to another one. */
const rivalled = (all: Database): Database => ({
  ...all,
  async session() {
    const session = await all.session();
    const run: typeof session.run = async (queries) => {
      if (!queries.some(({ text }) => text.includes("select tags, version"))) return session.run(queries);
      lost += 1;
      throw new Outdated("the customer was changed before it was locked");
    };
    return { ...session, run };
  },
});

beforeAll(async () => {
  database = await openTestDatabase("pglite");
  server = await startServer(rivalled(database), await defaultPack());
});
afterAll(async () => {
  await server.close();
  await database.close();
});

test("who loses to others as often as it is tried is told to try again, and nothing of the inside", async () => {
  const { customer } = await server.chat({ handle: "a", text: "my name is Mike" });
  const { status, headers, body, text } = await server.fetch(`/v1/customers/${customer?.id}/tags/vip`, {
    method: "PUT",
  });
  expect([status, body.code, headers.get("retry-after")]).toEqual([503, "customer_busy", "1"]);
  expect(lost).toBeGreaterThan(1);
  expect(text).not.toMatch(/lock|40001/u);
});
