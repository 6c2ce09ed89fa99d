import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { defaultPack } from "../../support/packs.ts";
import { openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env["CHROMIUM"] ?? PLACES.find((place) => existsSync(place));
// Where a browser must be there, a missing one is a failure: see .ci/run.
const isWanted = executablePath !== undefined || process.env["BROWSER_REQUIRED"] === "1";

let database: Database;
let server: TestServer;

beforeAll(async () => {
  database = await openTestDatabase("pglite");
  server = await startServer(database, await defaultPack());
});

afterAll(async () => {
  await server.close();
  await database.close();
});

test("the page and what it loads are this server's own, and nothing else may be loaded", async () => {
  const page = await server.fetch("/docs", { headers: { authorization: "" } });
  expect(page.status).toBe(200);
  const policy = page.headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
  expect(policy).not.toContain("unsafe");
  const addresses = [...page.text.matchAll(/(?:src|href)="([^"]+)"/gu)].map(([, address = ""]) => address);
  expect(addresses).toHaveLength(5);
  for (const address of addresses) {
    expect(address).toMatch(/^\/[a-z]/u);
    const { status } = await server.fetch(address, { headers: { authorization: "" } });
    expect([address, status]).toEqual([address, 200]);
  }
  expect((await server.fetch("/docs", { method: "POST" })).headers.get("allow")).toBe("GET, HEAD");
  expect((await server.fetch("/docs/swagger-initializer.js")).status).toBe(404);
});

test.skipIf(!isWanted)("a browser draws every operation of the document, and finds no fault", async () => {
  const browser: Browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ["--no-sandbox"], // pages of our own only, and containers have no user namespaces
  });
  try {
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => {
      if (!/^(?:data:|blob:)/u.test(request.url()) && !request.url().startsWith(server.url)) {
        faults.push(`asked for ${request.url()}`);
      }
    });
    await page.goto(`${server.url}/docs`);
    await page.waitForSelector("#operations-Customers-editCustomer");
    const { body } = await server.fetch("/openapi.json");
    const operations = Object.values<object>(body.paths).flatMap((methods) => Object.keys(methods));
    expect(await page.locator(".opblock").count()).toBe(operations.length);
    await page.click("#operations-Customers-editCustomer .opblock-summary-control");
    await page.waitForSelector("#operations-Customers-editCustomer .responses-table");
    expect(await page.locator("#operations-Customers-editCustomer").textContent()).toContain("If-Match");
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
  }
});
