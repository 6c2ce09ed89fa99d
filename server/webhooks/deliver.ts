import { OutgoingRefused } from "../outgoing/outgoing-refused.ts";
import { post, type PostOptions } from "../outgoing/post.ts";
import type { Claimed } from "./claim.ts";
import { signingSecrets } from "./endpoint-rows.ts";
import type { Outcome } from "./settle-delivery.ts";
import { signedHeaders } from "./sign.ts";

/** What an endpoint is sent. */
export function bodyOf(workspaceId: string, { type, at, about, personal }: Claimed): string {
  return JSON.stringify({
    type,
    timestamp: at.toISOString(),
    workspaceId,
    data: { ...about, ...personal },
  });
}

/** Sends a delivery, signed for this moment. Never throws: what went wrong is the outcome. */
export async function deliver(
  workspaceId: string,
  delivery: Claimed,
  now: number,
  options: PostOptions,
): Promise<Outcome> {
  const { endpoint, eventId } = delivery;
  if (endpoint.status !== "enabled") return endpoint.status;
  const body = bodyOf(workspaceId, delivery);
  const headers = signedHeaders(signingSecrets(endpoint.secrets, now), eventId, body, now);
  try {
    return await post(endpoint.url, headers, body, options);
  } catch (error) {
    if (error instanceof OutgoingRefused) return error.fault;
    throw error;
  }
}
