import { customerId } from "../customers/customer-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { exportCustomers } from "./export-customers.ts";
import { exportPerson } from "./export-person.ts";
import { exportCustomerOperation, exportCustomersOperation } from "./operations-contract.ts";

/** Everybody as CSV, and all that is kept of one person as JSON. */
export function exportOperations(services: Services): readonly Served[] {
  const { rules, clock } = services;
  return [
    serve(exportCustomersOperation, async ({ query: { bom, ...asked }, caller: { workspaceId, actor } }) => {
      const filter = Object.keys(asked).length === 0 ? null : asked;
      const fields = rules.current().fields.map(({ field }) => field);
      const wanted = { fields, filter, bom, actor, now: clock() };
      return { fileName: "customers.csv", pieces: exportCustomers(services, workspaceId, wanted) };
    }),

    serve(exportCustomerOperation, async ({ params, query, caller: { workspaceId, actor } }) => {
      const id = customerId(params.id);
      const person = { customerId: id, verifiedOnly: query.verifiedOnly, actor, now: clock() };
      const pieces = await exportPerson(services, workspaceId, person);
      return { fileName: `customer-${id}.json`, pieces };
    }),
  ];
}
