import { expect, test } from "vitest";
import { SCOPES, type Scope } from "../../../server/access/permission-contract.ts";
import { startServer } from "../http/start-server.ts";
import { defaultPack } from "../../support/packs.ts";
import { useDatabase } from "../../support/test-databases.ts";

const opened = useDatabase("pglite");

async function begin() {
  const server = await startServer(opened(), await defaultPack());
  const asking = (key: string) => (method: string, path: string, body?: object) =>
    server.fetch(path, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const make = async (label: string, scopes: readonly Scope[]) =>
    (await asking(server.key)("POST", "/v1/keys", { label, scopes })).body;
  return { server, asking, make };
}

test("a key is made with scopes, shown once, listed without its secret, and ends when it is revoked", async () => {
  const { server, asking } = await begin();
  const ask = asking(server.key);
  const made = await ask("POST", "/v1/keys", { label: " till ", scopes: ["customers:read", "chat"] });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({
    label: "till",
    scopes: ["chat", "customers:read"],
    state: "live",
    expiresAt: null,
  });
  expect(made.body.key.startsWith(`${made.body.name}.`)).toBe(true);

  const till = asking(made.body.key);
  expect((await till("POST", "/v1/chat", { handle: "a", text: "Hi" })).status).toBe(200);
  const refused = await till("GET", "/v1/keys");
  expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
    403,
    "forbidden",
    "The API key needs the scope admin.",
  ]);

  const list = await ask("GET", "/v1/keys");
  expect(list.body.keys.map(({ label }: { label: string }) => label)).toEqual(["till", "test"]);
  expect(list.body.keys[1].scopes).toEqual(SCOPES);
  expect(list.text).not.toContain(made.body.key.split(".")[1]);

  expect((await ask("DELETE", `/v1/keys/${made.body.id}`)).status).toBe(204);
  const again = await ask("DELETE", `/v1/keys/${made.body.id}`);
  expect([again.status, again.body.code]).toEqual([404, "key_not_found"]);
  const { events } = (await ask("GET", `/v1/audit?subject=${made.body.id}`)).body;
  expect(events.map(({ action }: { action: string }) => action)).toEqual(["key.revoked", "key.created"]);
  expect(events[1]).toMatchObject({
    actor: { kind: "api_key" },
    details: { scopes: ["chat", "customers:read"] },
  });
  await server.close();
});

test("a key makes no key with more than it may itself, and a wrong request says what is accepted", async () => {
  const { server, asking, make } = await begin();
  const admin = asking((await make("admin", ["admin", "chat"])).key);
  expect((await admin("POST", "/v1/keys", { label: "x", scopes: ["chat"] })).status).toBe(201);
  const more = await admin("POST", "/v1/keys", { label: "x", scopes: ["chat", "erase", "export"] });
  expect([more.status, more.body.code]).toEqual([403, "forbidden"]);
  expect(more.body.detail).toContain("lacks export, erase");

  const wrong: readonly (readonly [object, string])[] = [
    [{ label: "", scopes: ["chat"] }, "/label"],
    [{ label: "x", scopes: [] }, "/scopes"],
    [{ label: "x", scopes: ["root"] }, "/scopes/0"],
    [{ label: "x", scopes: ["chat"], expiresAt: "tomorrow" }, "/expiresAt"],
    [{ label: "x", scopes: ["chat"], expiresAt: "2020-01-01T00:00:00Z" }, "/expiresAt"],
    [{ label: "x", scopes: ["chat"], admin: true }, "/admin"],
  ];
  for (const [body, pointer] of wrong) {
    const answer = await asking(server.key)("POST", "/v1/keys", body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, pointer]);
  }
  await server.close();
});

test("an expired key, a wrong one and none that ever was are refused in the same words", async () => {
  const { server, asking } = await begin();
  const soon = new Date(Date.now() + 300).toISOString();
  const made = await asking(server.key)("POST", "/v1/keys", {
    label: "x",
    scopes: ["chat"],
    expiresAt: soon,
  });
  const say = () => asking(made.body.key)("POST", "/v1/chat", { handle: "a", text: "Hi" });
  expect((await say()).status).toBe(200);
  await expect.poll(async () => (await say()).status, { timeout: 5_000 }).toBe(401);
  const { instance: _one, ...expired } = (await say()).body;
  const wrong = asking(`${made.body.name}.${"A".repeat(43)}`);
  const { instance: _other, ...unknown } = (await wrong("GET", "/v1/filters")).body;
  expect(expired).toEqual(unknown);
  await server.close();
});
