import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { listClaims } from "./claims.ts";
import { customerId } from "./customer-id.ts";
import { customerHistory } from "./history.ts";
import { listClaimsOperation, listCustomerConversationsOperation } from "./operations-contract.ts";

/** What a customer has said, and where. Who reads it is audited. */
export function historyOperations(services: Services): readonly Served[] {
  const { clock } = services;
  return [
    serve(listCustomerConversationsOperation, async ({ params, query, caller: { workspaceId, actor } }) => {
      const by = { actor, at: clock() };
      return customerHistory(services, workspaceId, customerId(params.id), query, by);
    }),

    serve(listClaimsOperation, async ({ params, query, caller: { workspaceId, actor } }) => {
      const by = { actor, at: clock() };
      return listClaims(services, workspaceId, customerId(params.id), query, by);
    }),
  ];
}
