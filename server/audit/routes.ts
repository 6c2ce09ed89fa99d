import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { listAuditEventsOperation } from "./operations-contract.ts";
import { listEvents } from "./queries.ts";

/** What was done by hand or by rule, by whom and to what. */
export function auditOperations({ database }: Services): readonly Served[] {
  return [
    serve(listAuditEventsOperation, async ({ query, caller }) => {
      return listEvents(database, caller.workspaceId, query);
    }),
  ];
}
