import type { DataKey } from "../privacy/seal.ts";
import type { WebhookEvent } from "./tell.ts";

/** Where in a conversation something was said. */
interface Heard {
  readonly conversationId: string;
  readonly customerId: string | null;
  readonly messageSeq: number;
  readonly now: number;
}

interface Said {
  readonly field: string;
  readonly value: string;
  readonly trust: string;
  readonly unvalidated?: boolean;
}

/** A person gave a detail. It is sealed with the conversation's key: the claim is the conversation's, whosever that is later. */
export function fieldCollected(
  { conversationId, customerId, messageSeq, now }: Heard,
  key: DataKey,
  { field, value, trust, unvalidated = false }: Said,
): WebhookEvent {
  return {
    type: "field.collected",
    conversationId,
    customerId,
    about: { conversationId, customerId, messageSeq, field, trust, unvalidated },
    personal: { of: conversationId, key, told: { value } },
    at: now,
  };
}

/** A person would not give these. */
export function requestRefused(
  { conversationId, customerId, messageSeq, now }: Heard,
  fields: readonly string[],
): WebhookEvent {
  return {
    type: "request.refused",
    conversationId,
    customerId,
    about: { conversationId, customerId, messageSeq, fields },
    personal: null,
    at: now,
  };
}
