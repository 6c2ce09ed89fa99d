import { Router } from "express";
import { checkMigrated } from "../database/migrate.ts";
import { AppError } from "../app-error.ts";
import { only } from "./only.ts";
import type { Services } from "./services.ts";

/** /healthz: the process is alive. /readyz: it can serve, that is, the database answers and its schema is this one's. */
export function healthRoutes({ database, isClosing }: Services): Router {
  const router = Router({ caseSensitive: true });
  router
    .route("/healthz")
    .get((_request, response) => {
      response.json({ status: "ok" });
    })
    .all(only("GET"));
  router
    .route("/readyz")
    .get(async (_request, response) => {
      if (isClosing()) throw new AppError("shutting_down", "The server is shutting down.");
      await checkMigrated(database);
      response.json({ status: "ready" });
    })
    .all(only("GET"));
  return router;
}
