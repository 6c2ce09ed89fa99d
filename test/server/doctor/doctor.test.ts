import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { setPlan } from "../../../server/billing/billing.ts";
import { openDatabase } from "../../../server/database/connect.ts";
import type { Database } from "../../../server/database/database.ts";
import { lockFolder } from "../../../server/database/folder-lock.ts";
import {
  checkClock,
  checkLogin,
  checkMigrations,
  checkRowSecurity,
  checkServer,
} from "../../../server/doctor/database.ts";
import type { Finding, Level } from "../../../server/doctor/finding.ts";
import { checkKeys } from "../../../server/doctor/keys.ts";
import { checkNode, checkSpace } from "../../../server/doctor/machine.ts";
import { checkMail } from "../../../server/doctor/mail.ts";
import { checkPlans } from "../../../server/doctor/plans.ts";
import { checkRules } from "../../../server/doctor/rules.ts";
import { checkPublicAddress, checkWebSettings } from "../../../server/doctor/web.ts";
import { readEnvironment, type Environment } from "../../../server/environment.ts";
import { fileKeyProvider } from "../../../server/privacy/file-key-provider.ts";
import { createKeyrings } from "../../../server/privacy/keyrings.ts";
import { givenKeyProvider, newRootKey } from "../../../server/privacy/root-keys.ts";
import { createWorkspace, ensureFirstWorkspace } from "../../../server/workspaces/workspaces.ts";
import { asAdmin, createClone } from "../../support/test-databases.ts";
import { enrich, freshFolder } from "../cli/run-enrich.ts";
import { startMailServer } from "../identity/mail-server.ts";
import { startReceiver } from "../webhooks/receiver.ts";

const said = (findings: readonly Finding[], level: Level) =>
  findings.flatMap((one) => (one.level === level ? [one.says] : [])).join("\n");
const folder = () => mkdtempSync(join(tmpdir(), "enrich-doctor-"));

