import { z } from "zod";

/** What endpoints can be told of. */
export const WEBHOOK_EVENTS = [
  "customer.created",
  "customer.updated",
  "customer.merged",
  "customer.erased",
  "field.collected",
  "request.refused",
] as const;
export const WebhookEventType = z.enum(WEBHOOK_EVENTS);
export type WebhookEventType = z.infer<typeof WebhookEventType>;

/** What is sent when somebody tries an endpoint. */
export const TEST_EVENT = "webhook.test";
export type AnyWebhookEventType = WebhookEventType | typeof TEST_EVENT;

/** How many endpoints a workspace may have: each event is sent to every one. */
export const WEBHOOKS_MAX = 20;

const URL_CHARS_MAX = 2_000;
const Url = z.string().max(URL_CHARS_MAX, `must have at most ${URL_CHARS_MAX} characters`);

const Events = z
  .array(WebhookEventType)
  .min(1, "must name an event at least")
  .transform((events) => WEBHOOK_EVENTS.filter((event) => events.includes(event)));

/** The body of POST /v1/webhooks. */
export const NewWebhook = z.strictObject({
  /** https, and an address of the public internet. */
  url: Url,
  events: Events,
  /** Whether names, addresses and numbers are sent along. Without them, who is told has to read the customer with an API key. */
  withValues: z.boolean().default(false),
});
export type NewWebhook = z.output<typeof NewWebhook>;

/** The body of PATCH /v1/webhooks/{id}. What is not named stays. */
export const WebhookChange = z
  .strictObject({
    url: Url.optional(),
    events: Events.optional(),
    withValues: z.boolean().optional(),
    /** False: it is told nothing until it is enabled again, and never of what happened in between. */
    enabled: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, "must change something");
export type WebhookChange = z.output<typeof WebhookChange>;

export const Webhook = z.object({
  id: z.uuid(),
  url: z.string(),
  events: z.array(WebhookEventType),
  withValues: z.boolean(),
  /** gone: it answered 410, which says that nothing should be sent any more. */
  status: z.enum(["enabled", "disabled", "gone"]),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Until then what is sent is signed with the secret of before as well. */
  previousSecretUntil: z.iso.datetime().nullable(),
});
export type Webhook = z.output<typeof Webhook>;

/** The answer of GET /v1/webhooks, oldest first. */
export const WebhookList = z.object({ webhooks: z.array(Webhook) });

/** The answer where a secret was made. It is shown this once. */
export const WebhookWithSecret = Webhook.extend({
  secret: z.string().regex(/^whsec_[A-Za-z0-9+/]{32}$/u),
});
export type WebhookWithSecret = z.output<typeof WebhookWithSecret>;

const STATUSES = ["waiting", "delivered", "dead"] as const;

const LIMIT_MAX = 200;
const LIMIT_DEFAULT = 50;

/** The query of GET /v1/webhooks/{id}/deliveries. */
export const DeliveriesQuery = z.strictObject({
  /** dead: given up after every attempt. */
  status: z.enum(STATUSES).optional(),
  cursor: z.uuid("is not a cursor that this server gave").optional(),
  limit: z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .max(LIMIT_MAX, `must be at most ${LIMIT_MAX}`)
    .default(LIMIT_DEFAULT),
});
export type DeliveriesQuery = z.output<typeof DeliveriesQuery>;

export const Delivery = z.object({
  /** What the receiver gets as webhook-id, at every attempt. */
  eventId: z.uuid(),
  type: z.string(),
  at: z.iso.datetime(),
  status: z.enum(STATUSES),
  attempts: z.int(),
  /** When it is tried next, or while it is being tried, at the latest. */
  nextAttemptAt: z.iso.datetime().nullable(),
  lastAttemptAt: z.iso.datetime().nullable(),
  /** The HTTP status of the last attempt, such as "200", or why there was no answer, such as "timeout". */
  lastOutcome: z.string().nullable(),
});
export type Delivery = z.output<typeof Delivery>;

/** The answer of GET /v1/webhooks/{id}/deliveries, newest first. */
export const DeliveryList = z.object({
  deliveries: z.array(Delivery),
  nextCursor: z.string().nullable(),
});
export type DeliveryList = z.output<typeof DeliveryList>;

/** The answer where a delivery was put in line: its id. */
export const PutInLine = z.object({ eventId: z.uuid() });
export type PutInLine = z.output<typeof PutInLine>;
