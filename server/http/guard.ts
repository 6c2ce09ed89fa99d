import type { Request, RequestHandler, Response } from "express";
import type { Caller } from "../access/caller.ts";
import { carryOutOnce, type Answered } from "../idempotency/carry-out-once.ts";
import { idempotencyKeyOf } from "../idempotency/idempotency-key.ts";
import { createFairGate, type FairGate } from "../limits/fair-gate.ts";
import { rateLimited } from "../limits/rate-limits.ts";
import { withinTime, type Patience } from "../limits/time-limit.ts";
import type { Session } from "../sessions/sessions.ts";
import { isPlain, type Operation } from "./operation-contract.ts";
import type { Services } from "./services.ts";

const SECONDS_MAX = 30;
// With fewer of one workspace at once, groups of turns (turn/group.ts) become small; with more, a workspace beside a busy one shares
// the processor with more. Measured by bench/fairness.ts on two shared cores: beside a busy one the 99th percentile was 21 ms with 6,
// 28 with 8 and 37 with 12, and 8 to 15 alone; and with 6 a single workspace made fewer turns (bench/turn.ts). Gate, time limit
// and counts together take 2 µs of a request.
const QUICK = { atOnce: 12, eachMax: 8, waitingMax: 500 };
// What takes minutes must not take the places of what takes milliseconds.
const SLOW = { atOnce: 4, eachMax: 1, waitingMax: 20 };
const KEPT_HEADERS = ["etag", "location"] as const;

export type Work = (patience: Patience) => Promise<unknown>;

/** What stands between a request that may be made and the work for it. */
export interface Guard {
  /** Counts the request of a caller, before anything more of it is read. Throws `rate_limited`. */
  readonly count: RequestHandler;
  /** Does the work in its turn among the workspaces, once for an Idempotency-Key, and not longer than is waited for. */
  carryOut(operation: Operation, request: Request, response: Response, work: Work): Promise<unknown>;
  /** Lets what an answer is read from in pieces take turns likewise. */
  inTurns(response: Response, pieces: AsyncIterable<string>): AsyncGenerator<string>;
}

export function createGuard(services: Services): Guard {
  const [quick, slow] = [createFairGate(QUICK), createFairGate(SLOW)];
  const { limits, log } = services;
  return {
    count: async (_request, response, next) => {
      const standing = await limits.caller(nameOf(response));
      const { limit, remaining, seconds } = standing;
      response.setHeader("RateLimit-Policy", `"caller";q=${limit};w=60`);
      response.setHeader("RateLimit", `"caller";r=${remaining};t=${seconds}`);
      if (standing.isOver) throw rateLimited("Too many requests with this credential", standing);
      next();
    },

    carryOut(operation, request, response, work) {
      const { secondsMax = SECONDS_MAX } = operation;
      const caller: Caller | undefined = response.locals["caller"];
      const onLate = (error: unknown) =>
        log.warn(
          { err: error, requestId: response.locals["requestId"] },
          "a request that took too long failed",
        );
      const guarded = (patience: Patience) => {
        if (caller === undefined) return work(patience);
        const gate = operation.secondsMax === undefined ? quick : slow;
        const isWanted = () => !patience.isOver && !response.closed;
        return gate.run(
          caller.workspaceId,
          () => once(services, operation, caller, request, response, () => work(patience)),
          isWanted,
        );
      };
      return withinTime(secondsMax * 1000, guarded, onLate);
    },

    async *inTurns(response, pieces) {
      const caller: Caller | undefined = response.locals["caller"];
      yield* caller === undefined ? pieces : taking(quick, caller.workspaceId, pieces);
    },
  };
}

async function* taking(
  gate: FairGate,
  workspaceId: string,
  pieces: AsyncIterable<string>,
): AsyncGenerator<string> {
  const iterator = pieces[Symbol.asyncIterator]();
  try {
    for (;;) {
      const step = await gate.run(workspaceId, () => iterator.next());
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}

async function once(
  services: Services,
  operation: Operation,
  caller: Caller,
  request: Request,
  response: Response,
  work: () => Promise<unknown>,
): Promise<unknown> {
  const key = operation.method === "get" ? null : idempotencyKeyOf(request);
  if (key === null) return work();
  const isStreamed = operation.answer !== null && isPlain(operation.answer);
  const { body, headers } = await carryOutOnce(
    services,
    {
      caller,
      key,
      request: identityOf(operation, request),
      isKept: operation.isSecret !== true && !isStreamed,
      onReplay: () => void response.setHeader("Idempotency-Replayed", "true"),
    },
    async () => ({ body: await work(), headers: headersOf(response) }),
  );
  if (!response.headersSent)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  return body;
}

/** What makes a request the same one: what is asked for, of which address, on which condition and with what. */
function identityOf({ id }: Operation, request: Request): string {
  const body: unknown = request.body;
  const told = Buffer.isBuffer(body) ? body.toString("base64") : (JSON.stringify(body) ?? "");
  return [id, request.originalUrl, request.headers["if-match"] ?? "", told].join("\n");
}

function headersOf(response: Response): Answered["headers"] {
  const headers: Record<string, string> = {};
  for (const name of KEPT_HEADERS) {
    const value = response.getHeader(name);
    if (typeof value === "string") headers[name] = value;
  }
  return headers;
}

/** A key and a person have a count each, in whatever workspace. */
function nameOf({ locals }: Response): string {
  const caller: Caller | undefined = locals["caller"];
  const session: Session | undefined = locals["session"];
  if (caller?.kind === "key") return `key ${caller.actor.id}`;
  const personId = caller?.personId ?? session?.personId;
  if (personId === undefined) throw new Error("a request was counted before it was known whose it is");
  return `person ${personId}`;
}
