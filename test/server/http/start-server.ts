import { Writable } from "node:stream";
import type { RulePack } from "../../../engine/rules/pack.ts";
import type { ChatResponse } from "../../../server/conversations/contract.ts";
import { manualBilling } from "../../../server/billing/provider.ts";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createApp } from "../../../server/http/app.ts";
import { listen } from "../../../server/http/listen.ts";
import type { Services } from "../../../server/http/services.ts";
import type { Mailer } from "../../../server/identity/mailer.ts";
import { createRateLimits, type RatesPerMinute } from "../../../server/limits/rate-limits.ts";
import { createLog } from "../../../server/log.ts";
import type { TurnAnswer } from "../../../server/turn/answer.ts";
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
  readonly workspaceId: string;
  readonly key: string;
  /** The log so far. */
  log(): string;
  fetch(path: string, init?: RequestInit): Promise<Answer>;
  /** POST /v1/chat that must succeed; with the customer's id, which staff knows and the answer does not tell. */
  chat(body: Readonly<Record<string, unknown>>): Promise<TurnAnswer>;
  close(): Promise<void>;
}

const UNLIMITED: RatesPerMinute = { caller: 1e6, visitor: 1e6, address: 1e6 };

/** Serves a migrated database over HTTP on a free port, for a workspace of its own. The database stays the caller's. */
export async function startServer(
  database: Database,
  pack: RulePack,
  mailer: Mailer | null = null,
  settings: Partial<Pick<Services, "clock" | "oidc" | "publicUrl" | "billing">> & {
    readonly workspaceId?: string;
    readonly rates?: RatesPerMinute;
  } = {},
): Promise<TestServer> {
  const lines: string[] = [];
  const destination = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(line.toString());
      done();
    },
  });
  const workspaceId = settings.workspaceId ?? (await createWorkspace(database, "Test", Date.now()));
  const { key } = await createApiKey(database, workspaceId, "test", Date.now());
  const log = createLog("trace", destination);
  const limits = createRateLimits(storeOf(database), settings.rates ?? UNLIMITED, log);
  let url = "";
  const { workspaceId: _workspaceId, rates: _rates, ...others } = settings;
  const app = createApp({
    ...storeOf(database),
    rules: { current: () => pack, close() {} },
    log,
    limits,
    mailer,
    trustedProxies: false,
    oidc: null,
    outgoing: { allowPrivate: true },
    publicUrl: () => url,
    billing: manualBilling(),
    silenceMs: 30 * 60_000,
    regionDefault: null,
    clock: Date.now,
    isClosing: () => false,
    ...others,
  });
  const server = await listen(app, "127.0.0.1", 0);
  url = server.url;

  async function request(path: string, init: RequestInit = {}): Promise<Answer> {
    const headers = new Headers(init.headers);
    // Whoever is signed in sends no key.
    if (!headers.has("cookie") && !headers.has("authorization"))
      headers.set("authorization", `Bearer ${key}`);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
    const response = await fetch(server.url + path, { ...init, headers });
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
      const told: ChatResponse = answer.body;
      if (told.customer === null) return { ...told, customer: null };
      const id = await customerIdOf(database, workspaceId, told.conversationId);
      return { ...told, customer: { id, ...told.customer } };
    },
    async close() {
      await server.close();
      await limits.close();
    },
  };
}

async function customerIdOf(
  database: Database,
  workspaceId: string,
  conversationId: string,
): Promise<string> {
  const [row] = await inWorkspace(database, workspaceId, (tx) =>
    tx.raw<{ customer_id: string }>(
      "select customer_id from conversations where workspace_id = :workspaceId and id = :conversationId",
      { workspaceId, conversationId },
    ),
  );
  if (row === undefined) throw new Error("the conversation is gone");
  return row.customer_id;
}
