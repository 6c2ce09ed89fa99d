import { etagOf } from "../http/etag.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { customerId } from "./customer-id.ts";
import { listCustomers } from "./list.ts";
import { getCustomerOperation, listCustomersOperation } from "./operations-contract.ts";
import { getCustomer } from "./queries.ts";

/** The customers that came of the conversations. */
export function customerOperations(services: Services): readonly Served[] {
  return [
    serve(listCustomersOperation, async ({ query, caller }) => {
      return listCustomers(services, caller.workspaceId, query);
    }),

    serve(getCustomerOperation, async ({ params, caller, setHeader }) => {
      const detail = await getCustomer(services, caller.workspaceId, customerId(params.id));
      setHeader("ETag", etagOf(detail.version));
      return detail;
    }),
  ];
}
