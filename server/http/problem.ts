import { STATUS_CODES } from "node:http";
import type { ErrorRequestHandler, Request, Response } from "express";
import type { Log } from "../log.ts";
import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";
import type { Problem } from "./problem-contract.ts";

/** The problem that an error is to the caller. */
export function problemOf(error: AppError, requestId?: string): Problem {
  return {
    type: "about:blank",
    title: STATUS_CODES[error.status] ?? "Error",
    status: error.status,
    detail: error.message,
    code: error.code,
    ...(requestId === undefined ? {} : { instance: `urn:uuid:${requestId}` }),
    ...(error.faults.length === 0 ? {} : { errors: [...error.faults] }),
    ...(error.mergedInto === null ? {} : { mergedInto: error.mergedInto }),
    ...(error.upgradeUrl === null ? {} : { upgradeUrl: error.upgradeUrl }),
  };
}

/** Answers every error as a problem. What is not an AppError says nothing of the program's inside. */
export function problemHandler(log: Log): ErrorRequestHandler {
  return (thrown: unknown, _request: Request, response: Response, next): void => {
    const error = toAppError(thrown);
    if (error.status >= 500) log.error({ err: thrown, requestId: response.locals["requestId"] }, error.code);
    if (response.headersSent) {
      next(thrown);
      return;
    }
    sendProblem(response, error);
  };
}

export function sendProblem(response: Response, error: AppError): void {
  if (error.status === 401) response.set("WWW-Authenticate", 'Bearer realm="customer-enrichment"');
  if (error.status === 503 || error.status === 429) {
    response.set("Retry-After", String(error.retryAfterSeconds ?? 1));
  }
  const problem = problemOf(error, response.locals["requestId"]);
  response.status(error.status).type("application/problem+json").send(JSON.stringify(problem));
}

function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  if (thrown instanceof URIError) return new AppError("not_found", "The path is not a valid address.");
  return (
    bodyError(thrown) ??
    databaseError(thrown) ??
    busyError(thrown) ??
    new AppError("internal", "Something went wrong on our side. The log has it under this instance.", {
      cause: thrown,
    })
  );
}

/** What express's body reader refuses. */
function bodyError(thrown: unknown): AppError | null {
  switch (thrown instanceof Error && "type" in thrown ? thrown.type : null) {
    case "entity.too.large":
      return new AppError("body_too_large", "The body is larger than a chat message can be.");
    case "encoding.unsupported":
      return new AppError("unsupported_media_type", "The body must not be compressed.");
    case "request.aborted":
    case "request.size.invalid":
      return new AppError("malformed_json", "The body ended before its stated length.");
    default:
      return null;
  }
}

/** A transaction that lost to others as often as it was tried (see database/in-workspace.ts): nothing of it was written. */
function busyError(thrown: unknown): AppError | null {
  if (!["40001", "40P01"].includes(errorCode(thrown) ?? "")) return null;
  const message = "Others are changing the same at this moment. Nothing was changed: try again.";
  return new AppError("customer_busy", message, { cause: thrown });
}

// SQLSTATE classes 08 (connection), 53 (resources), 57P (shutdown), what the network says, and knex's and pg's own words.
const UNAVAILABLE =
  /^(08...|53...|57P0[1-5]|ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|ETIMEDOUT|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH)$/u;
// Not only at the beginning: knex puts the statement in front.
const CONNECTION_LOST =
  /(Connection terminated|Connection ended|timeout exceeded when trying to connect|Client has encountered a connection error)/u;

/** A database that cannot be reached now, as against a statement that is wrong. */
function databaseError(thrown: unknown): AppError | null {
  if (!(thrown instanceof Error)) return null;
  const lost =
    UNAVAILABLE.test(errorCode(thrown) ?? "") ||
    thrown.name === "KnexTimeoutError" ||
    CONNECTION_LOST.test(thrown.message) ||
    (thrown instanceof AggregateError && thrown.errors.some((inner) => databaseError(inner) !== null));
  if (!lost) return null;
  return new AppError("database_unavailable", "The database does not answer at the moment. Try again soon.", {
    cause: thrown,
  });
}
