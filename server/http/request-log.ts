import { randomUUID } from "node:crypto";
import type { RequestHandler } from "express";
import type { Log } from "../log.ts";

const HEALTH = new Set(["/healthz", "/readyz"]); // asked every few seconds, for ever

/** Gives every request an id (the header X-Request-Id of the answer) and logs one line when it is answered: method,
 *  route pattern, status, duration, workspace. Never the path, the query, a header or a body: they hold PII. */
export function requestLog(log: Log): RequestHandler {
  return (request, response, next) => {
    const requestId = randomUUID();
    const start = performance.now();
    response.locals["requestId"] = requestId;
    response.set("X-Request-Id", requestId);
    response.set("Cache-Control", "no-store");
    response.once("close", () => {
      const path: unknown = request.route?.path; // the pattern, such as /v1/customers/:id
      const route = typeof path === "string" ? path : null;
      const line = {
        requestId,
        method: request.method,
        route,
        status: response.writableFinished ? response.statusCode : null,
        ms: Math.round((performance.now() - start) * 10) / 10,
        workspaceId: response.locals["workspaceId"],
      };
      const level = route !== null && HEALTH.has(route) ? "debug" : "info";
      log[level](line, response.writableFinished ? "answered" : "the caller went away");
    });
    next();
  };
}
