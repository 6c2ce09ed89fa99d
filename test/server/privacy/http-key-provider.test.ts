import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { v7 } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { httpKeyProvider, isKeyServiceUrl } from "../../../server/privacy/http-key-provider.ts";
import type { KeyContext } from "../../../server/privacy/key-provider.ts";

const TOKEN = "t0ken-of-the-test";
const context: KeyContext = { workspaceId: v7(), kind: "index", version: 3 };
const key = randomBytes(32);

/** A key service as docs/keys.md describes it, in a few lines: what an operator would put before a real one. */
const root = randomBytes(32);
type Body = Readonly<Record<string, string>> & { readonly context: KeyContext };
function answer(path: string, body: Body): object | null {
  const aad = Buffer.from(JSON.stringify(body.context));
  if (path === "/v1/keys/wrap") {
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", root, iv, { authTagLength: 16 }).setAAD(aad);
    const sealed = cipher.update(body["plaintext"] ?? "", "base64");
    cipher.final();
    return { wrapped: Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64") };
  }
  const wrapped = Buffer.from(body["wrapped"] ?? "", "base64");
  const decipher = createDecipheriv("aes-256-gcm", root, wrapped.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(aad).setAuthTag(wrapped.subarray(12, 28));
  try {
    return {
      plaintext: Buffer.concat([decipher.update(wrapped.subarray(28)), decipher.final()]).toString("base64"),
    };
  } catch {
    return null;
  }
}

async function serveKeys(request: IncomingMessage, response: ServerResponse): Promise<void> {
  requests.push(request);
  if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
  if (!request.url?.startsWith("/v1/keys/")) return void response.writeHead(404).end();
  const body = answer(request.url, JSON.parse(await text(request)));
  response.writeHead(body === null ? 422 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const requests: IncomingMessage[] = [];
let handler: typeof serveKeys = serveKeys;
const server = createServer((request, response) => void handler(request, response));
let base = "";

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/v1/keys`;
});
beforeEach(() => {
  requests.length = 0;
  handler = serveKeys;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("a key service over HTTP", () => {
  test("wraps a key for its context and gives it back for that alone", async () => {
    const provider = httpKeyProvider(`${base}/`, TOKEN);
    const wrapped = await provider.wrap(key, context);
    expect(Buffer.from(wrapped).includes(key)).toBe(false);
    expect(await provider.unwrap(wrapped, context)).toEqual(key);
    expect(requests.map(({ method, url }) => [method, url])).toEqual([
      ["POST", "/v1/keys/wrap"],
      ["POST", "/v1/keys/unwrap"],
    ]);
    await expect(provider.unwrap(wrapped, { ...context, version: 4 })).rejects.toMatchObject({
      code: "keys_unavailable",
      message: expect.stringContaining("does not open this key"),
    });
  });

  test.each<[string, typeof serveKeys, RegExp]>([
    ["refuses the token", failing((response) => response.writeHead(403).end()), /check KMS_TOKEN/u],
    ["is somewhere else", failing((response) => response.writeHead(404).end()), /check KMS_URL/u],
    ["fails", failing((response) => response.writeHead(500).end(TOKEN)), /failed with HTTP status 500/u],
    ["hangs up", failing((response) => response.destroy()), /cannot be reached/u],
    [
      "sends it elsewhere",
      failing((response) => response.writeHead(307, { location: "/" }).end()),
      /cannot be reached/u,
    ],
    [
      "answers no JSON",
      failing((response) => response.end("<html>")),
      /something else than docs\/keys\.md says/u,
    ],
    ["answers other JSON", failing((response) => response.end('{"wrapped":"%"}')), /something else/u],
    [
      "answers without end",
      failing((response) => response.end("x".repeat(1_000_000))),
      /far more than a key/u,
    ],
  ])("that %s is reported in words, without token or key", async (_how, fails, words) => {
    handler = fails;
    const error = await httpKeyProvider(base, TOKEN)
      .wrap(key, context)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "keys_unavailable", message: expect.stringMatching(words) });
    for (const secret of [TOKEN, key.toString("base64")]) expect(String(error)).not.toContain(secret);
  });

  test("that nobody runs is reported with its address", async () => {
    const provider = httpKeyProvider("http://127.0.0.1:1", TOKEN);
    await expect(provider.unwrap(key, context)).rejects.toThrow(
      "The key service at http://127.0.0.1:1/unwrap cannot be reached",
    );
  });

  test("gets keys over https alone, but for one on this machine", () => {
    for (const good of [
      "https://kms.example/v1",
      "http://localhost:9",
      "http://127.0.0.1:9/x",
      "http://[::1]:9",
    ])
      expect([good, isKeyServiceUrl(good)]).toEqual([good, true]);
    for (const bad of [
      "http://kms.example",
      "http://127.0.0.1.kms.example",
      "http://localhost.kms.example",
      "https://user:password@kms.example",
      "https://kms.example/?key=1",
      "ftp://127.0.0.1",
      "kms",
    ])
      expect([bad, isKeyServiceUrl(bad)]).toEqual([bad, false]);
    expect(() => httpKeyProvider("http://kms.example", TOKEN)).toThrow(TypeError);
  });
});

function failing(work: (response: ServerResponse) => void): typeof serveKeys {
  return async (_request, response) => work(response);
}