describe("of a database on PostgreSQL", () => {
  let clone: Awaited<ReturnType<typeof createClone>>;
  let database: Database;
  beforeAll(async () => {
    clone = await createClone();
    database = await openDatabase({ databaseUrl: clone.url });
  });
  afterAll(async () => {
    await database.close();
    await clone.drop();
  });

  test("nothing is wrong with login, tables, schema and clock as they are installed", async () => {
    const findings = [
      ...(await checkLogin(database)),
      ...(await checkRowSecurity(database)),
      await checkMigrations(database),
      ...(await checkClock(database)),
    ];
    expect(findings.map(({ level }) => level)).toEqual(["ok", "ok", "ok", "ok"]);
  });

  test("a workspace that collects nothing is named, with the reason", async () => {
    expect(said(await checkPlans(database), "ok")).toBe("Every workspace collects.");
    const by = { actor: { kind: "operator", id: "test" }, at: Date.now() } as const;
    const first = await ensureFirstWorkspace(database, Date.now());
    await setPlan(database, first, { plan: "starter", status: "active" }, by);
    const further = await createWorkspace(database, "further", Date.now());
    const advice = said(await checkPlans(database), "advice");
    expect(advice).toContain(`The plan of workspace ${first} does not include`);
    expect(advice).toContain(`never activated in workspace ${further}`);
  });

  test("a policy that was dropped and security that is not forced are found, each by its table", async () => {
    await database.knex.raw("drop policy workspace on claims");
    await database.knex.raw("alter table messages no force row level security");
    const problems = said(await checkRowSecurity(database), "problem");
    expect(problems).toContain("claims has no policy");
    expect(problems).toContain("messages has no forced row-level security");
  });

  test("a migration that was not run is found", async () => {
    const last = "(select max(id) from knex_migrations)";
    await database.knex.raw(`delete from knex_migrations where id = ${last}`);
    expect(said([await checkMigrations(database)], "problem")).toContain(
      'lacks 1 migrations: run "enrich migrate"',
    );
  });

  test("a login that is a superuser, or may not become enrich_app, is found", async () => {
    const { pathname } = new URL(clone.url);
    const admin = Object.assign(new URL(inject("databases").adminUrl), { pathname });
    const asSuperuser = await openDatabase({ databaseUrl: admin.href });
    expect(said(await checkLogin(asSuperuser), "problem")).toContain("is a superuser");
    await asSuperuser.close();

    const login = `doctor_${Date.now()}`;
    await asAdmin((admin) => admin.raw(`create role ?? login password 'doctor'`, [login]));
    const url = Object.assign(new URL(clone.url), { username: login, password: "doctor" });
    const stranger = await openDatabase({ databaseUrl: url.href });
    expect(said(await checkLogin(stranger), "problem")).toContain(`grant enrich_app to ${login}`);
    await stranger.close();
    await asAdmin((admin) => admin.raw("drop role ??", [login]));
  });

  test("settings that lose data, and too few connections, are found", async () => {
    // The tests' server forgets what it writes, for speed.
    const problems = said(await checkServer(database, 100), "problem");
    expect(problems).toContain("fsync or full_page_writes is off");
    expect(problems).toContain("synchronous_commit is off");
    expect(problems).toContain("100 server processes want up to 2000: raise it");
    expect(said(await checkServer(database, 1), "problem")).not.toContain("connections");
  });

  test("a clock that is off or jumps is found", async () => {
    expect(said(await checkClock(database, () => Date.now() + 60_000), "problem")).toMatch(
      /is (59|60)\d{3} ms ahead of/u,
    );
    expect(said(await checkClock(database, () => Date.now() - 60_000), "problem")).toMatch(/ms behind/u);
    let looks = 0;
    const jumping = () => Date.now() + 5_000 * looks++;
    expect(said(await checkClock(database, jumping), "problem")).toContain("jumped by");
  });

  test("a root key that opens nothing, and one that others may read, are found; the right one opens all", async () => {
    const path = join(folder(), "root.key");
    const right = fileKeyProvider(path);
    expect(said(await checkKeys(database, right), "advice")).toContain("no key yet");
    const workspaceId = await createWorkspace(database, "doctor", Date.now());
    await createKeyrings(database, right, Date.now).of(workspaceId);
    expect(said(await checkKeys(database, right), "ok")).toContain(`${path} opens all 2 keys`);
    const other = givenKeyProvider([newRootKey().root], "ROOT_KEY");
    expect(said(await checkKeys(database, other), "problem")).toMatch(/does not open .* \(1 workspaces\)/u);
    chmodSync(path, 0o644);
    expect(said(await checkKeys(database, fileKeyProvider(path)), "problem")).toContain(`chmod 600 ${path}`);
  });
});

test("a Node.js that is too old, and a full disk, are found", async () => {
  expect(["v20.19.0", "v22.1.0", "v20.18.9", "v18.20.0"].map((version) => checkNode(version).level)).toEqual([
    "ok",
    "ok",
    "problem",
    "problem",
  ]);
  const embedded = { DATABASE_URL: undefined, DATA_DIR: folder() };
  const levelWith = async (free: number) =>
    (await checkSpace(embedded, async () => free)).map(({ level }) => level);
  expect(await levelWith(10 * 1024 ** 3)).toEqual(["ok"]);
  expect(await levelWith(1024 ** 3)).toEqual(["advice"]);
  expect(await levelWith(1024)).toEqual(["problem"]);
  expect(await checkSpace(embedded)).toHaveLength(1);
});

test("a rule pack that does not load is found with file, line and column", async () => {
  const rules = folder();
  mkdirSync(join(rules, "en"));
  writeFileSync(join(rules, "fields.yaml"), "fields: nothing\n");
  expect(said(await checkRules(rules), "problem")).toMatch(/fields\.yaml:\d+:\d+/u);
  expect((await checkRules("rules")).map(({ level }) => level)).toEqual(["ok"]);
});

