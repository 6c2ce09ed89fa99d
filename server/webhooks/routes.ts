import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { listDeliveries, noDelivery, redeliver, testWebhook } from "./deliveries.ts";
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  notFound,
  rotateSecret,
  updateWebhook,
} from "./endpoints.ts";
import {
  createWebhookOperation,
  deleteWebhookOperation,
  getWebhookOperation,
  listDeliveriesOperation,
  listWebhooksOperation,
  redeliverOperation,
  rotateWebhookSecretOperation,
  testWebhookOperation,
  updateWebhookOperation,
} from "./operations-contract.ts";

/** The endpoints of the host's that are told of what happens, and what was sent to them. */
export function webhookOperations(services: Services): readonly Served[] {
  const { clock, outgoing: rules } = services;
  return [
    serve(listWebhooksOperation, async ({ caller }) => listWebhooks(services, caller.workspaceId, clock())),

    serve(createWebhookOperation, async ({ body, caller: { workspaceId, actor } }) =>
      createWebhook(services, workspaceId, body, rules, { actor, at: clock() }),
    ),

    serve(getWebhookOperation, async ({ params, caller }) =>
      getWebhook(services, caller.workspaceId, idOf(params), clock()),
    ),

    serve(updateWebhookOperation, async ({ params, body, caller: { workspaceId, actor } }) =>
      updateWebhook(services, workspaceId, idOf(params), body, rules, { actor, at: clock() }),
    ),

    serve(deleteWebhookOperation, async ({ params, caller: { workspaceId, actor } }) =>
      deleteWebhook(services, workspaceId, idOf(params), { actor, at: clock() }),
    ),

    serve(rotateWebhookSecretOperation, async ({ params, caller: { workspaceId, actor } }) =>
      rotateSecret(services, workspaceId, idOf(params), { actor, at: clock() }),
    ),

    serve(testWebhookOperation, async ({ params, caller }) =>
      testWebhook(services, caller.workspaceId, idOf(params), clock()),
    ),

    serve(listDeliveriesOperation, async ({ params, query, caller }) =>
      listDeliveries(services, caller.workspaceId, idOf(params), query),
    ),

    serve(redeliverOperation, async ({ params, caller }) => {
      const [id, eventId] = [idOf(params), parseId(params.eventId)];
      if (eventId === null) throw noDelivery();
      return redeliver(services, caller.workspaceId, id, eventId, clock());
    }),
  ];
}

function idOf({ id }: { readonly id: string }): string {
  const parsed = parseId(id);
  if (parsed === null) throw notFound();
  return parsed;
}
