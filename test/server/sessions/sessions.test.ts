/** Signing in and out over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addMember } from "../../../server/members/members.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { listWorkspaceOf } from "../../../server/people/people.ts";
import { inSealedWorkspace } from "../../../server/privacy/store.ts";
import { SESSION_IDLE_MS, SESSION_MS_MAX } from "../../../server/sessions/sessions.ts";
import { countAttempt, LIMITS, signInCounts } from "../../../server/sessions/throttle.ts";
import { createWorkspace, INSTALLATION_ID } from "../../../server/workspaces/workspaces.ts";
import { dumpOf, leaksIn } from "../../support/canaries.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { newBrowser, PASSWORD, setUpOwner, type Browser } from "./browser.ts";

const EMAIL = "olga@team.example";
const HOUR_MS = 60 * 60 * 1000;

const signIn = (browser: Browser, password = PASSWORD, email = EMAIL) =>
  browser.send("POST", "/v1/session", { email, password });

describe("somebody who signs in", () => {
  const database = useDatabase("pglite");
  let server: TestServer;
  let owner: Browser;
  let personId: string;
  let now = Date.now();
  let publicUrl = "";
  const fresh = async () => {
    const browser = newBrowser(server);
    expect((await signIn(browser)).status).toBe(201);
    return browser;
  };

  beforeAll(async () => {
    const settings = { clock: () => now, publicUrl: () => publicUrl };
    server = await startServer(database(), await defaultPack(), null, settings);
    publicUrl = server.url;
    ({ browser: owner, id: personId } = await setUpOwner(database(), server));
    // The test server's own workspace is the second one that the person is in, as a viewer.
    await inSealedWorkspace(storeOf(database()), INSTALLATION_ID, (tx) =>
      listWorkspaceOf(tx, personId, server.workspaceId),
    );
    await inWorkspace(database(), server.workspaceId, (tx) => addMember(tx, personId, "viewer", now));
  });
  afterAll(() => server.close());

  test("is told who they are, and gets a cookie that scripts and other sites do not", async () => {
    const browser = newBrowser(server);
    const answer = await signIn(browser, PASSWORD, " Olga@TEAM.example ".trim());
    expect([answer.status, answer.body]).toEqual([
      201,
      {
        person: { id: personId, email: EMAIL, totp: false },
        workspaces: [
          { id: expect.any(String), name: "My workspace", role: "owner" },
          { id: server.workspaceId, name: "Test", role: "viewer" },
        ],
        current: { id: expect.any(String), name: "My workspace", role: "owner" },
        expiresAt: new Date(now + SESSION_MS_MAX).toISOString(),
      },
    ]);
    const [cookie = ""] = answer.headers.getSetCookie();
    expect(cookie).toMatch(/^session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/u);
    expect((await browser.send("GET", "/v1/session")).body).toEqual(answer.body);

    publicUrl = "https://enrich.example";
    const secure = await newBrowser(server).send(
      "POST",
      "/v1/session",
      { email: EMAIL, password: PASSWORD },
      { origin: publicUrl },
    );
    publicUrl = server.url;
    expect(secure.headers.getSetCookie()[0]).toMatch(
      /^__Host-session=[\w-]{43}; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax; Secure$/u,
    );
  });

  test("gets the same answer for a wrong password and for an address that nobody has", async () => {
    const wrong = await signIn(newBrowser(server), "not this one, no");
    const unknown = await signIn(newBrowser(server), PASSWORD, "nobody@team.example");
    const noAddress = await signIn(newBrowser(server), PASSWORD, "nobody");
    const told = ({ status, body: { code, title, detail } }: typeof wrong) => ({
      status,
      code,
      title,
      detail,
    });
    expect(told(wrong)).toMatchObject({ status: 401, code: "sign_in_failed" });
    expect([told(unknown), told(noAddress)]).toEqual([told(wrong), told(wrong)]);
    expect(wrong.headers.getSetCookie()).toEqual([]);
  });

  test("goes to another workspace with another cookie, and may there what the role there may", async () => {
    const browser = await fresh();
    const filter = { name: "Mikes", filter: { q: "mike" } };
    expect((await browser.send("POST", "/v1/filters", filter)).status).toBe(201);
    const before = browser.cookie;

    const moved = await browser.send("PUT", "/v1/session/workspace", { workspaceId: server.workspaceId });
    expect(moved.body.current).toMatchObject({ name: "Test", role: "viewer" });
    expect((await browser.send("GET", "/v1/filters")).body).toEqual({ filters: [] });
    const refused = await browser.send("POST", "/v1/filters", filter);
    expect([refused.status, refused.body.detail]).toEqual([
      403,
      "This takes the role owner or admin or agent; yours is viewer.",
    ]);
    expect((await newBrowser(server, before).send("GET", "/v1/session")).status).toBe(401);

    for (const workspaceId of [INSTALLATION_ID, "0199c0de-0000-7000-8000-000000000000"]) {
      const none = await browser.send("PUT", "/v1/session/workspace", { workspaceId });
      expect([none.status, none.body.code]).toEqual([403, "forbidden"]);
    }
    await inWorkspace(database(), server.workspaceId, (tx) =>
      tx.raw("update members set role = 'agent' where workspace_id = :w", { w: server.workspaceId }),
    );
    expect((await browser.send("POST", "/v1/filters", filter)).status).toBe(201); // a role counts at once
  });

  test("and signs in again in the same browser, leaves no session behind", async () => {
    const browser = await fresh();
    const { cookie } = browser;
    expect((await signIn(browser)).status).toBe(201);
    expect((await newBrowser(server, cookie).send("GET", "/v1/session")).status).toBe(401);
    expect((await browser.send("GET", "/v1/session")).status).toBe(200);
  });

  test("signs out here, or everywhere", async () => {
    const [here, there, third] = [await fresh(), await fresh(), await fresh()];
    const { cookie } = here;
    expect((await here.send("DELETE", "/v1/session")).status).toBe(204);
    expect(here.cookie).toBe("");
    expect((await newBrowser(server, cookie).send("GET", "/v1/session")).status).toBe(401);
    expect((await there.send("GET", "/v1/session")).status).toBe(200);
    expect((await there.send("DELETE", "/v1/sessions")).status).toBe(204);
    for (const browser of [third, owner]) {
      expect((await browser.send("GET", "/v1/session")).status).toBe(401);
    }
    await signIn(owner);
  });

  test("is signed out after a day's silence, and after two weeks whatever they do", async () => {
    const start = now;
    const browser = await fresh();
    now += SESSION_IDLE_MS - 1;
    expect((await browser.send("GET", "/v1/customers")).status).toBe(200);
    now += SESSION_IDLE_MS - 1; // the request before was the latest
    expect((await browser.send("GET", "/v1/session")).status).toBe(200);
    now += SESSION_IDLE_MS;
    expect((await browser.send("GET", "/v1/session")).status).toBe(401);

    const busy = await fresh();
    const end = now + SESSION_MS_MAX;
    for (now += 11 * HOUR_MS; now < end; now += 11 * HOUR_MS) {
      expect((await busy.send("GET", "/v1/session")).status).toBe(200);
    }
    now = end;
    expect((await busy.send("GET", "/v1/session")).status).toBe(401);
    now = start;
    await signIn(owner);
  });

  test("changes the password, which ends every other session and gives this one another cookie", async () => {
    const [browser, other] = [await fresh(), await fresh()];
    const { cookie } = browser;
    const change = (current: string, password: string) =>
      browser.send("PUT", "/v1/me/password", { current, password });
    expect((await change("not this one, no", "eight geese at the pond")).body.code).toBe("sign_in_failed");
    expect((await change(PASSWORD, "password1234")).body.code).toBe("invalid_request");
    expect((await change(PASSWORD, "eight geese at the pond")).status).toBe(204);
    expect((await browser.send("GET", "/v1/session")).status).toBe(200);
    expect((await newBrowser(server, cookie).send("GET", "/v1/session")).status).toBe(401);
    expect((await other.send("GET", "/v1/session")).status).toBe(401);
    expect((await signIn(newBrowser(server))).status).toBe(401);
    expect((await change("eight geese at the pond", PASSWORD)).status).toBe(204);
    await signIn(owner);
  });

  describe("and a page of another site", () => {
    const body = { name: "Forged", filter: { q: "x" } };
    test.each([
      ["says so itself", { "sec-fetch-site": "cross-site" }],
      ["is on a neighbouring host", { "sec-fetch-site": "same-site" }],
      ["has another origin", { origin: "https://evil.example" }],
      ["has none to tell", { origin: "null" }],
      ["sends a form", { "content-type": "text/plain" }],
    ])("gets nothing written: it %s", async (_how, headers) => {
      const answer = await owner.send("POST", "/v1/filters", body, headers);
      expect([answer.status, answer.body.code]).toEqual([403, "csrf_refused"]);
      const signingIn = await newBrowser(server).send(
        "POST",
        "/v1/session",
        { email: EMAIL, password: PASSWORD },
        headers,
      );
      expect(["csrf_refused", "unsupported_media_type"]).toContain(signingIn.body.code);
    });

    test("over TLS, its plain twin is another site", async () => {
      publicUrl = "https://enrich.example";
      const browser = newBrowser(server, owner.cookie.replace("session=", "__Host-session="));
      const post = (origin: string) =>
        browser.send("POST", "/v1/filters", { ...body, name: origin }, { origin });
      const [plain, ours] = [await post(server.url), await post(publicUrl)];
      publicUrl = server.url;
      expect([plain.body.code, ours.status]).toEqual(["csrf_refused", 201]);
    });
  });

  test("a cookie beside an API key is not looked at, and one that is none is nobody's", async () => {
    const headers = { cookie: owner.cookie, origin: "https://evil.example" };
    expect((await server.fetch("/v1/filters", { headers })).status).toBe(200);
    for (const cookie of ["session=", "session=short", `session=${"A".repeat(43)}`, "session", "other=1"]) {
      expect((await newBrowser(server, cookie).send("GET", "/v1/customers")).status).toBe(401);
    }
  });

  test("everything is audited in the workspace, by the person, without what was typed", async () => {
    const { body } = await owner.send("GET", "/v1/audit?limit=200");
    const told = new Set(body.events.map(({ action }: { action: string }) => action));
    for (const action of [
      "session.signed_in",
      "session.signed_out",
      "session.failed",
      "person.password_changed",
    ]) {
      expect(told).toContain(action);
    }
    const failed = body.events.find(({ action }: { action: string }) => action === "session.failed");
    expect(failed).toMatchObject({
      actor: { kind: "system", id: "sign_in" },
      subject: { kind: "person", id: personId },
    });
  });

  test("neither address, password nor secret stands in the database or the log", async () => {
    const secret = owner.cookie.split("=")[1] ?? "";
    const canaries = ["olga@team", "nobody@team", "geese", secret];
    for (const workspaceId of [INSTALLATION_ID, server.workspaceId]) {
      const dump = [...(await dumpOf(database(), workspaceId)).values()].flat().join("\n");
      expect(dump.length).toBeGreaterThan(100);
      expect(leaksIn(dump, canaries)).toEqual([]);
    }
    expect(leaksIn(server.log(), canaries)).toEqual([]);
  });

  test("who guesses is stopped, whether or not there is an account, and the right password helps no more", async () => {
    now += SESSION_MS_MAX; // later than what the tests above have counted
    for (const email of [EMAIL, "nobody@team.example"]) {
      now += LIMITS.account.ms;
      for (let tries = 0; tries < LIMITS.account_from_address.max; tries += 1) {
        expect((await signIn(newBrowser(server), "not this one, no", email)).status).toBe(401);
      }
      const stopped = await signIn(newBrowser(server), PASSWORD, email);
      expect([stopped.status, stopped.body.code]).toEqual([429, "too_many_attempts"]);
      expect(stopped.headers.get("retry-after")).toBe(String(LIMITS.account_from_address.ms / 1000));
    }
    now += LIMITS.account_from_address.ms;
    expect((await signIn(newBrowser(server))).status).toBe(201);
  });
});

describe("attempts to sign in", () => {
  const database = useDatabase("pglite");
  const start = Date.UTC(2026, 0, 1);
  const attempt = (email: string, address: string, now = start) =>
    countAttempt(storeOf(database()), signInCounts(email, address), now);
  beforeAll(() => createWorkspace(database(), "Any", start)); // and with it the installation's own

  test("from one address are counted over all accounts, and from another apart", async () => {
    for (let number = 0; number < LIMITS.address.max; number += 1)
      await attempt(`p${number}@x.example`, "10.0.0.1");
    await expect(attempt("one.more@x.example", "10.0.0.1")).rejects.toThrow("Try again in 15 minutes");
    await attempt("one.more@x.example", "10.0.0.2");
    await attempt("one.more@x.example", "10.0.0.1", start + LIMITS.address.ms);
  });

  test("at once are counted as one after the other", async () => {
    const answers = await Promise.allSettled(
      Array.from({ length: 25 }, () => attempt("target@x.example", "10.0.0.3")),
    );
    expect(answers.filter(({ status }) => status === "fulfilled")).toHaveLength(
      LIMITS.account_from_address.max,
    );
  });
});
