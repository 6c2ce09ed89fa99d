import { raw, Router, type RequestHandler } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { only } from "../http/only.ts";
import { parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { IMPORT_BYTES_MAX, ImportQuery } from "./contract.ts";
import { importCustomers } from "./import-customers.ts";
import { readCsv } from "./read-csv.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Customers from a CSV file. */
export function importRoutes(services: Services): Router {
  const { rules, clock, regionDefault } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/customers/import")
    .post(
      isCsv,
      raw({ type: () => true, limit: IMPORT_BYTES_MAX, inflate: false }),
      async (request, response) => {
        const { dryRun, region = regionDefault } = parseQuery(ImportQuery, request.query);
        const pack = rules.current();
        const rows = readCsv(
          textOf(request.body),
          pack.fields.map(({ field }) => field),
        );
        const by = { actor: actorOf(response), at: clock() };
        const workspaceId = workspaceOf(response);
        response.json(await importCustomers(services, rows, { workspaceId, pack, region, dryRun, by }));
      },
    )
    .all(only("POST"));

  return router;
}

const isCsv: RequestHandler = (request, _response, next) => {
  if (!/^text\/csv\s*(;|$)/iu.test(request.headers["content-type"] ?? "")) {
    throw new AppError("unsupported_media_type", "The body must be CSV: send Content-Type: text/csv.");
  }
  next();
};

function textOf(body: unknown): string {
  try {
    return utf8.decode(Buffer.isBuffer(body) ? body : Buffer.alloc(0));
  } catch {
    throw new AppError("malformed_csv", "The CSV file cannot be read: it is not UTF-8.");
  }
}
