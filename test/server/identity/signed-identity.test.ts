/** Identities that the host signs, over HTTP. */
import { SignJWT, UnsecuredJWT } from "jose";
import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { defaultPack } from "../../support/packs.ts";
import { DATABASE_KINDS, openTestDatabase } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";

const bytes = (secret: string) => new TextEncoder().encode(secret);
const token = (claims: Record<string, unknown> = {}) =>
  new SignJWT({ email: "Mike@Work.example", ...claims }).setExpirationTime("10m");

describe.each(DATABASE_KINDS)("a signed identity, on %s", (kind) => {
  let database: Database;
  let server: TestServer;
  let secret: string;
  let keyId: string;

  beforeAll(async () => {
    database = await openTestDatabase(kind);
    server = await startServer(database, await defaultPack());
    const made = await post("/v1/identity/keys", { algorithm: "HS256", label: "shop" });
    ({ secret, id: keyId } = made.body);
  });
  afterAll(async () => {
    await server.close();
    await database.close();
  });

  const post = (path: string, body: object) =>
    server.fetch(path, { method: "POST", body: JSON.stringify(body) });
  const customer = async (id = "") => (await server.fetch(`/v1/customers/${id}`)).body;
  const hs256 = (claims = {}) =>
    token(claims).setProtectedHeader({ alg: "HS256", kid: keyId }).sign(bytes(secret));

  test("links the conversation as verified, and the address is not asked for", async () => {
    const said = await server.chat({
      handle: "mike",
      text: "Can you email me your price list?",
      identity: await hs256({ sub: "mike" }),
    });
    expect(said.reasons["email"]).toBe("known");
    expect(said.customer?.known).toEqual({ email: "mike@work.example" });
    const profile = await customer(said.customer?.id);
    expect(profile.email).toBe("mike@work.example");
    expect(profile.conversations).toMatchObject([{ id: said.conversationId, linkTrust: "verified" }]);
    expect(profile.provenance).toMatchObject([
      { field: "email", trust: "verified", extractor: "host_identity", span: { start: 0, end: 0 } },
    ]);
  });

  test("finds the profile of whoever claimed the address before, and brings it this conversation", async () => {
    const claimed = await server.chat({
      handle: "a",
      platform: "line",
      text: "my email is ann@work.example",
    });
    const proved = await server.chat({
      handle: "b",
      text: "Hi",
      identity: await hs256({ email: "ann@work.example" }),
    });
    expect(proved.customer?.id).toBe(claimed.customer?.id);
    // What the other handle only claimed to be is not shown here.
    expect(proved.customer?.known).toEqual({ email: "ann@work.example" });
    const { conversations } = await customer(proved.customer?.id);
    expect(conversations.map(({ linkTrust }: { linkTrust: string }) => linkTrust)).toEqual([
      "claimed",
      "verified",
    ]);
  });

  test("is not moved by a claim: another address that is typed stays one", async () => {
    const identity = await hs256({ email: "cleo@work.example" });
    const proved = await server.chat({ handle: "cleo", text: "Hi", identity });
    const typed = await server.chat({ handle: "cleo", text: "my email is dora@work.example" });
    expect(typed.customer?.id).toBe(proved.customer?.id);
    expect((await customer(proved.customer?.id)).email).toBe("cleo@work.example");
    const other = await server.chat({ handle: "dora", text: "my email is dora@work.example" });
    expect(other.customer?.id).not.toBe(proved.customer?.id);
  });

  test("of somebody who was merged into another customer leads there, is claimed once, and goes back", async () => {
    const identity = await hs256({ email: "hal@work.example" });
    const proved = await server.chat({ handle: "hal", text: "my email is iris@work.example", identity });
    const other = await server.chat({ handle: "iris", text: "my email is iris@work.example" });
    const [own, survivor] = [proved.customer?.id ?? "", other.customer?.id ?? ""];
    const merged = await post(`/v1/customers/${survivor}/merge`, { with: own });
    expect(merged.status).toBe(200);
    for (const text of ["Hi", "Hi again"]) {
      const said = await server.chat({ handle: "hal", text, identity });
      expect(said.customer?.id).toBe(survivor);
    }
    const { provenance } = await customer(survivor);
    expect(provenance.filter(({ trust }: { trust: string }) => trust === "verified")).toHaveLength(1);
    const parted = await post(`/v1/customers/${survivor}/unmerge`, { mergeId: merged.body.mergeId });
    expect(parted.body.conversationCount).toEqual({ survivor: 1, absorbed: 1 });
    expect(await customer(own)).toMatchObject({ email: "hal@work.example" });
  });

  test("of another person in the same conversation moves it", async () => {
    const first = await server.chat({
      handle: "till",
      text: "Hi",
      identity: await hs256({ email: "eve@work.example" }),
    });
    const next = await server.chat({
      handle: "till",
      text: "Hi",
      identity: await hs256({ email: "fay@work.example" }),
    });
    expect(next.conversationId).toBe(first.conversationId);
    expect(next.customer?.id).not.toBe(first.customer?.id);
    expect((await customer(next.customer?.id)).email).toBe("fay@work.example");
  });

  test("is taken with each message, and a message that comes again gets its answer", async () => {
    const body = {
      handle: "gus",
      text: "Hi",
      identity: await hs256({ email: "gus@work.example" }),
      messageId: "m1",
    };
    const first = await post("/v1/chat", body);
    const again = await post("/v1/chat", body);
    expect([first.status, again.text]).toEqual([200, first.text]);
    const later = await server.chat({ handle: "gus", text: "Hi", identity: body.identity });
    expect((await customer(later.customer?.id)).provenance).toHaveLength(1);
  });

  test("by EdDSA needs only the host's public key here", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const pem = publicKey.export({ type: "spki", format: "pem" });
    const made = await post("/v1/identity/keys", { algorithm: "EdDSA", publicKey: pem });
    expect([made.status, made.body.secret]).toEqual([201, null]);
    const identity = await token({ email: "hal@work.example" })
      .setProtectedHeader({ alg: "EdDSA" })
      .sign(privateKey);
    const said = await server.chat({ handle: "hal", text: "Hi", identity });
    expect(said.customer?.known).toEqual({ email: "hal@work.example" });
    // The public key is no secret: as one, it signs nothing.
    const forged = await token()
      .setProtectedHeader({ alg: "HS256" })
      .sign(bytes(String(pem)));
    const refused = await post("/v1/chat", { handle: "hal", text: "Hi", identity: forged });
    expect([refused.status, refused.body.code]).toEqual([401, "identity_invalid"]);
  });

  const header = () => ({ alg: "HS256", kid: keyId });
  const wrong: readonly (readonly [string, () => Promise<string> | string, RegExp])[] = [
    [
      "that has expired",
      () =>
        hs256().then(() => token().setExpirationTime("-2m").setProtectedHeader(header()).sign(bytes(secret))),
      /it has expired/u,
    ],
    [
      "without an expiry",
      () => new SignJWT({ email: "a@work.example" }).setProtectedHeader(header()).sign(bytes(secret)),
      /no expiry/u,
    ],
    [
      "that holds for a year",
      () => token().setExpirationTime("1y").setProtectedHeader(header()).sign(bytes(secret)),
      /more than 24 hours/u,
    ],
    ["without an email", () => hs256({ email: undefined }), /no valid email/u],
    ["with an email that is none", () => hs256({ email: "mike" }), /no valid email/u],
    ["of another person", () => hs256({ sub: "somebody" }), /is not this handle/u],
    [
      "by another secret",
      () =>
        token()
          .setProtectedHeader(header())
          .sign(bytes("x".repeat(43))),
      /no identity key/u,
    ],
    [
      "by a key that there is not",
      () => token().setProtectedHeader({ alg: "HS256", kid: "k" }).sign(bytes(secret)),
      /no identity key/u,
    ],
    [
      "by another algorithm",
      () =>
        token()
          .setProtectedHeader({ alg: "HS512" })
          .sign(bytes(secret.repeat(2))),
      /no identity key/u,
    ],
    [
      "that is not signed",
      () => new UnsecuredJWT({ email: "a@work.example" }).setExpirationTime("1m").encode(),
      /is not accepted/u,
    ],
    ["that is no token", () => "mike@work.example", /not a signed JWT/u],
  ];
  test.each(wrong)("%s is refused with the reason, and nothing is stored", async (_which, make, reason) => {
    const answer = await post("/v1/chat", { handle: "nobody", text: "Hi", identity: await make() });
    expect([answer.status, answer.body.code]).toEqual([401, "identity_invalid"]);
    expect(answer.body.detail).toMatch(reason);
    expect((await server.chat({ handle: "nobody", text: "Hi", newConversation: true })).turn).toBe(1);
  });

  test("of an agent's message is refused", async () => {
    const answer = await post("/v1/chat", {
      handle: "x",
      text: "Hi",
      role: "agent",
      identity: await hs256(),
    });
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
  });

  test("keys are listed without their secrets, and a revoked one is refused", async () => {
    const made = await post("/v1/identity/keys", { algorithm: "HS256" });
    const { keys } = (await server.fetch("/v1/identity/keys")).body;
    expect(keys.map(({ id }: { id: string }) => id)).toContain(made.body.id);
    expect(JSON.stringify(keys)).not.toContain(made.body.secret);
    expect((await server.fetch(`/v1/identity/keys/${made.body.id}`, { method: "DELETE" })).status).toBe(204);
    expect((await server.fetch("/v1/identity/keys/none", { method: "DELETE" })).status).toBe(404);
    for (const body of [
      { algorithm: "RS256" },
      { algorithm: "EdDSA" },
      { algorithm: "EdDSA", publicKey: "key" },
    ]) {
      expect((await post("/v1/identity/keys", body)).status).toBe(400);
    }
  });
});
