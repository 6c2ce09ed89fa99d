import { Router } from "express";
import { workspaceOf } from "../http/authenticate.ts";
import { only } from "../http/only.ts";
import { parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { AuditQuery } from "./contract.ts";
import { listEvents } from "./queries.ts";

/** What was done by hand or by rule, by whom and to what. */
export function auditRoutes({ database }: Services): Router {
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key
  router
    .route("/v1/audit")
    .get(async (request, response) => {
      const query = parseQuery(AuditQuery, request.query);
      response.json(await listEvents(database, workspaceOf(response), query));
    })
    .all(only("GET"));
  return router;
}
