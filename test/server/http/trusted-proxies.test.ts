import express from "express";
import { expect, test } from "vitest";
import { listen } from "../../../server/http/listen.ts";
import { parseTrustedProxies } from "../../../server/http/trusted-proxies.ts";

/** Whom a server with the setting takes for the caller. */
async function callerOf(setting: string, forwardedFor: string): Promise<string> {
  const app = express();
  app.set("trust proxy", parseTrustedProxies(setting));
  app.use((request, response) => void response.send(request.ip));
  const server = await listen(app, "127.0.0.1", 0);
  try {
    const response = await fetch(server.url, { headers: { "x-forwarded-for": forwardedFor } });
    return await response.text();
  } finally {
    await server.close();
  }
}

test.each([
  ["0", "127.0.0.1"], // whatever callers write
  ["1", "198.51.100.7"],
  ["loopback", "198.51.100.7"],
  ["loopback, 198.51.100.0/24", "203.0.113.5"],
  ["10.0.0.0/8", "127.0.0.1"],
])("with TRUST_PROXY=%s the caller is %s", async (setting, caller) => {
  expect(await callerOf(setting, "203.0.113.5, 198.51.100.7")).toBe(caller);
});

test.each(["", "everybody", "true", "11", "-1", "10.0.0.0/99", "loopback,", "1,2"])(
  "%j is no setting",
  (text) => {
    expect(parseTrustedProxies(text)).toBeNull();
  },
);
