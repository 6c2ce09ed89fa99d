import { beforeAll, describe, expect, test, vi } from "vitest";
import { customerTable } from "../../../server/cli/customer-table.ts";
import { CustomerDetail, CustomerPage } from "../../../server/customers/contract.ts";
import { enrich, freshFolder } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 }); // several whole processes, on a machine that may be busy

describe("enrich customers", () => {
  const folder = freshFolder();
  beforeAll(async () => {
    const mike = ["chat", "--handle", "m", "--platform", "line"];
    await enrich(folder, mike, { input: "My name is Mike, my email is mike@work.example\n" });
    await enrich(folder, ["chat", "--handle", "l"], { input: "My name is Lena Straße\n" });
  });

  test("list prints a table of those whom the options find", async () => {
    const all = await enrich(folder, ["customers", "list"]);
    const lines = all.stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^NAME {9}EMAIL {14}PHONE {2}PLATFORMS {2}FIRST {7}LAST {8}CONV\. {2}ID$/u);
    expect(lines[1]).toMatch(/^Lena Straße {2}- {18}- {6}api {8}\d{4}-\d\d-\d\d .* 1 {6}[0-9a-f-]{36}$/u);
    expect(lines[2]).toMatch(/^Mike {9}mike@work\.example {2}- {6}line/u);
    expect(lines.slice(3)).toEqual(["", "2 of 2 customers"]);
    const one = await enrich(folder, ["customers", "list", "--q", "strasse", "--lacks", "email", "--json"]);
    expect(CustomerPage.parse(JSON.parse(one.stdout))).toMatchObject({
      customers: [{ name: "Lena Straße" }],
      total: 1,
    });
    const none = await enrich(folder, [
      "customers",
      "list",
      "--platform",
      "line",
      "--platform",
      "telegram",
      "--q",
      "lena",
    ]);
    expect(none.stdout).toBe("No customers.\n");
  });

  test("list refuses what it does not understand, by the option's name", async () => {
    const wrong = await enrich(folder, [
      "customers",
      "list",
      "--first-from",
      "yesterday",
      "--platform",
      "fax",
    ]);
    expect([wrong.code, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toContain("--first-from must be a date, such as 2025-06-01");
    expect(wrong.stderr).toContain("--platform must be one of web_widget, line");
    const missing = await enrich(folder, ["customers", "list", "--saved", "vips"]);
    expect([missing.code, missing.stderr]).toEqual([2, "There is no saved filter of this name.\n"]);
  });

  test("show prints a customer with conversations and provenance", async () => {
    const { stdout } = await enrich(folder, ["customers", "list", "--q", "mike", "--json"]);
    const [mike] = CustomerPage.parse(JSON.parse(stdout)).customers;
    const id = mike?.id ?? "";
    const shown = await enrich(folder, ["customers", "show", id]);
    expect(shown.stdout).toMatch(/^name {15}Mike\nemail {14}mike@work\.example\nphone {14}-\n/u);
    expect(shown.stdout).toMatch(
      / {2}email {2}mike@work\.example {2}current {2}claimed {2}email\/address {8}\S+ {2}message 1 of/u,
    );
    const json = await enrich(folder, ["customers", "show", id, "--json"]);
    expect(CustomerDetail.parse(JSON.parse(json.stdout))).toMatchObject({ id, name: "Mike" });
    const unknown = await enrich(folder, ["customers", "show", "7"]);
    expect([unknown.code, unknown.stdout]).toEqual([2, ""]);
  });
});

test("a name cannot leave its column", () => {
  const [, line] = customerTable({
    customers: [
      {
        id: "01a20814-d7ff-753c-ba58-02627a96f438",
        name: `田中\u001b[2J\u202e${"x".repeat(100)}`,
        email: null,
        phone: null,
        unvalidated: [],
        details: {},
        platforms: ["line"],
        firstAt: "2025-06-01T12:00:00.000Z",
        lastAt: "2025-06-01T12:00:00.000Z",
        conversationCount: 1,
      },
    ],
    total: 10_000,
    totalIs: "at_least",
    nextCursor: null,
  });
  expect(line).toMatch(/^田中\uFFFD\[2J\uFFFDx{32}…  - /u);
});
