/** The pages behind the links, in a real browser. */
import { existsSync } from "node:fs";
import { chromium, type Browser as Chromium, type Page } from "playwright-core";
import { TOTP, URI } from "otpauth";
import { afterAll, beforeAll, expect, test } from "vitest";
import { smtpMailer, type Mailer } from "../../../server/identity/mailer.ts";
import { defaultPack } from "../../support/packs.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startMailServer, tokenIn, type MailServer } from "../identity/mail-server.ts";
import { newBrowser, PASSWORD } from "../sessions/browser.ts";
import { readFirst } from "../sessions/first-workspace.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env["CHROMIUM"] ?? PLACES.find((place) => existsSync(place));
// Where a browser must be there, a missing one is a failure: see .ci/run.
const isWanted = executablePath !== undefined || process.env["BROWSER_REQUIRED"] === "1";
const PHONE = { width: 360, height: 740 };
const WAIT_MS_MAX = 15_000;

const database = useDatabase("pglite");
let server: TestServer;
let mails: MailServer;
let mailer: Mailer;
let chrome: Chromium | null = null;
const faults: string[] = [];

beforeAll(async () => {
  mails = await startMailServer();
  mailer = smtpMailer(mails.url, "hello@shop.example");
  server = await startServer(database(), await defaultPack(), mailer);
});
afterAll(async () => {
  await chrome?.close();
  mailer.close();
  await server.close();
  await mails.close();
});

/** A page on a phone, whose console and security policy are listened to. */
async function newPage(): Promise<Page> {
  chrome ??= await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ["--no-sandbox"], // pages of our own only, and containers have no user namespaces
  });
  const page = await chrome.newPage({ viewport: PHONE });
  page.setDefaultTimeout(WAIT_MS_MAX);
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (line) => {
    // A refusal that a page shows is also a line of the browser's own.
    if (line.type() === "error" && !line.text().startsWith("Failed to load resource"))
      faults.push(line.text());
  });
  return page;
}

const problemOf = async (page: Page) => {
  await page.getByRole("alert").waitFor();
  return page.getByRole("alert").textContent();
};
const fill = async (page: Page, given: Readonly<Record<string, string>>, button: string) => {
  for (const [label, text] of Object.entries(given)) await page.getByLabel(label, { exact: true }).fill(text);
  await page.getByRole("button", { name: button, exact: true }).click();
};
const seen = (page: Page, text: string) => page.getByText(text).waitFor();

test.skipIf(!isWanted)(
  "an owner sets the installation up, invites somebody, who accepts, forgets the password and chooses another",
  async () => {
    const { token } = await readFirst(database());
    const page = await newPage();
    await page.goto(`${server.url}/setup`);
    expect(await problemOf(page)).toContain("The link is not whole");
    await page.goto("about:blank");
    await page.goto(`${server.url}/setup#${token}`);
    const owner = { "Email address": "olga@team.example", Password: "short" };
    await fill(page, owner, "Become the owner");
    expect(await problemOf(page)).toBe(
      "The password must have at least 12 characters: several words are easy to keep in mind.",
    );
    expect(await page.getByLabel("Password").getAttribute("aria-invalid")).toBe("true");
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    await fill(page, { ...owner, Password: PASSWORD }, "Become the owner");
    await seen(page, "As olga@team.example, in My workspace, as owner.");

    await page.goto("about:blank");
    await page.goto(`${server.url}/setup#${token}`);
    await fill(page, { ...owner, Password: PASSWORD }, "Become the owner");
    expect(await problemOf(page)).toContain("set up already");
    await page.goto(`${server.url}/sign-in`);
    await page.getByRole("button", { name: "Sign out", exact: true }).click();
    await fill(page, { ...owner, Password: "not this one, no" }, "Sign in");
    expect(await problemOf(page)).toBe("The email address or the password is wrong.");
    await fill(page, { ...owner, Password: PASSWORD }, "Sign in");
    await seen(page, "As olga@team.example");

    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: "session", httpOnly: true, sameSite: "Lax", path: "/" });
    const session = newBrowser(server, `session=${cookie?.value}`);
    await session.send("POST", "/v1/invitations", { email: "anna@team.example", role: "agent" });

    const anna = await newPage();
    await anna.goto(`${server.url}/invitation#${tokenIn(await mails.arrived(1))}`);
    await seen(anna, "To the workspace My workspace, as agent.");
    expect(await anna.getByLabel("Email address").inputValue()).toBe("anna@team.example");
    await fill(anna, { "Choose a password": PASSWORD }, "Accept");
    await seen(anna, "As anna@team.example, in My workspace, as agent.");

    await anna.goto(`${server.url}/reset`);
    await fill(anna, { "Email address": "anna@team.example" }, "Mail me a link");
    await seen(anna, "If anna@team.example has an account here, a link is on its way to it.");
    await anna.goto("about:blank");
    await anna.goto(`${server.url}/reset#${tokenIn(await mails.arrived(2))}`);
    await fill(anna, { "New password": "nine geese at the pond" }, "Set the password");
    await seen(anna, "The password is changed. Sign in with it.");
    await anna.goto(`${server.url}/sign-in`);
    await fill(anna, { "Email address": "anna@team.example", Password: "nine geese at the pond" }, "Sign in");
    await seen(anna, "As anna@team.example");

    const [ours] = await anna.context().cookies();
    const phone = newBrowser(server, `session=${ours?.value}`);
    const password = "nine geese at the pond";
    const app = URI.parse((await phone.send("POST", "/v1/me/totp", { password })).body.uri);
    if (!(app instanceof TOTP)) throw new Error("the URI is no TOTP's");
    await phone.send("POST", "/v1/me/totp/confirm", { code: app.generate() });
    await anna.getByRole("button", { name: "Sign out everywhere" }).click();
    await fill(anna, { "Email address": "anna@team.example", Password: password }, "Sign in");
    const code = app.generate({ timestamp: Date.now() + 30_000 }); // the one that comes next
    await fill(anna, { "Code of your authenticator app, or a recovery code": "000000" }, "Sign in");
    expect(await problemOf(anna)).toContain("The code is wrong");
    await fill(anna, { "Code of your authenticator app, or a recovery code": code }, "Sign in");
    await seen(anna, "As anna@team.example");
    expect(faults).toEqual([]); // nothing was refused by the policy, and no script has failed
  },
);

test("the pages may load and send nothing but this server's own, and nobody frames them", async () => {
  for (const path of ["/setup", "/invitation", "/reset", "/sign-in"]) {
    const answer = await fetch(server.url + path);
    expect(answer.headers.get("content-security-policy")).toBe(
      "default-src 'none';script-src 'self';style-src 'self';connect-src 'self';form-action 'self';base-uri 'none';frame-ancestors 'none'",
    );
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.text()).not.toMatch(/<script(?! type="module" src="\/pages)|style=|onclick/u);
  }
  expect((await fetch(`${server.url}/setup`, { method: "POST" })).status).toBe(405);
});
