import type { Actor } from "../audit/events.ts";
import { erase } from "../erasure/erase.ts";
import type { Store } from "../privacy/store.ts";
import { dueConversations, dueCustomers, getRetention, silentSince } from "./queries.ts";

/** Who erases when nobody asked for it. */
export const SWEEPER: Actor = { kind: "system", id: "retention" };

export interface Swept {
  readonly customers: number;
  readonly conversations: number;
}

export interface SweepOptions {
  readonly actor: Actor;
  /** Milliseconds since the epoch, asked for each erasure. */
  readonly clock: () => number;
  /** Asked before each: true ends the sweep, which the next one goes on with. */
  readonly isStopped?: () => boolean;
}

/** Erases, each with a certificate, whoever has been silent for longer than the workspace keeps people; then the conversations
 *  that never came to a customer. Whoever writes meanwhile is left alone. Several processes may sweep at once. */
export async function sweepRetention(
  store: Store,
  workspaceId: string,
  { actor, clock, isStopped = () => false }: SweepOptions,
): Promise<Swept> {
  const { database } = store;
  const { days } = await getRetention(database, workspaceId);
  const swept = { customers: 0, conversations: 0 };
  if (days === null) return swept;
  const since = silentSince(days, clock());
  const occasionOf = (kind: "customer" | "conversation", id: string) => ({
    subject: { kind, id },
    cause: "retention" as const,
    actor,
    now: clock(),
    silentSince: since,
  });
  for await (const id of dueCustomers(database, workspaceId, since)) {
    if (isStopped()) return swept;
    const target = { customerId: id, conversationIds: [] };
    const erasure = await erase(store, workspaceId, target, occasionOf("customer", id));
    if (erasure !== null) swept.customers += 1;
  }
  for await (const id of dueConversations(database, workspaceId, since)) {
    if (isStopped()) return swept;
    const target = { customerId: null, conversationIds: [id] };
    const erasure = await erase(store, workspaceId, target, occasionOf("conversation", id));
    if (erasure !== null) swept.conversations += 1;
  }
  return swept;
}
