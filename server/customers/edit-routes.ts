import { Router, type Request, type Response } from "express";
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

/** What staff says of a customer. Every one of these wants If-Match, and answers with the customer as it is then. */
export function editRoutes(services: Services): Router {
  const { rules, regionDefault, clock } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  const editing = (request: Request, response: Response): Editing => ({
    workspaceId: workspaceOf(response),
    id: customerId(request.params["id"]),
    seen: versionsSeen(request),
    by: { actor: actorOf(response), at: clock() },
  });
  const answer = async (response: Response, { workspaceId, id }: Editing) => {
    const detail = await getCustomer(services, workspaceId, id);
    response.set("ETag", etagOf(detail.version)).json(detail);
  };

  // The other methods of this address are in routes.ts.
  router.patch("/v1/customers/:id", ...jsonBody, async (request, response) => {
    const edit = editing(request, response);
    const typed = parseBody(CustomerEdit, request.body);
    await editFields(services, rules.current(), edit, typed, regionDefault);
    await answer(response, edit);
  });

  router
    .route("/v1/customers/:id/verify")
    .post(...jsonBody, async (request, response) => {
      const edit = editing(request, response);
      await verifyField(services, rules.current(), edit, parseBody(Verification, request.body));
      await answer(response, edit);
    })
    .all(only("POST"));

  router
    .route("/v1/customers/:id/claims/:claimId/accept")
    .post(async (request, response) => {
      const edit = editing(request, response);
      const claimId = parseId(request.params.claimId);
      if (claimId === null) throw new AppError("claim_not_found", "There is no such claim.");
      await acceptClaim(services, edit, claimId);
      await answer(response, edit);
    })
    .all(only("POST"));

  return router;
}
