/** Signing in with a provider: a real one, on the loopback interface. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createOidcClient, type OidcClient } from "../../../server/oidc/client.ts";
import { defaultPack } from "../../support/packs.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { newBrowser, PASSWORD, setUpOwner, type Browser } from "../sessions/browser.ts";
import { CLIENT, startProvider, type TestProvider } from "./provider.ts";

const REDIRECTS_MAX = 10;
const PUBLIC_URL = "http://enrich.test.localhost";

const database = useDatabase("pglite");
let provider: TestProvider;
let server: TestServer;
let owner: Browser;

beforeAll(async () => {
  provider = await startProvider(`${PUBLIC_URL}/sign-in/oidc/callback`);
  const oidc: OidcClient = createOidcClient({ issuer: provider.issuer, ...CLIENT });
  server = await startServer(database(), await defaultPack(), null, { oidc });
  ({ browser: owner } = await setUpOwner(database(), server));
  await server.close();
  server = await startServer(database(), await defaultPack(), null, { oidc, publicUrl: () => PUBLIC_URL });
  owner = newBrowser(server, owner.cookie);
});
afterAll(async () => {
  await server.close();
  await provider.close();
});

const headers = { origin: PUBLIC_URL };

/** Goes to the provider and back, as a browser does, up to the address that it is sent back to. */
async function goAndComeBack(
  invitation?: string,
): Promise<{ readonly back: string; readonly browser: Browser }> {
  const browser = newBrowser(server);
  const begun = await browser.send(
    "POST",
    "/v1/oidc/begin",
    invitation === undefined ? {} : { invitation },
    headers,
  );
  if (begun.status !== 200) throw new Error(begun.text);
  const jar = new Map<string, string>();
  let at = new URL(begun.body.url);
  for (let hops = 0; hops < REDIRECTS_MAX; hops += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(at, { redirect: "manual", headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/u.exec(set) ?? [];
      jar.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`the provider answered ${answer.status}: ${await answer.text()}`);
    at = new URL(location, at);
    if (at.origin === PUBLIC_URL) return { back: at.pathname + at.search, browser };
  }
  throw new Error("the provider redirects for ever");
}

/** Opens what the provider has sent the browser to; where the server sends it then. */
async function open(browser: Browser, back: string): Promise<string | null> {
  const answer = await fetch(server.url + back, { redirect: "manual", headers: { cookie: browser.cookie } });
  expect(answer.status).toBe(303);
  const session = answer.headers.getSetCookie().find((set) => set.startsWith("session="));
  browser.cookie = session?.split(";")[0] ?? "";
  return answer.headers.get("location");
}

async function signInAs(
  account: { readonly email: string; readonly email_verified: boolean },
  invitation?: string,
): Promise<{ readonly goTo: string | null; readonly browser: Browser }> {
  provider.account = account;
  const { back, browser } = await goAndComeBack(invitation);
  return { goTo: await open(browser, back), browser };
}

const tokenFor = async (email: string) => {
  const { body } = await owner.send("POST", "/v1/invitations", { email, role: "agent" }, headers);
  return String(body.link).split("#")[1] ?? "";
};

test("whoever has the verified address here is signed in", async () => {
  const options = await newBrowser(server).send("GET", "/v1/sign-in-options");
  expect(options.body).toEqual({ oidc: new URL(provider.issuer).host, reset: false });
  const { goTo, browser } = await signInAs({ email: "Olga@team.example", email_verified: true });
  expect(goTo).toBe("/sign-in");
  expect((await browser.send("GET", "/v1/session")).body).toMatchObject({
    person: { email: "olga@team.example" },
    current: { role: "owner" },
  });
});

test("nobody else is, and nobody whose address is not verified", async () => {
  const stranger = await signInAs({ email: "eve@team.example", email_verified: true });
  expect([stranger.goTo, stranger.browser.cookie]).toEqual(["/sign-in?problem=oidc_unknown", ""]);
  const unverified = await signInAs({ email: "olga@team.example", email_verified: false });
  expect([unverified.goTo, unverified.browser.cookie]).toEqual(["/sign-in?problem=oidc_unverified", ""]);
});

test("whoever is invited joins with it, without a password; somebody else's invitation lets nobody in", async () => {
  const token = await tokenFor("anna@team.example");
  const other = await signInAs({ email: "eve@team.example", email_verified: true }, token);
  expect(other.goTo).toBe("/sign-in?problem=oidc_unknown");
  const { goTo, browser } = await signInAs({ email: "anna@team.example", email_verified: true }, token);
  expect(goTo).toBe("/sign-in");
  const { body } = await browser.send("GET", "/v1/session");
  expect(body).toMatchObject({ person: { email: "anna@team.example" }, current: { role: "agent" } });
  const withPassword = { email: "anna@team.example", password: PASSWORD };
  expect((await newBrowser(server).send("POST", "/v1/session", withPassword, headers)).status).toBe(401);
  expect((await owner.send("GET", "/v1/invitations")).body).toEqual({ invitations: [] });
});

test("what comes back is taken once, in the browser that went, and as the provider sent it", async () => {
  provider.account = { email: "olga@team.example", email_verified: true };
  const failed = "/sign-in?problem=oidc_failed";
  const { back, browser } = await goAndComeBack();
  const { cookie } = browser;
  expect(await open(newBrowser(server), back)).toBe(failed); // another browser: somebody signs another in as themselves
  const stranger = await goAndComeBack();
  expect(await open(newBrowser(server, stranger.browser.cookie), back)).toBe(failed);
  expect(await open(newBrowser(server, cookie), back.replace(/state=[^&]+/u, "state=x"))).toBe(failed);
  expect(await open(newBrowser(server, "oidc=e30"), back)).toBe(failed);
  expect(await open(newBrowser(server, cookie), back)).toBe("/sign-in");
  expect(await open(newBrowser(server, cookie), back)).toBe(failed);
});

test("a provider that does not answer is said to be down, and one that is not set is not offered", async () => {
  const nowhere = createOidcClient({ issuer: "http://127.0.0.1:9", ...CLIENT });
  for (const [oidc, expected] of [
    [nowhere, { status: 503, code: "oidc_unavailable" }],
    [null, { status: 409, code: "oidc_not_configured" }],
  ] as const) {
    const other = await startServer(database(), await defaultPack(), null, { oidc });
    const { body } = await newBrowser(other).send("POST", "/v1/oidc/begin", {});
    expect(body).toMatchObject(expected);
    await other.close();
  }
});
