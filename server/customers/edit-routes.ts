import { Router, type Request, type RequestHandler, type Response } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { etagOf, versionsSeen } from "../http/etag.ts";
import { jsonBody } from "../http/json-body.ts";
import { only } from "../http/only.ts";
import { parseBody } from "../http/parse.ts";
import { parseId } from "../http/parse-id.ts";
import type { Services } from "../http/services.ts";
import { customerId } from "./customer-id.ts";
import { CustomerEdit, Verification } from "./edit-contract.ts";
import { getCustomer } from "./queries.ts";
import { acceptClaim, editFields, verifyField, type Editing } from "./staff-edits.ts";

/** PATCH /v1/customers/:id, whose other methods are in routes.ts. */
export function patchCustomer(services: Services): RequestHandler {
  const { rules, regionDefault } = services;
  return async (request, response) => {
    const editing = editingOf(services, request, response);
    const typed = parseBody(CustomerEdit, request.body);
    await editFields(services, rules.current(), editing, typed, regionDefault);
    await answer(services, response, editing);
  };
}

/** What else staff says of a customer's values. As the PATCH, these want If-Match, and answer with the customer as it is then. */
export function editRoutes(services: Services): Router {
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/customers/:id/verify")
    .post(...jsonBody, async (request, response) => {
      const editing = editingOf(services, request, response);
      const typed = parseBody(Verification, request.body);
      await verifyField(services, services.rules.current(), editing, typed);
      await answer(services, response, editing);
    })
    .all(only("POST"));

  router
    .route("/v1/customers/:id/claims/:claimId/accept")
    .post(async (request, response) => {
      const editing = editingOf(services, request, response);
      const claimId = parseId(request.params.claimId);
      if (claimId === null) throw new AppError("claim_not_found", "There is no such claim.");
      await acceptClaim(services, editing, claimId);
      await answer(services, response, editing);
    })
    .all(only("POST"));

  return router;
}

function editingOf({ clock }: Services, request: Request, response: Response): Editing {
  return {
    workspaceId: workspaceOf(response),
    id: customerId(request.params["id"]),
    seen: versionsSeen(request),
    by: { actor: actorOf(response), at: clock() },
  };
}

async function answer(services: Services, response: Response, { workspaceId, id }: Editing): Promise<void> {
  const detail = await getCustomer(services, workspaceId, id);
  response.set("ETag", etagOf(detail.version)).json(detail);
}
