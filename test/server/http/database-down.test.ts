import { createServer, connect } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { once } from "node:events";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openDatabase } from "../../../server/database/connect.ts";
import type { Database } from "../../../server/database/database.ts";
import { defaultPack } from "../../support/packs.ts";
import { createClone } from "../../support/test-databases.ts";
import { startServer } from "./start-server.ts";
import type { TestServer } from "./start-server.ts";

let clone: Awaited<ReturnType<typeof createClone>>;
let cable: Cable;
let database: Database;
let server: TestServer;

beforeAll(async () => {
  clone = await createClone();
  cable = await layCable(new URL(clone.url));
  database = await openDatabase({ databaseUrl: cable.url });
  server = await startServer(database, await defaultPack());
});

afterAll(async () => {
  await server.close();
  await database.close();
  await cable.cut();
  await clone.drop();
});

test("a database that goes away is answered 503 by a living server, which goes on when it is back", async () => {
  const before = await server.chat({ handle: "h", text: "Can you email me your price list?" });
  await cable.cut();
  const body = JSON.stringify({ handle: "h", text: "mike at gmail dot com" });
  for (const [path, init] of [
    ["/v1/chat", { method: "POST", body }],
    ["/v1/customers", {}],
    ["/readyz", {}],
  ] as const) {
    const answer = await server.fetch(path, init);
    expect([path, answer.status, answer.body.code]).toEqual([path, 503, "database_unavailable"]);
    expect(answer.text).not.toMatch(/postgres|select|ECONN|127\.0\.0\.1/iu);
  }
  expect((await server.fetch("/healthz")).status).toBe(200);

  await cable.mend();
  await vi.waitFor(async () => expect((await server.fetch("/readyz")).status).toBe(200), 10_000);
  const after = await server.chat({ handle: "h", text: "mike at gmail dot com" });
  expect([after.conversationId, after.turn]).toEqual([before.conversationId, 2]);
  expect(after.customer?.known).toEqual({ email: "mike@gmail.com" });
});

interface Cable {
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

/** A way to the database server that can be cut: connections break, new ones are refused. */
async function layCable(target: URL): Promise<Cable> {
  const ends = new Set<Socket>();
  let server: Server | null = null;
  let port = 0;

  async function mend(): Promise<void> {
    server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const end of [near, far]) {
        ends.add(end);
        end.on("error", () => {});
        end.on("close", () => ends.delete(end));
      }
      near.pipe(far).pipe(near);
    });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo); // a TCP server that listens has one
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = null;
    if (closing === null) return;
    const closed = once(closing, "close");
    closing.close();
    for (const end of ends) end.destroy();
    await closed;
  }

  await mend();
  const url = new URL(target);
  url.port = String(port);
  return { url: url.href, cut, mend };
}
