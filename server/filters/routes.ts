import { AppError } from "../app-error.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { deleteFilterOperation, listFiltersOperation, saveFilterOperation } from "./operations-contract.ts";
import { deleteFilter, listFilters, saveFilter } from "./queries.ts";

/** The filters of customers that a workspace keeps under a name. */
export function filterOperations(services: Services): readonly Served[] {
  return [
    serve(listFiltersOperation, async ({ caller }) => {
      return listFilters(services, caller.workspaceId);
    }),

    serve(saveFilterOperation, async ({ body, caller: { workspaceId, actor } }) => {
      return saveFilter(services, workspaceId, body, actor, services.clock());
    }),

    serve(deleteFilterOperation, async ({ params, caller: { workspaceId, actor } }) => {
      const id = parseId(params.id);
      if (id === null) throw new AppError("filter_not_found", "There is no such filter.");
      await deleteFilter(services, workspaceId, id, actor, services.clock());
    }),
  ];
}
