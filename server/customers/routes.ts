import { AppError } from "../app-error.ts";
import { seesMasked } from "../access/caller.ts";
import { etagOf } from "../http/etag.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { parseQuery } from "../privacy/search-query.ts";
import { customerId } from "./customer-id.ts";
import { listCustomers } from "./list.ts";
import { getCustomerOperation, listCustomersOperation } from "./operations-contract.ts";
import { getCustomer } from "./queries.ts";

/** The customers that came of the conversations. */
export function customerOperations(services: Services): readonly Served[] {
  return [
    serve(listCustomersOperation, async ({ query, caller }) => {
      const searched = seesMasked(caller) ? "names" : "everything";
      if (searched === "names") checkNamesOnly(query.q ?? "");
      return listCustomers(services, caller.workspaceId, query, searched);
    }),

    serve(getCustomerOperation, async ({ params, caller, setHeader }) => {
      const by = { actor: caller.actor, at: services.clock() };
      const detail = await getCustomer(services, caller.workspaceId, customerId(params.id), by);
      setHeader("ETag", etagOf(detail.version));
      return detail;
    }),
  ];
}

/** Who sees contact details masked must not find them out by searching for them. */
function checkNamesOnly(q: string): void {
  if (parseQuery(q).every(({ kind }) => kind === "word")) return;
  throw new AppError(
    "forbidden",
    "With the role viewer, customers are found by their names: q must hold no address and no number.",
  );
}
