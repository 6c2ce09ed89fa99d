import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { openDatabase } from "../../../server/database/connect.ts";
import { enrich, freshFolder } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 180_000 }); // several whole processes a test, on a machine that may be busy

const folder = freshFolder(); // shared by the commands that write nothing

describe("enrich understand", () => {
  test("answers every line in order, passes over blank ones, and reports broken ones by their number", async () => {
    const lines = [
      JSON.stringify({
        id: "a",
        text: "Hi, Mike here, mike@kiwi.example",
        context: { requested: [], previous: null },
      }),
      "{broken",
      "",
      JSON.stringify({ id: 4, text: "no context", context: { requested: "email" } }),
      JSON.stringify({
        id: 5,
        text: "0412 345 678",
        context: { requested: ["phone"], previous: null, region: "AU" },
      }),
      JSON.stringify({ id: "six", text: "Can you email me your price list?", lang: "en", extra: true }),
    ];
    const result = await enrich(folder, ["understand"], { input: lines.join("\n") });
    expect(
      result.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: "a", name: "Mike", email: ["mike@kiwi.example"], phone: [], intents: expect.any(Array) },
      { id: 5, name: null, email: [], phone: ["+61412345678"], intents: [] },
      { id: "six", name: null, email: [], phone: [], intents: ["receive_info"] },
    ]);
    expect(result.stderr).toMatch(
      /^line 2 is not valid JSON\nline 4 is not what is expected \(context\.requested: /u,
    );
    expect(result.code).toBe(1);
  });

  test("streams: ten thousand lines come out as they went in", async () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => index);
    const input = ids.map((id) => JSON.stringify({ id, text: "hello" })).join("\n");
    const result = await enrich(folder, ["understand"], { input });
    expect(
      result.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).id),
    ).toEqual(ids);
    expect([result.code, result.stderr]).toEqual([0, ""]);
  });
});

describe("enrich explain", () => {
  test("says what would be asked and why", async () => {
    const result = await enrich(folder, ["explain", "Can you email me your price list?"]);
    expect(result.stdout).toMatch(/^email: asked.*receive_info/mu);
    expect(result.stdout).toMatch(/^phone: not asked/mu);
    expect(result.stdout).toMatch(/^reply: .*\?$/mu);
    expect(result.code).toBe(0);
  });

  test("takes into account what was asked, by whom, and where", async () => {
    const spoken = await enrich(folder, ["explain", "mike at gmail dot com", "--asked", "email"]);
    expect(spoken.stdout).toMatch(/accepted as mike@gmail\.com/u);
    const args = ["explain", "0412 345 678", "--previous", "What's your number?", "--region", "au"];
    expect((await enrich(folder, args)).stdout).toMatch(/accepted as \+61412345678/u);
  });

  test("refuses a field or a country that does not exist, in one line", async () => {
    const field = await enrich(folder, ["explain", "hi", "--asked", "fax"]);
    expect([field.code, field.stderr]).toEqual([
      2,
      '--asked: the rule pack has no field "fax"; it has name, email, phone\n',
    ]);
    const country = await enrich(folder, ["explain", "hi", "--region", "Narnia"]);
    expect([country.code, country.stderr.split("\n").length]).toEqual([2, 2]);
  });
});

describe("enrich replay", () => {
  const conversation = [
    { text: "Hi" },
    { text: "Can you email me your price list?" },
    { role: "agent", text: "And what is your phone number?" },
    { text: "0412 345 678", region: "AU", at: "2025-06-01T10:00:00Z" },
    { text: "mike at gmail dot com" },
  ];

  test("plays a conversation twice, shows each turn, and finds them identical", async () => {
    const file = join(folder, "conversation.jsonl");
    writeFileSync(file, conversation.map((line) => JSON.stringify(line)).join("\n"));
    const result = await enrich(folder, ["replay", file]);
    expect(result.stdout).toMatch(/collected phone: \+61412345678/u);
    expect(result.stdout).toMatch(/collected email: mike@gmail\.com/u);
    expect(result.stdout).toMatch(/\nidentical: 5 messages, sha256 [0-9a-f]{64}\n$/u);
    const again = await enrich(folder, ["replay", "-", "--why"], {
      input: conversation.map((line) => JSON.stringify(line)).join("\n"),
    });
    expect(again.stdout.split("identical")[1]).toBe(result.stdout.split("identical")[1]);
  });

  test("refuses a file that is missing or not a conversation", async () => {
    const missing = await enrich(folder, ["replay", "missing.jsonl"]);
    expect([missing.code, missing.stderr]).toEqual([
      2,
      expect.stringMatching(/^missing\.jsonl cannot be read/u),
    ]);
    const wrong = await enrich(folder, ["replay", "-"], { input: '{"text":"a"}\n{"said":"b"}\n' });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringMatching(/\n {2}line 2 /u)]);
  });
});

describe("enrich rules", () => {
  test("finds the pack that comes with the program valid, and all its examples and transcripts true", async () => {
    const check = await enrich(folder, ["rules", "check"]);
    expect([check.code, check.stderr]).toEqual([0, ""]);
    const all = await enrich(folder, ["rules", "test"]);
    expect([all.code, all.stderr]).toEqual([0, ""]);
    expect(all.stdout).toMatch(/^(?:\w+: held back: .+\n)+All pass: \d+ examples, \d+ transcripts\n$/u);
  });

  test("lists what is wrong with a pack by file, line and column, and says no", async () => {
    const rules = join(freshFolder(), "rules");
    mkdirSync(rules);
    writeFileSync(join(rules, "fields.yaml"), "fields: 7\ncolour: red\n");
    for (const args of [
      ["rules", "check", rules],
      ["rules", "test", rules],
    ]) {
      const result = await enrich(folder, args);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(/^ {2}fields\.yaml:\d+:\d+: /mu);
      expect(result.stdout).toBe("");
    }
  });
});

