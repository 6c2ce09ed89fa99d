import { Router } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { etagOf } from "../http/etag.ts";
import { jsonBody } from "../http/json-body.ts";
import { eraseCustomer } from "../erasure/routes.ts";
import { only } from "../http/only.ts";
import { parseId } from "../http/parse-id.ts";
import { parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { CustomersQuery } from "./contract.ts";
import { patchCustomer } from "./edit-routes.ts";
import { listCustomers } from "./list.ts";
import { getCustomer } from "./queries.ts";

/** The customers that came of the conversations. */
export function customerRoutes(services: Services): Router {
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/customers")
    .get(async (request, response) => {
      const query = parseQuery(CustomersQuery, request.query);
      response.json(await listCustomers(services, workspaceOf(response), query));
    })
    .all(only("GET"));

  router
    .route("/v1/customers/:id")
    .get(async (request, response) => {
      const id = parseId(request.params.id);
      if (id === null) throw new AppError("customer_not_found", "There is no such customer.");
      const by = { actor: actorOf(response), at: services.clock() };
      const detail = await getCustomer(services, workspaceOf(response), id, by);
      response.set("ETag", etagOf(detail.version)).json(detail);
    })
    .patch(...jsonBody, patchCustomer(services))
    .delete(...jsonBody, eraseCustomer(services))
    .all(only("GET", "PATCH", "DELETE"));

  return router;
}
