import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Router } from "express";
import type { Response } from "express";
import { AppError } from "../app-error.ts";
import { errorCode } from "../error-code.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { only } from "../http/only.ts";
import { parseId } from "../http/parse-id.ts";
import { parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import { CsvQuery, PersonQuery } from "./contract.ts";
import { exportCustomers } from "./export-customers.ts";
import { exportPerson } from "./export-person.ts";

/** Everybody as CSV, and all that is kept of one person as JSON. */
export function exportRoutes(services: Services): Router {
  const { rules, clock } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/customers/export.csv")
    .get(async (request, response) => {
      const { bom, ...asked } = parseQuery(CsvQuery, request.query);
      const filter = Object.keys(asked).length === 0 ? null : asked;
      const fields = rules.current().fields.map(({ field }) => field);
      const [actor, now] = [actorOf(response), clock()];
      response.attachment("customers.csv").set("Content-Type", "text/csv; charset=utf-8; header=present");
      const wanted = { fields, filter, bom, actor, now };
      await stream(response, () => exportCustomers(services, workspaceOf(response), wanted));
    })
    .all(only("GET"));

  router
    .route("/v1/customers/:id/export")
    .get(async (request, response) => {
      const { verifiedOnly } = parseQuery(PersonQuery, request.query);
      const customerId = parseId(request.params.id);
      if (customerId === null) throw new AppError("customer_not_found", "There is no such customer.");
      const person = { customerId, verifiedOnly, actor: actorOf(response), now: clock() };
      await stream(response, async () => {
        const pieces = await exportPerson(services, workspaceOf(response), person);
        response.attachment(`customer-${customerId}.json`);
        return pieces;
      });
    })
    .all(only("GET"));

  return router;
}

/** Sends pieces as they are read, as fast as the reader takes them. After an error the answer ends before its end, so that
 *  nobody takes it for a whole one. */
async function stream(
  response: Response,
  open: () => AsyncGenerator<string> | Promise<AsyncGenerator<string>>,
): Promise<void> {
  const pieces = await open();
  if (response.req.method === "HEAD") {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.from(pieces), response);
  } catch (error) {
    // The reader went away; the log has that line already.
    if (errorCode(error) !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
}
