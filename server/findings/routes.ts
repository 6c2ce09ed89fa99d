import { AppError } from "../app-error.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { listFindingsOperation, markFindingOperation } from "./operations-contract.ts";
import { listFindings, markFinding } from "./queries.ts";

/** The ledger of what looked like a contact detail and was not captured. */
export function findingOperations(services: Services): readonly Served[] {
  return [
    serve(listFindingsOperation, async ({ query, caller }) => {
      return listFindings(services, caller.workspaceId, query);
    }),

    serve(markFindingOperation, async ({ params, body: { status }, caller: { workspaceId, actor } }) => {
      const id = parseId(params.id);
      if (id === null) throw new AppError("finding_not_found", "There is no such finding.");
      return markFinding(services, workspaceId, id, { status, actor, now: services.clock() });
    }),
  ];
}
