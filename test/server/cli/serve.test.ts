import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { cpSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ChatResponse } from "../../../server/conversations/contract.ts";
import { collect, enrich, freshFolder, startEnrich } from "./run-enrich.ts";
import type { Settings } from "./run-enrich.ts";

vi.setConfig({ testTimeout: 180_000 }); // several whole processes a test, on a machine that may be busy

const START_MS_MAX = 30_000;
const RULES = fileURLToPath(new URL("../../../rules", import.meta.url));

const running = new Set<ChildProcessWithoutNullStreams>();
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
});

describe("enrich serve", () => {
  test("prints on its first start a curl line that works as printed, and keeps the data across a restart", async () => {
    const home = freshFolder();
    const first = await serve(home);
    const curl =
      first
        .printed()
        .stdout.split("\n")
        .find((line) => line.startsWith("curl ")) ?? "";
    const { stdout } = await promisify(execFile)("sh", ["-c", curl]);
    expect(JSON.parse(stdout)).toMatchObject({ turn: 1, request: { field: "email" } });
    const key = /ce_[\w-]+\.[\w-]+/u.exec(curl)?.[0] ?? "";
    await say(first.url, key, { handle: "visitor-1", text: "mike at gmail dot com" });
    expect(await stop(first.child, "SIGTERM")).toBe(0);

    const second = await serve(home);
    expect(second.printed().stdout).not.toContain("ce_");
    expect(second.printed().stdout).toContain("enrich key create");
    const answer = await fetch(`${second.url}/v1/customers`, { headers: { authorization: `Bearer ${key}` } });
    expect(await answer.json()).toMatchObject({ customers: [{ email: "mike@gmail.com" }] });
    expect(await stop(second.child, "SIGINT")).toBe(0);
  });

  test("prints a key after a first start that failed and a chat in the terminal, and again when the last is revoked", async () => {
    const home = freshFolder();
    const { port, close } = await takenPort();
    expect((await enrich(home, ["serve"], { settings: { PORT: String(port) } })).code).toBe(2);
    close();
    expect((await enrich(home, ["chat"], { input: "Hi\n" })).code).toBe(0);

    const first = await serve(home);
    const key = keyIn(first.printed().stdout);
    expect((await say(first.url, key, { handle: "a", text: "Hi" })).turn).toBe(1);
    expect(await stop(first.child, "SIGTERM")).toBe(0);

    expect((await enrich(home, ["key", "revoke", key])).code).toBe(0);
    const second = await serve(home);
    const other = keyIn(second.printed().stdout);
    expect(other).not.toBe(key);
    expect((await say(second.url, other, { handle: "a", text: "Hi" })).turn).toBe(2);
    expect(await stop(second.child, "SIGTERM")).toBe(0);
  });

  test("finishes the request under way when it is told to stop", async () => {
    const home = freshFolder();
    const { stdout: key } = await enrich(home, ["key", "create"]);
    const server = await serve(home);
    const body = JSON.stringify({ handle: "late", text: "Hi" });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    let answer = "";
    socket.on("data", (data) => (answer += data.toString()));
    socket.write(
      `POST /v1/chat HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${key.trim()}\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 10)}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const stopped = stop(server.child, "SIGTERM");
    await vi.waitFor(() => expect(server.printed().stderr).toContain("shutting down"), 5_000);
    await expect(fetch(`${server.url}/healthz`)).rejects.toThrow("fetch failed");
    socket.write(body.slice(10));
    expect(await stopped).toBe(0);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/u);
    expect(answer).toContain('"turn":1');
  });

  test("takes a changed rule file without a restart, and reports a broken one", async () => {
    const home = freshFolder();
    const rules = join(home, "rules");
    cpSync(RULES, rules, { recursive: true });
    const { stdout } = await enrich(home, ["key", "create"]);
    const key = stdout.trim();
    const server = await serve(home, { RULES_DIR: "rules" });
    const text = "Flibbertigibbet, colleagues";
    writeFileSync(join(rules, "en", "zz.yaml"), rule("first"));
    await vi.waitFor(async () => {
      const { replies } = await say(server.url, key, { handle: "a", text, newConversation: true });
      expect(replies).toEqual(["Heard by first."]);
    }, 10_000);

    writeFileSync(join(rules, "en", "zz.yaml"), `${rule("second")}surprise: true\n`);
    await vi.waitFor(() => expect(server.printed().stderr).toMatch(/en\/zz\.yaml:\d+:\d+/u), 10_000);
    const { replies } = await say(server.url, key, { handle: "a", text, newConversation: true });
    expect(replies).toEqual(["Heard by first."]);
    expect(await stop(server.child, "SIGTERM")).toBe(0);
  });

  test("does not start on a broken rule pack, a taken port, a database in use, or wrong settings", async () => {
    const home = freshFolder();
    writeFileSync(join(home, "fields.yaml"), "fields: {");
    const broken = await enrich(home, ["serve"], { settings: { RULES_DIR: ".", PORT: "0" } });
    expect([broken.code, broken.stdout]).toEqual([2, ""]);
    expect(broken.stderr).toMatch(/is not valid:\n {2}fields\.yaml:\d+:\d+: /u);

    const wrong = await enrich(home, ["serve"], { settings: { PORT: "http" } });
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining("PORT must be a whole number")]);

    const { port, close } = await takenPort();
    const taken = await enrich(home, ["serve"], { settings: { PORT: String(port) } });
    close();
    expect([taken.code, taken.stdout]).toEqual([2, ""]);
    expect(taken.stderr).toMatch(/^Port \d+ on 127\.0\.0\.1 is taken by another program\./mu);

    const server = await serve(home);
    const second = await enrich(home, ["serve"], { settings: { PORT: "0" } });
    expect([second.code, second.stdout]).toEqual([2, ""]);
    expect(second.stderr).toMatch(/in use by process \d+/u);
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    expect(await stop(server.child, "SIGTERM")).toBe(0);
  });
});

async function serve(folder: string, settings: Settings = {}) {
  const child = startEnrich(folder, ["serve"], { PORT: "0", ...settings });
  running.add(child);
  const printed = collect(child);
  const url = await vi.waitFor(
    () => {
      const found = /listens on (http:\S+)/u.exec(printed().stdout)?.[1];
      if (found === undefined && child.exitCode === null) throw new Error("the server has not started yet");
      return found;
    },
    { timeout: START_MS_MAX, interval: 50 },
  );
  if (url === undefined) throw new Error(`the server did not start: ${printed().stderr}`);
  return { child, printed, url };
}

async function takenPort() {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const address = other.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    close: () => other.close(),
  };
}

/** The key in the curl line, which is there to be copied. */
function keyIn(printed: string): string {
  const curl = printed.split("\n").find((line) => line.startsWith("curl ")) ?? "";
  return /ce_[\w-]+\.[\w-]+/u.exec(curl)?.[0] ?? "";
}

async function stop(child: ChildProcessWithoutNullStreams, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, "close");
  child.kill(signal);
  const [code] = await closed;
  running.delete(child);
  return typeof code === "number" ? code : null;
}

async function say(url: string, key: string, body: Readonly<Record<string, unknown>>) {
  const answer = await fetch(`${url}/v1/chat`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  return ChatResponse.parse(await answer.json());
}

function rule(name: string): string {
  return (
    `intent: ${name}\ntitle: Test\nlanguage: en\npriority: 999\ntriggers: [flibbertigibbet]\nreplies: [Heard by ${name}.]\n` +
    `examples:\n  matches: [${Array(12).fill("flibbertigibbet").join(", ")}]\n` +
    `  ignores: [${Array.from({ length: 12 }, (_, n) => `other ${n}`).join(", ")}]\n`
  );
}
