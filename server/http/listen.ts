import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import { Server as NetServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { AppError } from "../app-error.ts";
import { problemOf } from "./problem.ts";

const HEADERS_TIMEOUT_MS = 10_000; // a slow header is a slowloris, not a customer
const REQUEST_TIMEOUT_MS = 20_000; // 64 kB arrive in this time even on a bad line
const KEEP_ALIVE_TIMEOUT_MS = 65_000; // longer than load balancers keep theirs, so that they close first
const CONNECTIONS_CHECK_MS = 2_000; // how often the timeouts above are looked at
const HEADER_BYTES_MAX = 16 * 1024;
const HEADERS_MAX = 100;
const DRAIN_MS_MAX = 10_000; // requests under way get so long to finish at shutdown
const DRAIN_SWEEP_MS = 50;
const LEAVE_MS = 300;

export interface Listening {
  readonly url: string;
  /** Takes no new connections, lets requests under way finish within DRAIN_MS_MAX, and resolves when all are closed. */
  close(): Promise<void>;
}

/** Listens; port 0 takes a free one. Rejects with Node's error when the address is taken or not ours. */
export async function listen(handler: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    handler,
  );
  server.maxHeadersCount = HEADERS_MAX;
  server.on("clientError", refuseUnreadable);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
  return { url: urlOf(server), close: () => drain(server) };
}

function urlOf(server: Server): string {
  const { address, family, port } = addressOf(server);
  return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no TCP address");
  return address;
}

async function drain(server: Server): Promise<void> {
  // Callers who keep their connection may be writing to it at this moment. For a little while they are still answered, and
  // told to leave: http's own close would cut them off at once, so this is the close beneath it, which only stops listening.
  server.prependListener("request", (_request, response) => response.setHeader("Connection", "close"));
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  await Promise.race([closed, sleep(LEAVE_MS, undefined, { ref: false })]);
  // A kept-alive connection falls idle when its request is answered, and nobody else would close it then.
  const sweep = setInterval(() => server.closeIdleConnections(), DRAIN_SWEEP_MS);
  const patience = setTimeout(() => server.closeAllConnections(), DRAIN_MS_MAX);
  await closed;
  clearInterval(sweep);
  clearTimeout(patience);
  // http's own close also ends its look at slow connections, which would keep the server and all it serves in memory.
  server.close();
}

/** What Node could not read as a request never reaches express; the caller still gets a problem. */
function refuseUnreadable(
  error: Error & { readonly code?: string },
  socket: NodeJS.WritableStream & Socket,
): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = problemOf(unreadable(error.code));
  const body = JSON.stringify(problem);
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${problem.title}`,
      "Content-Type: application/problem+json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "Connection: close",
      "",
      body,
    ].join("\r\n"),
  );
}

function unreadable(code: string | undefined): AppError {
  switch (code) {
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return new AppError("request_timeout", "The request did not arrive in time.");
    case "HPE_HEADER_OVERFLOW":
      return new AppError("header_too_large", "The headers are too large.");
    default:
      return new AppError("invalid_request", "This is not a valid HTTP request.");
  }
}
