/** The authenticator app, over HTTP. */
import { TOTP, URI } from "otpauth";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dumpOf, leaksIn } from "../../support/canaries.ts";
import { defaultPack } from "../../support/packs.ts";
import { useDatabase } from "../../support/test-databases.ts";
import { INSTALLATION_ID } from "../../../server/workspaces/workspaces.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { newBrowser, PASSWORD, setUpOwner, type Browser } from "../sessions/browser.ts";

const EMAIL = "olga@team.example";
const STEP_MS = 30_000;

const database = useDatabase("pglite");
let server: TestServer;
let owner: Browser;
let now = Date.UTC(2026, 5, 1);

beforeAll(async () => {
  server = await startServer(database(), await defaultPack(), null, { clock: () => now });
  ({ browser: owner } = await setUpOwner(database(), server));
});
afterAll(() => server.close());

const signIn = (code?: string, password = PASSWORD) =>
  newBrowser(server).send("POST", "/v1/session", {
    email: EMAIL,
    password,
    ...(code === undefined ? {} : { code }),
  });
const refusedFor = "totp_required";

test("once confirmed it is asked for, each code is good once, and a recovery code stands in for it", async () => {
  expect((await owner.send("POST", "/v1/me/totp", { password: "not this one, no" })).body.code).toBe(
    "sign_in_failed",
  );
  const enrolled = await owner.send("POST", "/v1/me/totp", { password: PASSWORD });
  expect(enrolled.status).toBe(201);
  const app = URI.parse(enrolled.body.uri);
  if (!(app instanceof TOTP)) throw new Error("the URI is no TOTP's");
  expect([app.issuer, app.label, app.secret.base32]).toEqual([
    "Customer Enrichment",
    EMAIL,
    enrolled.body.secret,
  ]);
  const codeAt = (at: number) => app.generate({ timestamp: at });

  expect((await signIn()).status).toBe(201); // not before it is confirmed
  const wrong = await owner.send("POST", "/v1/me/totp/confirm", { code: codeAt(now + 10 * STEP_MS) });
  expect([wrong.status, wrong.body.code]).toEqual([401, refusedFor]);
  const first = codeAt(now);
  const confirmed = await owner.send("POST", "/v1/me/totp/confirm", { code: first });
  const codes: readonly string[] = confirmed.body.recoveryCodes;
  expect(codes).toHaveLength(10);
  expect((await owner.send("POST", "/v1/me/totp", { password: PASSWORD })).body.code).toBe("totp_state");

  const [none, used] = [await signIn(), await signIn(first)];
  expect([none.body.code, used.body.code]).toEqual([refusedFor, refusedFor]);
  expect((await signIn(first, "not this one, no")).body.code).toBe("sign_in_failed"); // the password is looked at first
  now += STEP_MS;
  const next = codeAt(now);
  const both = await Promise.all([signIn(`${next.slice(0, 3)} ${next.slice(3)}`), signIn(next)]);
  expect(both.map(({ status }) => status).toSorted()).toEqual([201, 401]);
  now += 3 * STEP_MS;
  expect((await signIn(codeAt(now - 2 * STEP_MS))).body.code).toBe(refusedFor);
  expect((await signIn(codeAt(now - STEP_MS))).status).toBe(201); // the phone's clock is late
  expect((await signIn(codeAt(now + STEP_MS))).status).toBe(201); // and early

  const [recovery = ""] = codes;
  expect((await signIn(recovery.toUpperCase().replaceAll("-", " "))).status).toBe(201);
  expect((await signIn(recovery)).body.code).toBe(refusedFor);
  expect((await signIn(codes[1])).status).toBe(201);

  const dump = [...(await dumpOf(database(), INSTALLATION_ID)).values()].flat().join("\n");
  expect(leaksIn(dump, [enrolled.body.secret, ...codes])).toEqual([]);
  expect((await owner.send("GET", "/v1/session")).body.person.totp).toBe(true);

  expect((await owner.send("DELETE", "/v1/me/totp", { password: PASSWORD })).status).toBe(204);
  expect((await signIn()).status).toBe(201);
});
