import type { Platform } from "../conversations/contract.ts";
import type { SealedTransaction } from "../privacy/store.ts";
import type { CustomerSummary } from "./contract.ts";
import { openProfileOf, type StoredProfile } from "./sealed.ts";

/** A customer as lists and single views read it. */
export interface CustomerRow {
  readonly id: string;
  readonly profile: Uint8Array;
  readonly platforms: Platform[];
  readonly first_at: Date;
  readonly last_at: Date;
  readonly conversation_count: number;
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

export function profileOf({ keyring }: SealedTransaction, row: CustomerRow): StoredProfile {
  return openProfileOf(keyring, row);
}

export function summaryOf(row: CustomerRow, profile: StoredProfile): CustomerSummary {
  const { name = null, email = null, phone = null, ...details } = profile.values;
  return {
    id: row.id,
    name,
    email,
    phone,
    unvalidated: [...profile.unvalidated],
    details,
    platforms: row.platforms,
    firstAt: row.first_at.toISOString(),
    lastAt: row.last_at.toISOString(),
    conversationCount: row.conversation_count,
  };
}
