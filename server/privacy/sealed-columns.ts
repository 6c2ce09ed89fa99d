import { unsealOnce, type Keyring, type WrappedDataKey } from "./keyring.ts";
import { seal, unsealText } from "./seal.ts";
import type { DataKey, Place } from "./seal.ts";

/** The columns that are sealed, each under the data key of the row's subject. */
export type SealedColumn =
  | "conversations.handle"
  | "conversations.state"
  | "messages.text"
  | "messages.external_id"
  | "messages.response"
  | "turns.trace"
  | "claims.said"
  | "customers.profile"
  | "identity_keys.secret"
  | "identity_challenges.email"
  | "staff_values.said"
  | "notes.text"
  | "signing_keys.private_key"
  | "customer_filters.name"
  | "customer_filters.filter"
  | "idempotency_keys.answer"
  | "webhook_endpoints.url"
  | "webhook_endpoints.secrets"
  | "webhook_events.sealed"
  | "people.email"
  | "people.totp_secret"
  | "invitations.email";

/** Where a value belongs. `row`: the row's id; of a turn, the conversation's and the turn's number (see turnRow). */
function placeOf(workspaceId: string, sealed: SealedColumn, row: string): Place {
  const dot = sealed.indexOf(".");
  return { workspaceId, table: sealed.slice(0, dot), column: sealed.slice(dot + 1), row };
}

export const turnRow = (conversationId: string, turn: number) => `${conversationId}/${turn}`;

/** Seals a column's value for its row. */
export function sealColumn(
  workspaceId: string,
  key: DataKey,
  column: SealedColumn,
  row: string,
  value: string,
): Buffer {
  return seal(key, placeOf(workspaceId, column, row), value);
}

/** Opens it. Throws an AppError (`sealed_value_unreadable`) that names the place and nothing of the content. */
export function unsealColumn(
  workspaceId: string,
  key: DataKey,
  column: SealedColumn,
  row: string,
  sealed: Uint8Array,
): string {
  return unsealText(key, placeOf(workspaceId, column, row), sealed);
}

/** The same for a row of which nothing else is opened; `subjectId`: whose data key seals it, and `key` that key's row. */
export function unsealColumnOnce(
  keyring: Keyring,
  subjectId: string,
  key: WrappedDataKey,
  column: SealedColumn,
  row: string,
  sealed: Uint8Array,
): string {
  return unsealOnce(keyring, subjectId, key, placeOf(keyring.workspaceId, column, row), sealed);
}
