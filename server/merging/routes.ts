import { Router } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { jsonBody } from "../http/json-body.ts";
import { only } from "../http/only.ts";
import { parseId } from "../http/parse-id.ts";
import { parseBody } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { MergeRequest, UnmergeRequest } from "./contract.ts";
import { findDuplicates } from "./duplicates.ts";
import { listMerges } from "./list-merges.ts";
import { mergeCustomers } from "./merge.ts";
import { unmergeCustomers } from "./unmerge.ts";

/** Customers who may be one person: suggested, merged, and parted again. */
export function mergingRoutes(services: Services): Router {
  const { clock } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/customers/:id/duplicates")
    .get(async (request, response) => {
      const id = customerId(request.params.id);
      response.json(await findDuplicates(services, workspaceOf(response), id));
    })
    .all(only("GET"));

  router
    .route("/v1/customers/:id/merges")
    .get(async (request, response) => {
      const id = customerId(request.params.id);
      response.json(await listMerges(services, workspaceOf(response), id));
    })
    .all(only("GET"));

  router
    .route("/v1/customers/:id/merge")
    .post(...jsonBody, async (request, response) => {
      const id = customerId(request.params.id);
      const body = parseBody(MergeRequest, request.body);
      const asked = { ...body, with: body.with.toLowerCase() };
      const deed = { actor: actorOf(response), now: clock() };
      response.json(await mergeCustomers(services, workspaceOf(response), id, asked, deed));
    })
    .all(only("POST"));

  router
    .route("/v1/customers/:id/unmerge")
    .post(...jsonBody, async (request, response) => {
      const id = customerId(request.params.id);
      const { mergeId } = parseBody(UnmergeRequest, request.body);
      const deed = { actor: actorOf(response), now: clock() };
      response.json(await unmergeCustomers(services, workspaceOf(response), id, mergeId.toLowerCase(), deed));
    })
    .all(only("POST"));

  return router;
}

function customerId(text: unknown): string {
  const id = parseId(text);
  if (id === null) throw new AppError("customer_not_found", "There is no such customer.");
  return id;
}
