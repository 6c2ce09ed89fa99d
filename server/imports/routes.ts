import { AppError } from "../app-error.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { importCustomers } from "./import-customers.ts";
import { importCustomersOperation } from "./operations-contract.ts";
import { readCsv } from "./read-csv.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Customers from a CSV file. */
export function importOperations(services: Services): readonly Served[] {
  const { rules, clock, regionDefault } = services;
  return [
    serve(importCustomersOperation, async ({ query, body, patience, caller: { workspaceId, actor } }) => {
      const { dryRun, region = regionDefault } = query;
      const pack = rules.current();
      const fields = pack.fields.map(({ field }) => field);
      const rows = readCsv(textOf(body), fields);
      const by = { actor, at: clock() };
      return importCustomers(services, rows, { workspaceId, pack, region, dryRun, by, patience });
    }),
  ];
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new AppError("malformed_csv", "The CSV file cannot be read: it is not UTF-8.");
  }
}
