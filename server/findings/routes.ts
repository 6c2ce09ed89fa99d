import { Router } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { jsonBody } from "../http/json-body.ts";
import { only } from "../http/only.ts";
import { parseId } from "../http/parse-id.ts";
import { parseBody, parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { FindingPatch, FindingsQuery } from "./contract.ts";
import { listFindings, markFinding } from "./queries.ts";

/** The ledger of what looked like a contact detail and was not captured. */
export function findingRoutes(services: Services): Router {
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/findings")
    .get(async (request, response) => {
      const query = parseQuery(FindingsQuery, request.query);
      response.json(await listFindings(services, workspaceOf(response), query));
    })
    .all(only("GET"));

  router
    .route("/v1/findings/:id")
    .patch(...jsonBody, async (request, response) => {
      const id = parseId(request.params.id);
      if (id === null) throw new AppError("finding_not_found", "There is no such finding.");
      const { status } = parseBody(FindingPatch, request.body);
      const marking = { status, actor: actorOf(response), now: services.clock() };
      response.json(await markFinding(services, workspaceOf(response), id, marking));
    })
    .all(only("PATCH"));

  return router;
}