describe("enrich chat", () => {
  test("is a conversation whose customer is there the next time", async () => {
    const home = freshFolder();
    const first = await enrich(home, ["chat", "--handle", "mike", "--why"], {
      input: "Hi\nCan you email me your price list?\nmike at gmail dot com\n",
    });
    expect(first.stderr).toMatch(/^A root key was made: .*\n.*Copy it now to a safe place/u);
    expect(first.stdout).toMatch(/^you: Hi\nbot: /u);
    expect(first.stdout).toMatch(/email: asked, attempt 1/u);
    expect(first.stdout).toMatch(/\nCustomer [0-9a-f-]{36}: email mike@gmail\.com; missing: /u);
    const next = await enrich(home, ["chat", "--handle", "mike"], {
      input: "Can you email me your price list?\n",
    });
    expect(next.stderr).toBe("");
    expect(next.stdout.split("\n")[1]).not.toContain("?");
  });

  test("says of which values it is not known that they are valid, and what is offered back and why", async () => {
    const result = await enrich(freshFolder(), ["chat", "--region", "AU", "--why"], {
      input: "my name is Mike\nmy number is 0412 345 67\n",
    });
    expect(result.stdout).toContain('offered back: "0412 345 67": no numbering plan of AU has it\n');
    expect(result.stdout).toMatch(/: name Mike, phone 041234567 \(unvalidated\); missing: email\n$/u);
  });

  test("goes on after a message that is refused, and ends without a customer when nothing was given", async () => {
    const result = await enrich(freshFolder(), ["chat"], { input: `${"x".repeat(4001)}\nHi\n` });
    expect(result.stderr).toMatch(/\n\/text must have at most 4000 characters \(UTF-16 units\)\.\n$/u);
    expect(result.stdout).toMatch(/\nyou: Hi\nbot: .*\n\nNo customer came of it\.\n$/u);
    expect(result.code).toBe(0);
  });

  test("refuses a platform that does not exist before it opens anything", async () => {
    const result = await enrich(freshFolder(), ["chat", "--platform", "fax"]);
    expect([result.code, result.stderr]).toEqual([
      2,
      expect.stringMatching(/platform must be one of web_widget, /u),
    ]);
  });
});

describe("enrich migrate and key create", () => {
  test("make a fresh installation usable, and print a key alone", async () => {
    const home = freshFolder();
    const key = await enrich(home, ["key", "create", "--label", "till"]);
    expect(key).toEqual({ code: 0, stdout: expect.stringMatching(/^ce_\S{43}\.\S{43}\n$/u), stderr: "" });
    const migrated = await enrich(home, ["migrate"]);
    expect(migrated).toEqual({ code: 0, stdout: "The database is up to date.\n", stderr: "" });
  });

  test("key revoke ends a key, named whole or by its first part, and says whether it was live", async () => {
    const home = freshFolder();
    const made = [await enrich(home, ["key", "create"]), await enrich(home, ["key", "create"])];
    const [whole = "", other = ""] = made.map(({ stdout }) => stdout.trim());
    const [first = ""] = other.split(".");
    for (const key of [whole, first]) {
      const revoked = await enrich(home, ["key", "revoke", key]);
      expect([revoked.code, revoked.stderr]).toEqual([0, ""]);
      expect(revoked.stdout).toMatch(/was live/u);
    }
    const again = await enrich(home, ["key", "revoke", other]);
    expect([again.code, again.stdout]).toEqual([1, ""]);
    expect(again.stderr).toMatch(/^The key was not live/u);
    const none = await enrich(home, ["key", "revoke", "hello"]);
    expect([none.code, none.stdout]).toEqual([2, ""]);
    expect(none.stderr).toMatch(/^This is no API key/u);
  });

  test("refuse a database that is down, newer than the program, or in use, in one line each", async () => {
    const down = { DATABASE_URL: "postgres://enrich:s3cret@127.0.0.1:1/enrich" };
    const refused = await enrich(freshFolder(), ["migrate"], { settings: down });
    expect([refused.code, refused.stderr]).toEqual([
      2,
      "No database answers at 127.0.0.1:1/enrich: is it running?\n",
    ]);

    const home = freshFolder();
    await enrich(home, ["migrate"]);
    const database = await openDatabase({ dataDir: join(home, "data") });
    const inUse = await enrich(home, ["key", "create"]);
    expect([inUse.code, inUse.stdout, inUse.stderr.split("\n").length]).toEqual([2, "", 2]);
    expect(inUse.stderr).toMatch(/in use by process \d+/u);

    await database.knex("knex_migrations").insert({ name: "29990101000000_from_the_future", batch: 9 });
    await database.close();
    const newer = await enrich(home, ["key", "create"]);
    expect([newer.code, newer.stdout]).toEqual([2, ""]);
    expect(newer.stderr).toMatch(/newer version/u);
  });
});

describe("the command line", () => {
  test.each([
    ["an unknown command", ["frobnicate"]],
    ["an unknown option", ["chat", "--loud"]],
    ["a missing argument", ["explain"]],
  ])("refuses %s with exit code 2 and no stack trace", async (_title, args) => {
    const result = await enrich(folder, args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/^error: /u);
    expect(result.stderr).not.toMatch(/\n\s+at /u);
  });
});
