import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { ChatRequest } from "../../../server/conversations/contract.ts";
import { openDatabase } from "../../../server/database/connect.ts";
import { Erasure, LedgerLine } from "../../../server/erasure/contract.ts";
import { PersonExport } from "../../../server/exports/contract.ts";
import { createKeyrings } from "../../../server/privacy/keyrings.ts";
import { givenKeyProvider, parseRootKey } from "../../../server/privacy/root-keys.ts";
import { putRetention } from "../../../server/retention/queries.ts";
import { chat } from "../../../server/turn/chat.ts";
import { ensureFirstWorkspace, FIRST_WORKSPACE_ID } from "../../../server/workspaces/workspaces.ts";
import { defaultPack } from "../../support/packs.ts";
import { createClone } from "../../support/test-databases.ts";
import { enrich, freshFolder } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 180_000 }); // a dozen whole processes, on a machine that may be busy

const ROOT_KEY = randomBytes(32).toString("base64");
const LONG_AGO = Date.UTC(2025, 0, 1);

let clone: Awaited<ReturnType<typeof createClone>>;
const home = freshFolder();
const ids: string[] = [];

beforeAll(async () => {
  clone = await createClone();
  const database = await openDatabase({ databaseUrl: clone.url });
  const root = parseRootKey(ROOT_KEY);
  if (root === null) throw new Error("the root key is none");
  const store = {
    database,
    keyrings: createKeyrings(database, givenKeyProvider([root], "the test"), Date.now),
  };
  await ensureFirstWorkspace(database, LONG_AGO);
  const pack = await defaultPack();
  for (const name of ["mike", "anna"]) {
    const request = ChatRequest.parse({ handle: name, text: `my email is ${name}@work.example` });
    const { customer } = await chat(store, pack, FIRST_WORKSPACE_ID, request, LONG_AGO);
    ids.push(customer?.id ?? "");
  }
  await putRetention(database, FIRST_WORKSPACE_ID, { days: 30 }, { kind: "operator", id: "test" }, LONG_AGO);
  await database.close();
});
afterAll(() => clone.drop());

const run = (...args: readonly string[]) =>
  enrich(home, args, {
    settings: {
      DATABASE_URL: clone.url,
      ROOT_KEY,
      RULES_DIR: new URL("../../../rules", import.meta.url).pathname,
    },
  });

test("customers are exported and erased, and the ledger is kept and applied, at the terminal", async () => {
  const [mike = "", anna = ""] = ids;
  const csv = await run("customers", "export", "--bom");
  expect([csv.code, csv.stderr, csv.stdout.slice(0, 4)]).toEqual([0, "", "\uFEFFid,"]);
  expect(csv.stdout.split("\r\n")).toHaveLength(4);
  expect(csv.stdout).toContain(`${mike},,mike@work.example,,,api,2025-01-01T00:00:00.000Z`);
  const person = await run("customers", "export", "--customer", mike);
  expect(PersonExport.parse(JSON.parse(person.stdout)).customer.values).toEqual({
    email: "mike@work.example",
  });

  const unsure = await run("customers", "erase", mike, "--confirm", anna);
  expect([unsure.code, unsure.stderr]).toEqual([2, "--confirm must repeat the customer's id.\n"]);
  const erased = await run("customers", "erase", mike, "--confirm", mike);
  expect(Erasure.parse(JSON.parse(erased.stdout)).certificate).toMatchObject({
    subject: { id: mike },
    by: { kind: "operator" },
  });
  expect((await run("customers", "erase", mike, "--confirm", mike)).code).toBe(1);
  expect((await run("customers", "export", "--customer", mike)).stderr).toBe("There is no such customer.\n");

  const ledger = await run("erasures", "export");
  const line = LedgerLine.parse(JSON.parse(ledger.stdout));
  const file = join(home, "ledger.jsonl");
  writeFileSync(file, ledger.stdout);
  const reapplied = await run("erasures", "reapply", "--ledger", file);
  expect([reapplied.code, reapplied.stdout]).toEqual([0, "Erasures in the ledger: 1; applied again: 0.\n"]);
  const subject = { kind: "customer", id: anna };
  writeFileSync(file, JSON.stringify({ ...line, certificate: { ...line.certificate, subject } }));
  const forged = await run("erasures", "reapply", "--ledger", file);
  expect([forged.code, forged.stdout]).toEqual([2, ""]);
  expect(forged.stderr).toContain("Nothing was erased. The ledger is not sound:");

  const dry = await run("retention", "sweep", "--dry-run");
  expect([dry.code, dry.stdout]).toEqual([
    0,
    `would erase customer ${anna}\n` +
      "Silent for more than 30 days: customers 1, conversations without one 0. Nothing was erased.\n",
  ]);
  const swept = await run("retention", "sweep");
  expect(swept.stdout).toBe(
    "Erased, silent for more than 30 days: customers 1, conversations without one 0.\n",
  );
  expect((await run("customers", "export")).stdout.split("\r\n")).toHaveLength(2);
});
