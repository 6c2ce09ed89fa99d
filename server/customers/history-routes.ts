import { Router } from "express";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { only } from "../http/only.ts";
import { parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { listClaims } from "./claims.ts";
import { customerId } from "./customer-id.ts";
import { ClaimsQuery, HistoryQuery } from "./history-contract.ts";
import { customerHistory } from "./history.ts";

/** What a customer has said, and where. Who reads it is audited. */
export function historyRoutes(services: Services): Router {
  const { clock } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/customers/:id/conversations")
    .get(async (request, response) => {
      const query = parseQuery(HistoryQuery, request.query);
      const by = { actor: actorOf(response), at: clock() };
      const id = customerId(request.params.id);
      response.json(await customerHistory(services, workspaceOf(response), id, query, by));
    })
    .all(only("GET"));

  router
    .route("/v1/customers/:id/claims")
    .get(async (request, response) => {
      const query = parseQuery(ClaimsQuery, request.query);
      const by = { actor: actorOf(response), at: clock() };
      const id = customerId(request.params.id);
      response.json(await listClaims(services, workspaceOf(response), id, query, by));
    })
    .all(only("GET"));

  return router;
}
