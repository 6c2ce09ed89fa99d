import { operation } from "../http/operation-contract.ts";
import {
  DeliveriesQuery,
  DeliveryList,
  NewWebhook,
  PutInLine,
  Webhook,
  WebhookChange,
  WebhookList,
  WebhookWithSecret,
} from "./contract.ts";

const group = "Webhooks";

export const listWebhooksOperation = operation({
  id: "listWebhooks",
  method: "get",
  path: "/v1/webhooks",
  title: "The endpoints that are told of what happens, oldest first",
  group,
  answer: WebhookList,
});

export const createWebhookOperation = operation({
  id: "createWebhook",
  method: "post",
  path: "/v1/webhooks",
  title: "Have an endpoint told of events",
  about: "The secret that what is sent is signed with is in this answer and in no other.",
  group,
  body: NewWebhook,
  status: 201,
  problems: ["too_many_webhooks"],
  isSecret: true,
  answer: WebhookWithSecret,
});

export const getWebhookOperation = operation({
  id: "getWebhook",
  method: "get",
  path: "/v1/webhooks/{id}",
  title: "One endpoint",
  group,
  problems: ["webhook_not_found"],
  answer: Webhook,
});

export const updateWebhookOperation = operation({
  id: "updateWebhook",
  method: "patch",
  path: "/v1/webhooks/{id}",
  title: "Change an endpoint, switch it off or on",
  group,
  body: WebhookChange,
  problems: ["webhook_not_found"],
  answer: Webhook,
});

export const deleteWebhookOperation = operation({
  id: "deleteWebhook",
  method: "delete",
  path: "/v1/webhooks/{id}",
  title: "Delete an endpoint, and what waits for it",
  group,
  problems: ["webhook_not_found"],
  answer: null,
});

export const rotateWebhookSecretOperation = operation({
  id: "rotateWebhookSecret",
  method: "post",
  path: "/v1/webhooks/{id}/rotate",
  title: "Give an endpoint a new secret",
  about: "For a day what is sent is signed with both, so that the receiver can change over.",
  group,
  problems: ["webhook_not_found"],
  isSecret: true,
  answer: WebhookWithSecret,
});

export const testWebhookOperation = operation({
  id: "testWebhook",
  method: "post",
  path: "/v1/webhooks/{id}/test",
  title: "Send the event webhook.test to an endpoint",
  group,
  status: 202,
  problems: ["webhook_not_found"],
  answer: PutInLine,
});

export const listDeliveriesOperation = operation({
  id: "listDeliveries",
  method: "get",
  path: "/v1/webhooks/{id}/deliveries",
  title: "What was sent to an endpoint, what waits and what was given up, newest first",
  group,
  query: DeliveriesQuery,
  problems: ["webhook_not_found"],
  answer: DeliveryList,
});

export const redeliverOperation = operation({
  id: "redeliver",
  method: "post",
  path: "/v1/webhooks/{id}/deliveries/{eventId}/redeliver",
  title: "Send again what was delivered or given up",
  group,
  status: 202,
  problems: ["webhook_not_found", "delivery_not_found", "delivery_waiting"],
  answer: PutInLine,
});
