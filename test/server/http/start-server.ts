import { Writable } from "node:stream";
import type { RulePack } from "../../../engine/rules/pack.ts";
import type { ChatResponse } from "../../../server/conversations/contract.ts";
import { manualBilling } from "../../../server/billing/provider.ts";
import type { Database } from "../../../server/database/database.ts";
import { createApp } from "../../../server/http/app.ts";
import { listen } from "../../../server/http/listen.ts";
import type { Services } from "../../../server/http/services.ts";
import type { Mailer } from "../../../server/identity/mailer.ts";
import { createLog } from "../../../server/log.ts";
import { createApiKey } from "../../../server/workspaces/api-keys.ts";
import { createWorkspace } from "../../support/workspaces.ts";
import { storeOf } from "../../support/stores.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; a test knows what it holds. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface TestServer {
  readonly url: string;
  readonly key: string;
  readonly workspaceId: string;
  /** The log so far. */
  log(): string;
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  /** POST /v1/chat that must succeed. */
  chat(body: Readonly<Record<string, unknown>>): Promise<ChatResponse>;
  close(): Promise<void>;
}

type Settings = Partial<Pick<Services, "clock" | "publicUrl" | "billing">> & {
  /** Instead of a workspace of its own. */
  readonly workspaceId?: string;
};

/** Serves a migrated database over HTTP on a free port, for a workspace of its own. The database stays the caller's. */
export async function startServer(
  database: Database,
  pack: RulePack,
  mailer: Mailer | null = null,
  { workspaceId: given, ...settings }: Settings = {},
): Promise<TestServer> {
  const lines: string[] = [];
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(line.toString());
      done();
    },
  });
  const workspaceId = given ?? (await createWorkspace(database, "Test", Date.now()));
  const { key } = await createApiKey(database, workspaceId, "test", Date.now());
  let url = "";
  const app = createApp({
    ...storeOf(database),
    rules: { current: () => pack, close() {} },
    log: createLog("trace", destination),
    mailer,
    billing: manualBilling(),
    publicUrl: () => url,
    silenceMs: 30 * 60_000,
    regionDefault: null,
    clock: Date.now,
    isClosing: () => false,
    ...settings,
  });
  const server = await listen(app, "127.0.0.1", 0);
  url = server.url;

  async function request(path: string, init: RequestInit = {}): Promise<Answer> {
    const given = new Headers(init.headers);
    // Whoever is signed in sends no key.
    if (!given.has("cookie") && !given.has("authorization")) given.set("authorization", `Bearer ${key}`);
    if (!given.has("content-type")) given.set("content-type", "application/json");
    const response = await fetch(server.url + path, { ...init, headers: given });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? JSON.parse(text) : null,
    };
  }

  return {
    url,
    workspaceId,
    key,
    log: () => lines.join(""),
    fetch: request,
    async chat(body) {
      const answer = await request("/v1/chat", { method: "POST", body: JSON.stringify(body) });
      if (answer.status !== 200) throw new Error(`POST /v1/chat answered ${answer.status}: ${answer.text}`);
      return answer.body;
    },
    close: () => server.close(),
  };
}
