import type { Problem } from "../http/problem-contract.ts";
import type { Answered, Call, OperationId, Operations } from "./operations.ts";
import { ROUTES } from "./routes.ts";

export type { Problem };

export interface ClientOptions {
  /** Where the server is: https://enrichment.example. */
  readonly url: string;
  /** An API key of the workspace. Without one: the cookie of whoever is signed in, in a browser. */
  readonly key?: string;
  /** Sends requests; the platform's own, where it is not stated. */
  readonly fetch?: typeof globalThis.fetch;
}

type Method<Id extends OperationId> =
  object extends Call<Operations[Id]>
    ? (call?: Call<Operations[Id]>) => Promise<Answered<Operations[Id]>>
    : (call: Call<Operations[Id]>) => Promise<Answered<Operations[Id]>>;

/** A method for each operation. Each rejects with a ProblemError for what the server refuses. */
export type Client = { readonly [Id in OperationId]: Method<Id> };

/** What the server refused, and why. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly problem: Problem;
  /** After how many seconds it may be tried again; null where the server does not say. */
  readonly retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null) {
    super(problem.detail);
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** A client of the HTTP interface: a method for each operation, with the operation's name and the types of its contract. */
export function createClient(options: ClientOptions): Client {
  const methods = Object.entries(ROUTES).map(([id, route]) => [
    id,
    (call: AnyCall = {}) => request(options, route, call),
  ]);
  return Object.fromEntries(methods);
}

/** A call, whatever its operation takes. */
interface AnyCall {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly ifMatch?: string;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

async function request(options: ClientOptions, route: string, call: AnyCall): Promise<Answered<never>> {
  const [method = "GET", path = "/", mediaType = "application/json"] = route.split(" ");
  const { params = {}, query = {}, body, ifMatch, idempotencyKey, signal } = call;
  const address = options.url.replace(/\/$/u, "") + withParams(path, params) + queryString(query);
  const send = options.fetch ?? globalThis.fetch;
  const response = await send(address, {
    method,
    headers: {
      ...(options.key === undefined ? {} : { Authorization: `Bearer ${options.key}` }),
      // Of a POST without a body too: a session's cookie alone is not enough for what a form could send.
      ...(body === undefined && method !== "POST" ? {} : { "Content-Type": mediaType }),
      ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }),
      ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
    },
    ...(body === undefined ? {} : { body: written(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const answer = await read(response);
  const etag = asAnswer(response.headers.get("ETag"));
  return { answer, etag, requestId: response.headers.get("X-Request-Id") };
}

function withParams(path: string, params: Readonly<Record<string, string | number>>): string {
  return path.replaceAll(/\{(\w+)\}/gu, (_, name: string) => encodeURIComponent(params[name] ?? ""));
}

function queryString(query: Readonly<Record<string, unknown>>): string {
  const parameters = new URLSearchParams();
  for (const [name, given] of Object.entries(query)) {
    for (const value of Array.isArray(given) ? given : [given]) {
      if (value !== undefined) parameters.append(name, String(value));
    }
  }
  return parameters.size === 0 ? "" : `?${parameters.toString()}`;
}

function written(body: unknown): string | Uint8Array<ArrayBuffer> {
  return typeof body === "string" || isBytes(body) ? body : JSON.stringify(body);
}

const isBytes = (body: unknown): body is Uint8Array<ArrayBuffer> => body instanceof Uint8Array;

/** The answer, as its type has it. Throws a ProblemError for what was refused, and an Error for what is no answer of ours. */
async function read(response: Response): Promise<never> {
  const text = await response.text();
  const type = response.headers.get("Content-Type") ?? "";
  const isJson = /^application\/(?:problem\+)?json\b/u.test(type);
  if (response.ok) return asAnswer(response.status === 204 ? null : isJson ? JSON.parse(text) : text);
  if (!type.startsWith("application/problem+json")) {
    throw new Error(`the server, or what is before it, answered ${response.status} and no problem`);
  }
  const retryAfter = response.headers.get("Retry-After");
  throw new ProblemError(JSON.parse(text), retryAfter === null ? null : Number(retryAfter));
}

/** The contract says what it is; the server is trusted to hold it. */
function asAnswer(answer: unknown): never {
  return answer as never;
}
