/** Members and invitations over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { smtpMailer, type Mailer } from "../../../server/identity/mailer.ts";
import { INVITATION_MS } from "../../../server/members/invitations.ts";
import { RESET_MS } from "../../../server/people/reset.ts";
import { defaultPack } from "../../support/packs.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startMailServer, tokenIn, type MailServer } from "../identity/mail-server.ts";
import { joined, newBrowser, PASSWORD, setUpOwner, type Browser } from "../sessions/browser.ts";

const database = useDatabase("pglite");
let server: TestServer;
let owner: Browser;
let ownerId: string;
let now = Date.now();

beforeAll(async () => {
  server = await startServer(database(), await defaultPack(), null, { clock: () => now });
  ({ browser: owner, id: ownerId } = await setUpOwner(database(), server));
});
afterAll(() => server.close());

const invite = async (email: string, role = "agent", by = owner) => {
  const answer = await by.send("POST", "/v1/invitations", { email, role });
  return { ...answer, token: String(answer.body?.link ?? "").split("#")[1] ?? "" };
};
const accept = (token: string, password: string | null = PASSWORD, browser = newBrowser(server)) =>
  browser.send("POST", "/v1/invitations/accept", { token, ...(password === null ? {} : { password }) });
const changeRole = (by: Browser, id: string, role: string) => by.send("PATCH", `/v1/members/${id}`, { role });
const remove = (by: Browser, id: string) => by.send("DELETE", `/v1/members/${id}`);
const outcome = ({ status, body }: { status: number; body: { code?: string } | null }) => [
  status,
  body?.code,
];

describe("an invitation", () => {
  test("is shown once to whoever invites, and makes its address a member, once", async () => {
    const invited = await invite("Anna@Team.example", "agent");
    expect(invited.body).toMatchObject({
      email: "anna@team.example",
      role: "agent",
      invitedBy: ownerId,
      mailed: false,
    });
    expect(invited.body.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/invitation#[0-9a-f-]{36}\.[\w-]{43}$/u);
    const { body: list } = await owner.send("GET", "/v1/invitations");
    expect(list.invitations).toEqual([expect.objectContaining({ email: "anna@team.example" })]);
    expect(JSON.stringify(list)).not.toContain("#");

    expect(outcome(await accept(invited.token, null))).toEqual([400, "invalid_request"]);
    expect(outcome(await accept(invited.token, "password1234"))).toEqual([400, "invalid_request"]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => accept(invited.token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    // Who is too late is told that the link is used, or that the account is there.
    const late = new Set(answers.flatMap(({ status, body }) => (status === 201 ? [] : [body.code])));
    expect([...late].filter((code) => !["link_spent", "account_exists"].includes(String(code)))).toEqual([]);
    expect((await owner.send("GET", "/v1/invitations")).body).toEqual({ invitations: [] });
    const { body } = await owner.send("GET", "/v1/members");
    expect(body.members).toEqual([
      { personId: ownerId, email: "olga@team.example", role: "owner", since: expect.any(String) },
      { personId: expect.any(String), email: "anna@team.example", role: "agent", since: expect.any(String) },
    ]);
    expect(outcome(await invite("anna@team.example"))).toEqual([409, "already_member"]);
  });

  test("is accepted by whoever has an account when they are signed in as it, and by nobody else", async () => {
    const { browser: bea, id } = await joined(server, owner, { email: "bea@team.example", role: "agent" });
    await remove(owner, id);
    const { token } = await invite("bea@team.example", "viewer");
    expect(outcome(await accept(token))).toEqual([409, "account_exists"]);
    expect(outcome(await accept(token, null, newBrowser(server, owner.cookie)))).toEqual([
      409,
      "account_exists",
    ]);
    await bea.send("POST", "/v1/session", { email: "bea@team.example", password: PASSWORD });
    const details = { email: "bea@team.example", role: "viewer", workspace: "My workspace" };
    for (const [by, account] of [
      [owner, "signed_out"],
      [bea, "signed_in"],
    ] as const) {
      expect((await by.send("POST", "/v1/invitations/read", { token })).body).toEqual({
        ...details,
        account,
      });
    }
    expect(outcome(await bea.send("GET", "/v1/customers"))).toEqual([403, "forbidden"]); // a member of nothing
    const before = bea.cookie;
    const answer = await accept(token, null, bea);
    expect([answer.status, answer.body.current.role]).toEqual([201, "viewer"]);
    expect((await newBrowser(server, before).send("GET", "/v1/session")).status).toBe(401);
  });

  test("ends when it is replaced, taken back, or seven days old", async () => {
    const first = await invite("cleo@team.example");
    const second = await invite("cleo@team.example", "viewer");
    expect(outcome(await accept(first.token))).toEqual([410, "link_spent"]);
    expect((await owner.send("DELETE", `/v1/invitations/${second.body.id}`)).status).toBe(204);
    expect(outcome(await owner.send("DELETE", `/v1/invitations/${second.body.id}`))).toEqual([
      404,
      "invitation_not_found",
    ]);
    expect(outcome(await accept(second.token))).toEqual([410, "link_spent"]);
    const third = await invite("cleo@team.example");
    now += INVITATION_MS;
    await owner.send("POST", "/v1/session", { email: "olga@team.example", password: PASSWORD });
    expect(outcome(await accept(third.token))).toEqual([410, "link_spent"]);
    expect((await owner.send("GET", "/v1/invitations")).body).toEqual({ invitations: [] });
    for (const token of ["x", `${server.workspaceId}.x`, "0199c0de-0000-7000-8000-000000000000.x"]) {
      expect(outcome(await accept(token))).toEqual([410, "link_spent"]);
    }
  });

  test("of an admin goes with the admin, who may hold its link", async () => {
    const admin = await joined(server, owner, { email: "dora@team.example", role: "admin" });
    const { token } = await invite("other.dora@team.example", "admin", admin.browser);
    await changeRole(owner, admin.id, "viewer");
    expect(outcome(await accept(token))).toEqual([410, "link_spent"]);
  });
});

describe("a role", () => {
  test("is changed at once: the member's sessions end, and what they sign in to is the new one", async () => {
    const { browser, id } = await joined(server, owner, { email: "eva@team.example", role: "agent" });
    const changed = await changeRole(owner, id, "viewer");
    expect([changed.status, changed.body]).toEqual([
      200,
      expect.objectContaining({ personId: id, role: "viewer" }),
    ]);
    expect((await browser.send("GET", "/v1/customers")).status).toBe(401);
    await browser.send("POST", "/v1/session", { email: "eva@team.example", password: PASSWORD });
    expect((await browser.send("GET", "/v1/customers")).status).toBe(200);
    expect(outcome(await browser.send("GET", "/v1/members"))).toEqual([403, "forbidden"]);

    expect((await remove(owner, id)).status).toBe(204);
    expect((await browser.send("GET", "/v1/customers")).status).toBe(401);
    const again = await browser.send("POST", "/v1/session", {
      email: "eva@team.example",
      password: PASSWORD,
    });
    expect(again.body).toMatchObject({ workspaces: [], current: null });
    expect(outcome(await browser.send("GET", "/v1/customers"))).toEqual([403, "forbidden"]);
    expect(outcome(await remove(owner, id))).toEqual([404, "member_not_found"]);
  });

  test("of an owner is an owner's to give and to take, and one owner always remains", async () => {
    const admin = await joined(server, owner, { email: "fay@team.example", role: "admin" });
    const agent = await joined(server, owner, { email: "gil@team.example", role: "agent" });
    for (const refused of [
      await changeRole(admin.browser, agent.id, "owner"),
      await changeRole(admin.browser, ownerId, "admin"),
      await remove(admin.browser, ownerId),
      await invite("hal@team.example", "owner", admin.browser),
    ]) {
      expect(outcome(refused)).toEqual([403, "forbidden"]);
      expect(refused.body.detail).toContain("Only an owner");
    }
    expect((await changeRole(admin.browser, agent.id, "viewer")).status).toBe(200);
    expect(outcome(await changeRole(owner, ownerId, "agent"))).toEqual([409, "last_owner"]);
    expect(outcome(await remove(owner, ownerId))).toEqual([409, "last_owner"]);

    expect((await changeRole(owner, admin.id, "owner")).status).toBe(200);
    const before = owner.cookie;
    expect((await changeRole(owner, ownerId, "admin")).status).toBe(200); // their own: the session goes on, anew
    expect(owner.cookie).not.toBe(before);
    expect((await newBrowser(server, before).send("GET", "/v1/session")).status).toBe(401);
    expect(outcome(await changeRole(owner, ownerId, "owner"))).toEqual([403, "forbidden"]);
    await admin.browser.send("POST", "/v1/session", { email: "fay@team.example", password: PASSWORD });
    expect((await changeRole(admin.browser, ownerId, "owner")).status).toBe(200);
    await owner.send("POST", "/v1/session", { email: "olga@team.example", password: PASSWORD });
  });

  test("is no API key's to change, and what was done is audited by who did it", async () => {
    const init = { method: "PATCH", body: '{"role":"viewer"}' };
    expect(outcome(await server.fetch(`/v1/members/${ownerId}`, init))).toEqual([403, "forbidden"]);
    const { body } = await owner.send("GET", `/v1/audit?limit=200&actor=${ownerId}`);
    const told = new Set(body.events.map(({ action }: { action: string }) => action));
    for (const done of ["invited", "invitation_revoked", "joined", "role_changed", "removed"]) {
      expect(told).toContain(`member.${done}`);
    }
    expect(
      body.events.find(({ action }: { action: string }) => action === "member.role_changed").details,
    ).toEqual({
      from: "owner",
      to: "admin",
    });
  });
});

describe("with a mail server", () => {
  let mails: MailServer;
  let mailer: Mailer;
  let mailing: TestServer;
  beforeAll(async () => {
    mails = await startMailServer();
    mailer = smtpMailer(mails.url, "hello@shop.example");
    mailing = await startServer(database(), await defaultPack(), mailer, { clock: () => now });
    now += 60 * 60 * 1000; // what was tried above is forgotten
    await owner.send("POST", "/v1/session", { email: "olga@team.example", password: PASSWORD });
  });
  afterAll(async () => {
    mailer.close();
    await mailing.close();
    await mails.close();
  });

  test("an invitation is mailed, and its link is nobody else's", async () => {
    const browser = newBrowser(mailing, owner.cookie);
    const { body } = await browser.send("POST", "/v1/invitations", {
      email: "ida@team.example",
      role: "agent",
    });
    expect(body).toMatchObject({ mailed: true, link: null });
    const mail = await mails.arrived(1);
    expect(mail.to).toBe("ida@team.example");
    expect((await accept(tokenIn(mail))).status).toBe(201);
  });

  const ask = (email: string) => newBrowser(mailing).send("POST", "/v1/password-resets", { email });
  const redeem = (token: string, password = "nine geese at the pond") =>
    newBrowser(mailing).send("POST", "/v1/password-resets/redeem", { token, password });

  test("a forgotten password is chosen anew with a mailed link, once, within half an hour, and every session ends", async () => {
    const { browser } = await joined(server, owner, { email: "jan@team.example", role: "agent" });
    const [known, unknown, none] = [
      await ask("jan@team.example"),
      await ask("no@team.example"),
      await ask("x"),
    ];
    expect([known.status, known.body]).toEqual([202, { status: "sent_if_known" }]);
    expect([unknown.text, none.text]).toEqual([known.text, known.text]);

    const first = await mails.arrived(2);
    expect([first.to, tokenIn(first)]).toEqual(["jan@team.example", expect.stringMatching(/^[\w-]{43}$/u)]);
    now += RESET_MS;
    expect(outcome(await redeem(tokenIn(first)))).toEqual([410, "link_spent"]);
    await ask("jan@team.example");
    const second = tokenIn(await mails.arrived(3));
    expect(outcome(await redeem(second, "too short"))).toEqual([400, "invalid_request"]);
    const at = await Promise.all([redeem(second), redeem(second), redeem(second)]);
    expect(at.map(({ status }) => status).toSorted()).toEqual([204, 410, 410]);
    expect((await browser.send("GET", "/v1/session")).status).toBe(401);
    const signIn = (password: string) =>
      browser.send("POST", "/v1/session", { email: "jan@team.example", password });
    expect((await signIn(PASSWORD)).status).toBe(401);
    expect((await signIn("nine geese at the pond")).status).toBe(201);
    expect(mails.mails).toHaveLength(3);

    for (let times = 0; times < 8; times += 1) expect((await ask("jan@team.example")).status).toBe(202);
    await mails.arrived(6);
    expect(outcome(await newBrowser(server).send("POST", "/v1/password-resets", { email: "x" }))).toEqual([
      409,
      "mail_not_configured",
    ]);
  });
});
