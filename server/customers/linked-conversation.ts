import type { Platform } from "../conversations/contract.ts";
import type { Open } from "../conversations/queries.ts";
import type { WrappedDataKey } from "../privacy/keyring.ts";
import type { LinkedConversation } from "./contract.ts";

/** The columns of `conversations` that a customer's are shown by. */
export const LINKED_COLUMNS = "id, platform, handle, link_trust, started_at, last_at, turn, message_count";

/** These, with the conversation's data key. */
export interface LinkedRow extends WrappedDataKey {
  readonly id: string;
  readonly platform: Platform;
  readonly handle: Uint8Array;
  readonly link_trust: "claimed" | "verified";
  readonly started_at: Date;
  readonly last_at: Date;
  readonly turn: number;
  readonly message_count: number;
}

export function linkedView(open: Open, row: LinkedRow): LinkedConversation {
  return {
    id: row.id,
    platform: row.platform,
    handle: open("conversations.handle", row.id, row.handle),
    linkTrust: row.link_trust,
    startedAt: row.started_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    turn: row.turn,
    messageCount: row.message_count,
  };
}
