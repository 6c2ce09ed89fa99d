import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import {
  getRetentionOperation,
  previewRetentionOperation,
  setRetentionOperation,
} from "./operations-contract.ts";
import { getRetention, previewRetention, putRetention } from "./queries.ts";

/** For how long people are kept who say nothing any more. */
export function retentionOperations({ database, clock }: Services): readonly Served[] {
  return [
    serve(getRetentionOperation, async ({ caller }) => {
      return getRetention(database, caller.workspaceId);
    }),

    serve(setRetentionOperation, async ({ body, caller: { workspaceId, actor } }) => {
      return putRetention(database, workspaceId, body, actor, clock());
    }),

    serve(previewRetentionOperation, async ({ query: { days = null }, caller }) => {
      return previewRetention(database, caller.workspaceId, days, clock());
    }),
  ];
}
