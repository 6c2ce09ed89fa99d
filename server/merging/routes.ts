import { customerId } from "../customers/customer-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { findDuplicates } from "./duplicates.ts";
import { listMerges } from "./list-merges.ts";
import { mergeCustomers } from "./merge.ts";
import {
  listDuplicatesOperation,
  listMergesOperation,
  mergeCustomersOperation,
  unmergeCustomersOperation,
} from "./operations-contract.ts";
import { unmergeCustomers } from "./unmerge.ts";

/** Customers who may be one person: suggested, merged, and parted again. */
export function mergingOperations(services: Services): readonly Served[] {
  const { clock } = services;
  return [
    serve(listDuplicatesOperation, async ({ params, caller }) => {
      return findDuplicates(services, caller.workspaceId, customerId(params.id));
    }),

    serve(listMergesOperation, async ({ params, caller }) => {
      return listMerges(services, caller.workspaceId, customerId(params.id));
    }),

    serve(mergeCustomersOperation, async ({ params, body, caller: { workspaceId, actor } }) => {
      const asked = { ...body, with: body.with.toLowerCase() };
      return mergeCustomers(services, workspaceId, customerId(params.id), asked, { actor, at: clock() });
    }),

    serve(unmergeCustomersOperation, async ({ params, body, caller: { workspaceId, actor } }) => {
      const [id, mergeId] = [customerId(params.id), body.mergeId.toLowerCase()];
      return unmergeCustomers(services, workspaceId, id, mergeId, { actor, at: clock() });
    }),
  ];
}
