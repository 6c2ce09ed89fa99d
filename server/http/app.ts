import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import express from "express";
import type { Express, RequestHandler } from "express";
import helmet from "helmet";
import { actionOperations } from "../actions/routes.ts";
import { auditOperations } from "../audit/routes.ts";
import { billingOperations } from "../billing/routes.ts";
import { conversationOperations } from "../conversations/routes.ts";
import { editOperations } from "../customers/edit-routes.ts";
import { historyOperations } from "../customers/history-routes.ts";
import { noteOperations } from "../customers/note-routes.ts";
import { customerOperations } from "../customers/routes.ts";
import { mergingOperations } from "../merging/routes.ts";
import { createIdentityKeys } from "../identity/key-cache.ts";
import { identityOperations } from "../identity/routes.ts";
import { findingOperations } from "../findings/routes.ts";
import { tagOperations } from "../customers/tag-routes.ts";
import { erasureOperations } from "../erasure/routes.ts";
import { exportOperations } from "../exports/routes.ts";
import { importOperations } from "../imports/routes.ts";
import { filterOperations } from "../filters/routes.ts";
import { AppError } from "../app-error.ts";
import { createGuard } from "./guard.ts";
import { createMask } from "../masking/mask.ts";
import { authenticate, authenticatePerson } from "./authenticate.ts";
import { healthOperations } from "./health.ts";
import { mount } from "./mount.ts";
import { docsPage } from "../openapi/docs-page.ts";
import { withOpenApi } from "../openapi/routes.ts";
import { problemHandler } from "./problem.ts";
import { requestLog } from "./request-log.ts";
import { memberOperations } from "../members/routes.ts";
import { oidcCallback, oidcOperations } from "../oidc/routes.ts";
import { pageRoutes } from "../pages/routes.ts";
import { personOperations } from "../people/routes.ts";
import { retentionOperations } from "../retention/routes.ts";
import { sessionOperations } from "../sessions/routes.ts";
import { webhookOperations } from "../webhooks/routes.ts";
import type { Services } from "./services.ts";
import { keyOperations } from "../workspaces/key-routes.ts";

/** The whole HTTP interface. Everything under /v1 wants a caller, but for what is anybody's. */
export function createApp(services: Services): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag"); // answers are a person's data: nothing in between is to keep them
  app.enable("case sensitive routing");
  app.set("trust proxy", services.trustedProxies);
  app.set("query parser", "simple"); // nested query objects are nobody's friend
  app.use(securityHeaders());
  app.use(requestLog(services.log));
  const authenticated = authenticate(services);
  const identityKeys = createIdentityKeys(services, services.clock);
  const served = withOpenApi([
    ...healthOperations(services),
    ...conversationOperations(services, identityKeys),
    ...customerOperations(services),
    ...editOperations(services),
    ...historyOperations(services),
    ...noteOperations(services),
    ...tagOperations(services),
    ...filterOperations(services),
    ...mergingOperations(services),
    ...erasureOperations(services),
    ...exportOperations(services),
    ...importOperations(services),
    ...retentionOperations(services),
    ...actionOperations(services),
    ...billingOperations(services),
    ...webhookOperations(services),
    ...keyOperations(services),
    ...findingOperations(services),
    ...identityOperations(services, identityKeys),
    ...auditOperations(services),
    ...sessionOperations(services),
    ...oidcOperations(services),
    ...personOperations(services),
    ...memberOperations(services),
  ]);
  const guard = createGuard(services);
  mount(app, served, {
    workspace: authenticated,
    person: authenticatePerson(services),
    mask: createMask(services.rules),
    guard,
  });
  app.use(docsPage());
  app.use(pageRoutes());
  app.use(oidcCallback(services));
  app.use("/v1", authenticated, guard.count); // what is not there concerns nobody outside either
  app.use(notFound);
  app.use(problemHandler(services.log));
  return app;
}

/** The headers that mean something for JSON: it is never guessed to be a page, and as one it may load, frame and send nothing.
 *  The rest of helmet's is about pages. They are the same for every answer, so helmet is asked for them once. */
function securityHeaders(): RequestHandler {
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    crossOriginOpenerPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: { action: "deny" },
    xPermittedCrossDomainPolicies: false,
    xXssProtection: false,
  });
  const request = new IncomingMessage(new Socket());
  const sample = new ServerResponse(request);
  headers(request, sample, () => {});
  const fixed = new Map(Object.entries(sample.getHeaders()).map(([name, value]) => [name, String(value)]));
  return (_request, response, next) => {
    response.setHeaders(fixed);
    next();
  };
}

const notFound: RequestHandler = () => {
  throw new AppError("not_found", "There is nothing at this address.");
};