test("a mail server that takes mail, one that is not there and one that refuses the login are told apart", async () => {
  const mail = await startMailServer();
  expect((await checkMail(mail.url)).level).toBe("ok");
  await mail.close();
  expect((await checkMail(mail.url)).says).toContain("cannot be used (ESOCKET)");
  expect((await checkMail(undefined)).level).toBe("advice");
});

const WEB: readonly (readonly [Readonly<Record<string, string>>, Level, RegExp])[] = [
  [{}, "advice", /PUBLIC_URL is not set/u],
  [{ NODE_ENV: "production" }, "problem", /PUBLIC_URL is not set/u],
  [{ PUBLIC_URL: "http://enrich.example" }, "problem", /in the clear/u],
  [{ PUBLIC_URL: "https://enrich.example" }, "problem", /TRUST_PROXY is 0/u],
  [{ PUBLIC_URL: "https://enrich.example", TRUST_PROXY: "1" }, "ok", /fit together/u],
  [
    { PUBLIC_URL: "https://enrich.example", TRUST_PROXY: "1", HOST: "0.0.0.0" },
    "advice",
    /only the proxy can/u,
  ],
  [{ PUBLIC_URL: "https://enrich.example", TRUST_PROXY: "10.0.0.1", HOST: "0.0.0.0" }, "ok", /fit together/u],
  [{ PUBLIC_URL: "http://localhost:3000" }, "ok", /fit together/u],
  [{ NODE_ENV: "production", ALLOW_PRIVATE_WEBHOOKS: "true" }, "advice", /ALLOW_PRIVATE_WEBHOOKS/u],
  [{ DATABASE_URL: "postgres://u:p@127.0.0.1/d" }, "advice", /NODE_ENV is not production/u],
];

test.each(WEB)("of the settings %j it says, as %s, %s", (settings, level, words) => {
  expect(said(checkWebSettings(environmentOf(settings)), level)).toMatch(words);
});

function environmentOf(settings: Readonly<Record<string, string>>): Environment {
  const read = readEnvironment(settings, folder());
  if ("problems" in read) throw new Error(read.problems.join());
  return read.environment;
}

const at = (url: string) => checkPublicAddress({ PUBLIC_URL: new URL(url).origin });

test("a public address that answers, with something else, with a bad certificate or not at all is told apart", async () => {
  const right = await startReceiver(() => 200);
  expect((await at(right.url)).map(({ level }) => level)).toEqual(["ok"]);
  await right.close();
  expect(said(await at(right.url), "advice")).toContain("cannot be reached from here (ECONNREFUSED)");
  const other = await startReceiver(() => 502);
  expect(said(await at(other.url), "problem")).toContain("answers 502");
  await other.close();

  const [key, cert] = ["key.pem", "cert.pem"].map((name) => join(folder(), name)) as [string, string];
  const made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"];
  execFileSync("openssl", [...made, "-keyout", key, "-out", cert], { stdio: "ignore" });
  const tls = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) });
  await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
  expect(said(await at(`https://localhost:${(tls.address() as AddressInfo).port}`), "problem")).toContain(
    "certificate",
  );
  tls.close();
});

test("the command says it in lines or as JSON, changes nothing, and its exit code is for scripts", async () => {
  const place = freshFolder();
  expect((await enrich(place, ["migrate"])).code).toBe(0);
  const clean = await enrich(place, ["doctor", "--json"]);
  expect(clean.code).toBe(0);
  expect(JSON.parse(clean.stdout)).toMatchObject({ problems: 0 });
  const lock = await lockFolder(join(place, "data", "database"));
  const locked = await enrich(place, ["doctor"]);
  await lock.release();
  expect(locked.code).toBe(1);
  expect(locked.stdout).toContain(`is in use by process ${process.pid}: stop it first`);
  expect(locked.stdout).toMatch(/^1 to be put right; \d could be better\.$/mu);
});
