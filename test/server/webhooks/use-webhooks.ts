import { afterAll, afterEach, beforeAll, expect } from "vitest";
import type { Database } from "../../../server/database/database.ts";
import { inWorkspace } from "../../../server/database/in-workspace.ts";
import { createLog } from "../../../server/log.ts";
import { DeliveryList, WebhookList, WebhookWithSecret } from "../../../server/webhooks/contract.ts";
import { startDispatcher, type Dispatcher } from "../../../server/webhooks/dispatcher.ts";
import { defaultPack } from "../../support/packs.ts";
import { storeOf } from "../../support/stores.ts";
import { useDatabase, type DatabaseKind } from "../../support/test-databases.ts";
import { startServer, type TestServer } from "../http/start-server.ts";
import { startReceiver, type Received } from "./receiver.ts";

export const ALL = [
  "customer.created",
  "customer.updated",
  "customer.merged",
  "customer.erased",
  "field.collected",
  "request.refused",
];

type Answers = (received: Received) => number | null;

/** Waits until something holds. */
export async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 8_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("it did not come to hold");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A workspace on a server of its own, for the tests of the enclosing block. After each test its webhooks are gone. */
export function useWebhooks(kind: DatabaseKind) {
  const database = useDatabase(kind);
  let server: TestServer;
  let workspaceId = "";
  const closing: (() => Promise<void>)[] = [];
  let ahead = 0; // how far the dispatcher's clock is ahead: retries take hours
  beforeAll(async () => {
    server = await startServer(database(), await defaultPack());
    await server.fetch("/v1/webhooks");
    [, workspaceId = ""] = /"workspaceId":"([0-9a-f-]{36})"/u.exec(server.log()) ?? [];
  });
  afterAll(() => server.close());
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
    const { body } = await server.fetch("/v1/webhooks");
    for (const { id } of WebhookList.parse(body).webhooks) {
      expect((await server.fetch(`/v1/webhooks/${id}`, { method: "DELETE" })).status).toBe(204);
    }
    ahead = 0;
  });

  const send = (path: string, body?: unknown, method = "POST") =>
    server.fetch(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

  async function listen(answers: Answers = () => 204) {
    const receiver = await startReceiver(answers);
    closing.push(receiver.close);
    return receiver;
  }

  async function create(url: string, more: object = {}): Promise<WebhookWithSecret> {
    const created = await send("/v1/webhooks", { url, events: ALL, ...more });
    expect(created.status).toBe(201);
    return WebhookWithSecret.parse(created.body);
  }

  function dispatch(timeoutMs = 2_000): Dispatcher {
    const dispatcher = startDispatcher(storeOf(database()), createLog("silent"), {
      workspaceIds: async () => [workspaceId],
      outgoing: { rules: { allowPrivate: true }, timeoutMs },
      clock: () => Date.now() + ahead,
      everyMs: 20,
    });
    closing.push(dispatcher.close);
    return dispatcher;
  }

  async function deliveriesOf(id: string, query = ""): Promise<DeliveryList["deliveries"]> {
    return DeliveryList.parse((await server.fetch(`/v1/webhooks/${id}/deliveries${query}`)).body).deliveries;
  }

  const outbox = () =>
    inWorkspace(database(), workspaceId, (tx) =>
      tx.raw<{ readonly type: string }>("select type from webhook_events order by seq"),
    );
  return {
    database: (): Database => database(),
    server: {
      chat: (body: Readonly<Record<string, unknown>>) => server.chat(body),
      fetch: (path: string, init?: RequestInit) => server.fetch(path, init),
    },
    workspaceId: () => workspaceId,
    send,
    listen,
    create,
    dispatch,
    deliveriesOf,
    outbox,
    /** Moves the dispatchers' clocks forward. */
    pass(ms: number) {
      ahead += ms;
    },
  };
}
