/** Customers from CSV files, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { IMPORT_ROWS_MAX, ImportReport } from "../../../server/imports/contract.ts";
import { importCustomers } from "../../../server/imports/import-customers.ts";
import { readCsv } from "../../../server/imports/read-csv.ts";
import { parseKey } from "../../../server/workspaces/api-key-format.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

const outcomes = ({ rows }: ImportReport) => rows.map(({ line, outcome }) => `${line} ${outcome}`);

describe.each(DATABASE_KINDS)("an import on %s", (kind) => {
  let database: Database;
  let server: TestServer;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    server = await startServer(database, await defaultPack());
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  const send = (csv: string | Uint8Array, query = "", type = "text/csv; charset=utf-8") =>
    server.fetch(`/v1/customers/import${query}`, {
      method: "POST",
      body: csv,
      headers: { "content-type": type },
    });
  const take = async (csv: string, query = "") => {
    const { status, body } = await send(csv, query);
    expect([status, body]).toEqual([200, expect.anything()]);
    return ImportReport.parse(body);
  };
  const customer = async (id: string | null | undefined) => (await server.fetch(`/v1/customers/${id}`)).body;
  const everybody = async () => (await server.fetch("/v1/customers?limit=200")).text;

  test("makes customers, completes those there are, and says row by row what it did", async () => {
    const chatted = await server.chat({ handle: "a", text: "I'm Ann and my email is ann@import.example" });
    const csv = [
      "email,name,phone",
      "Bob@Import.example,Bob Ray,+61 412 345 678",
      "ann@import.example,Anna Mole,0412 345 679",
      "nobody,Nobody,",
      ",No Address,",
      "BOB@import.example,Bob Again,",
      "cat@import.example,Cat Lee,12",
      '"dee@import.example","Dee ""D"" Fox",',
    ].join("\r\n");
    const before = await everybody();
    const tried = await take(csv, "?dryRun=true&region=au");
    expect(await everybody()).toBe(before);
    const report = await take(csv, "?region=au");
    expect(outcomes(report)).toEqual([
      "2 created",
      "3 conflict",
      "4 invalid",
      "5 invalid",
      "6 duplicate",
      "7 invalid",
      "8 created",
    ]);
    expect(outcomes(tried)).toEqual(outcomes(report));
    expect(report.counts).toEqual({
      created: 2,
      updated: 0,
      unchanged: 0,
      conflict: 1,
      invalid: 3,
      duplicate: 1,
    });
    expect(report.rows.map(({ problems }) => problems.map(({ column }) => column))).toEqual([
      [],
      ["name"],
      ["email"],
      ["email"],
      ["email"],
      ["phone"],
      [],
    ]);
    expect(await customer(report.rows[0]?.customerId)).toMatchObject({
      email: "bob@import.example",
      name: "Bob Ray",
      phone: "+61412345678",
      conversationCount: 0,
      provenance: [{ trust: "staff" }, { trust: "staff" }, { trust: "staff" }],
    });
    expect(await customer(chatted.customer?.id)).toMatchObject({ name: "Ann", phone: "+61412345679" });
    expect(await customer(report.rows[6]?.customerId)).toMatchObject({ name: 'Dee "D" Fox' });
  });

  test("is taken once: the same file again changes nothing, and so does what was exported", async () => {
    await take("email,name,phone\n=cmd@import.example,-Dash Nine,+61412345670\n");
    const text = "email,name\neve@import.example,Eve Orr\n";
    expect(outcomes(await take(text))).toEqual(["2 created"]);
    const before = await everybody();
    expect(outcomes(await take(text))).toEqual(["2 unchanged"]);
    const { text: exported } = await server.fetch("/v1/customers/export.csv?bom=true");
    const report = await take(exported);
    expect(new Set(report.rows.map(({ outcome }) => outcome))).toEqual(new Set(["unchanged"]));
    expect(await everybody()).toBe(before);
  });

  test("links whoever chats with the address later, who is told nothing of it", async () => {
    const report = await take("email,name\nfay@import.example,Fay Imported\n");
    const said = await server.chat({ handle: "fay", text: "my email is fay@import.example" });
    expect(said.customer).toMatchObject({
      id: report.rows[0]?.customerId,
      known: { email: "fay@import.example" },
    });
    expect(await customer(said.customer?.id)).toMatchObject({ name: "Fay Imported", conversationCount: 1 });
    const { body } = await server.fetch("/v1/customers?q=imported");
    expect(body.customers).toHaveLength(1);
  });

  const wrong: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ["an empty file", "", /is empty/u],
    ["no email", "name\nBob\n", /no column email/u],
    ["a strange column", "email,fax\na@b.example,1\n", /no fields of this workspace: fax/u],
    ["a column twice", "email,email\na@b.example,b@b.example\n", /names a column twice/u],
    ["a row that is too long", "email,name\na@b.example,A,B\n", /line 2 has 3 cells/u],
    ["an open quote", 'email,name\na@b.example,"A\n', /quote/u],
    ["bytes that are no UTF-8", new Uint8Array([101, 0xff, 10]), /not UTF-8/u],
    ["too many rows", `email\n${"a@b.example\n".repeat(IMPORT_ROWS_MAX + 1)}`, /at most/u],
  ];
  test.each(wrong)("%s is refused with the reason, and nothing is taken", async (_which, csv, reason) => {
    const before = await everybody();
    const { status, body } = await send(csv);
    expect([status, body.code]).toEqual([400, "malformed_csv"]);
    expect(body.detail).toMatch(reason);
    expect(await everybody()).toBe(before);
  });

  test("another type, another query and another method are refused", async () => {
    expect((await send("email\n", "", "application/json")).status).toBe(415);
    expect((await send("email\n", "?dryRun=yes")).status).toBe(400);
    expect((await server.fetch("/v1/customers/import")).status).toBe(405);
  });

  const meanwhile = [
    ["merged", /merged into another one meanwhile/u],
    ["erased", /was removed meanwhile/u],
  ] as const;
  // A row is three transactions: whose the email is, what the customer has, and what it gets.
  for (const [what, detail] of meanwhile) {
    test.each([2, 3])(
      `a row whose customer is ${what} before its transaction %i is told, and the others are taken`,
      async (nth) => {
        const name = `${what}${nth}`;
        const chatted = async (handle: string) =>
          (await server.chat({ handle, text: `my email is ${handle}@overtaken.example` })).customer?.id ?? "";
        const [id, other] = [await chatted(name), await chatted(`${name}b`)];
        const act = (path: string, method: string, body: object) =>
          server.fetch(path, { method, body: JSON.stringify(body) });
        const store = storeOf(database);
        const answered: number[] = [];
        let transactions = 0;
        const keyrings = {
          of: async (workspaceId: string) => {
            if ((transactions += 1) === nth) {
              const { status } =
                what === "merged"
                  ? await act(`/v1/customers/${other}/merge`, "POST", { with: id })
                  : await act(`/v1/customers/${id}`, "DELETE", { confirm: id });
              answered.push(status);
            }
            return store.keyrings.of(workspaceId);
          },
        };
        const pack = await defaultPack();
        const csv = `email,name\n${name}@overtaken.example,Kim Low\nnew${name}@overtaken.example,Ned New\n`;
        const report = await importCustomers({ database, keyrings }, readCsv(csv, ["email", "name"]), {
          workspaceId: parseKey(server.key)?.workspaceId ?? "",
          pack,
          region: null,
          dryRun: false,
          by: { actor: { kind: "operator", id: "test" }, at: Date.now() },
        });
        expect(answered).toEqual([200]);
        expect(report.rows).toMatchObject([
          {
            outcome: "conflict",
            customerId: what === "merged" ? other : null,
            set: [],
            problems: [{ column: "email", detail: expect.stringMatching(detail) }],
          },
          { outcome: "created", set: ["email", "name"] },
        ]);
        expect((await server.fetch(`/v1/customers?q=${name}@overtaken.example`)).body.customers).toHaveLength(
          what === "merged" ? 1 : 0,
        );
      },
    );
  }

  test("of several at once that bring the same address one makes the customer", async () => {
    const reports = await Promise.all(
      Array.from({ length: 4 }, () => take("email,name\ngil@import.example,Gil Oak\n")),
    );
    const all = reports.flatMap(({ rows }) => rows);
    expect(all.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
    expect(new Set(all.map(({ customerId }) => customerId)).size).toBe(1);
  });
});
