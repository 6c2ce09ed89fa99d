import { Router } from "express";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { jsonBody } from "../http/json-body.ts";
import { only } from "../http/only.ts";
import { parseBody, parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { PreviewQuery, Retention } from "./contract.ts";
import { getRetention, previewRetention, putRetention } from "./queries.ts";

/** For how long people are kept who say nothing any more. */
export function retentionRoutes({ database, clock }: Services): Router {
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/retention")
    .get(async (_request, response) => {
      response.json(await getRetention(database, workspaceOf(response)));
    })
    .put(...jsonBody, async (request, response) => {
      const retention = parseBody(Retention, request.body);
      response.json(
        await putRetention(database, workspaceOf(response), retention, actorOf(response), clock()),
      );
    })
    .all(only("GET", "PUT"));

  router
    .route("/v1/retention/preview")
    .get(async (request, response) => {
      const { days = null } = parseQuery(PreviewQuery, request.query);
      response.json(await previewRetention(database, workspaceOf(response), days, clock()));
    })
    .all(only("GET"));

  return router;
}
