import { Router } from "express";
import type { RequestHandler } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { only } from "../http/only.ts";
import { parseId } from "../http/parse-id.ts";
import { parseBody, parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { EraseRequest, ErasuresQuery } from "./contract.ts";
import { erase } from "./erase.ts";
import { getErasure, listErasures } from "./queries.ts";
import { getPublicKeys } from "./signing-key.ts";

/** DELETE /v1/customers/:id, with the id again in the body. */
export function eraseCustomer(services: Services): RequestHandler<{ id: string }> {
  return async (request, response) => {
    const { confirm } = parseBody(EraseRequest, request.body);
    const id = parseId(request.params.id);
    const notFound = new AppError("customer_not_found", "There is no such customer.");
    if (id === null) throw notFound;
    if (confirm.toLowerCase() !== id) throw notConfirmed();
    const occasion = {
      subject: { kind: "customer", id },
      cause: "request",
      actor: actorOf(response),
      now: services.clock(),
    } as const;
    const target = { customerId: id, conversationIds: [] };
    const erasure = await erase(services, workspaceOf(response), target, occasion);
    if (erasure === null) throw notFound;
    response.json(erasure);
  };
}

/** What proves that erasures were done. */
export function erasureRoutes(services: Services): Router {
  const { database, clock } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/erasures")
    .get(async (request, response) => {
      const query = parseQuery(ErasuresQuery, request.query);
      response.json(await listErasures(database, workspaceOf(response), query));
    })
    .all(only("GET"));

  router
    .route("/v1/erasures/public-key")
    .get(async (_request, response) => {
      response.json(await getPublicKeys(services, workspaceOf(response), clock()));
    })
    .all(only("GET"));

  router
    .route("/v1/erasures/:id")
    .get(async (request, response) => {
      const id = parseId(request.params.id);
      response.json(await getErasure(database, workspaceOf(response), id));
    })
    .all(only("GET"));

  return router;
}

function notConfirmed(): AppError {
  const detail = "must be the id of the customer in the address, once more: erasing cannot be undone";
  return new AppError("invalid_request", `/confirm ${detail}.`, {
    faults: [{ pointer: "/confirm", detail }],
  });
}
