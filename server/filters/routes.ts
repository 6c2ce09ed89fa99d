import { Router } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { jsonBody } from "../http/json-body.ts";
import { only } from "../http/only.ts";
import { parseId } from "../http/parse-id.ts";
import { parseBody } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { NewFilter } from "./contract.ts";
import { deleteFilter, listFilters, saveFilter } from "./queries.ts";

/** The filters of customers that a workspace keeps under a name. */
export function filterRoutes(services: Services): Router {
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/filters")
    .get(async (_request, response) => {
      response.json(await listFilters(services, workspaceOf(response)));
    })
    .post(...jsonBody, async (request, response) => {
      const filter = parseBody(NewFilter, request.body);
      const now = services.clock();
      const saved = await saveFilter(services, workspaceOf(response), filter, actorOf(response), now);
      response.status(201).json(saved);
    })
    .all(only("GET", "POST"));

  router
    .route("/v1/filters/:id")
    .delete(async (request, response) => {
      const id = parseId(request.params.id);
      if (id === null) throw new AppError("filter_not_found", "There is no such filter.");
      await deleteFilter(services, workspaceOf(response), id, actorOf(response), services.clock());
      response.status(204).end();
    })
    .all(only("DELETE"));

  return router;
}
