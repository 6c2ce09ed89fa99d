import express from "express";
import type { Express, RequestHandler } from "express";
import helmet from "helmet";
import { auditRoutes } from "../audit/routes.ts";
import { conversationOperations } from "../conversations/routes.ts";
import { editRoutes } from "../customers/edit-routes.ts";
import { historyRoutes } from "../customers/history-routes.ts";
import { noteRoutes } from "../customers/note-routes.ts";
import { customerRoutes } from "../customers/routes.ts";
import { mergingRoutes } from "../merging/routes.ts";
import { createIdentityKeys } from "../identity/key-cache.ts";
import { identityRoutes } from "../identity/routes.ts";
import { findingRoutes } from "../findings/routes.ts";
import { tagRoutes } from "../customers/tag-routes.ts";
import { erasureRoutes } from "../erasure/routes.ts";
import { exportRoutes } from "../exports/routes.ts";
import { importRoutes } from "../imports/routes.ts";
import { filterOperations } from "../filters/routes.ts";
import { AppError } from "../app-error.ts";
import { authenticate } from "./authenticate.ts";
import { healthOperations } from "./health.ts";
import { mount } from "./mount.ts";
import { problemHandler } from "./problem.ts";
import { requestLog } from "./request-log.ts";
import { retentionOperations } from "../retention/routes.ts";
import type { Services } from "./services.ts";

/** The whole HTTP interface. Everything under /v1 wants an API key. */
export function createApp(services: Services): Express {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag"); // answers are a person's data: nothing in between is to keep them
  app.enable("case sensitive routing");
  app.set("query parser", "simple"); // nested query objects are nobody's friend
  app.use(securityHeaders);
  app.use(requestLog(services.log));
  const identityKeys = createIdentityKeys(services, services.clock);
  const authenticated = authenticate(services);
  const served = [
    ...healthOperations(services),
    ...conversationOperations(services, identityKeys),
    ...filterOperations(services),
    ...retentionOperations(services),
  ];
  mount(app, served, authenticated);
  app.use("/v1", authenticated);
  app.use(editRoutes(services));
  app.use(noteRoutes(services));
  app.use(tagRoutes(services));
  app.use(historyRoutes(services));
  app.use(erasureRoutes(services));
  app.use(exportRoutes(services)); // before the customers: export.csv is no id
  app.use(importRoutes(services)); // nor is import
  app.use(customerRoutes(services));
  app.use(mergingRoutes(services));
  app.use(auditRoutes(services));
  app.use(identityRoutes(services, identityKeys));
  app.use(findingRoutes(services));
  app.use(notFound);
  app.use(problemHandler(services.log));
  return app;
}

/** The headers that mean something for JSON: it is never guessed to be a page, and as one it may load, frame and send nothing.
 *  The rest of helmet's is about pages; computing and sending it took longer than parsing the message. */
const securityHeaders = helmet({
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

const notFound: RequestHandler = () => {
  throw new AppError("not_found", "There is nothing at this address.");
};
