import { createHash, createSecretKey, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { AppError } from "../app-error.ts";
import { seal, unseal, unsealText } from "./seal.ts";
import type { DataKey, Place } from "./seal.ts";

export const KEY_BYTES = 32;

/** A subject's data key lives as long as the subject and is never replaced: erasing destroys it. */
const SUBJECT_KEY_VERSION = 1;

/** A key that equal values are found by. */
export interface IndexKey {
  readonly version: number;
  readonly secret: KeyObject;
}

/** A workspace's keys, open, as they were when they were loaded. */
export interface Keyring {
  readonly workspaceId: string;
  /** Wraps the data keys of new subjects. */
  readonly wrappingKey: DataKey;
  /** Every version, by number: data keys that an earlier one wrapped stay readable. */
  readonly workspaceKeys: ReadonlyMap<number, DataKey>;
  /** The first is for writing. While the index key is being replaced there are two, and both are for looking up. */
  readonly indexKeys: readonly [IndexKey, ...IndexKey[]];
}

/** A subject's data key as it is stored, by the names that statements select it under: see privacy/data-key-sql.ts. */
export interface WrappedDataKey {
  readonly key_version: number;
  readonly key_wrapped: Uint8Array;
}

/** Makes the data key of a customer or a conversation, and its row. Waits for nothing: it runs within transactions.
 *  Measured as `seal` is: 7 µs. */
export function newDataKey(
  keyring: Keyring,
  subjectId: string,
): { readonly key: DataKey; readonly row: WrappedDataKey } {
  const bytes = randomBytes(KEY_BYTES);
  const row = wrapDataKey(keyring, keyring.wrappingKey, subjectId, bytes);
  return { key: subjectKey(bytes), row };
}

/** Opens a subject's data key. Waits for nothing either; 4 µs.
 *  Throws an AppError: `keys_outdated` when another process has rotated the workspace key since this keyring was loaded,
 *  `sealed_value_unreadable` when the row was changed or is another subject's. */
export function openDataKey(keyring: Keyring, subjectId: string, row: WrappedDataKey): DataKey {
  return subjectKey(unwrapDataKey(keyring, subjectId, row));
}

/** Opens a single text of a subject: without making its data key one that is kept, which takes a fifth longer. Throws what openDataKey
 *  and `unseal` throw. */
export function unsealOnce(
  keyring: Keyring,
  subjectId: string,
  row: WrappedDataKey,
  place: Place,
  sealed: Uint8Array,
): string {
  const secret = unwrapDataKey(keyring, subjectId, row);
  return unsealText({ version: SUBJECT_KEY_VERSION, secret }, place, sealed);
}

/** The row as the newest workspace key wraps it, for rotations. */
export function rewrapDataKey(keyring: Keyring, subjectId: string, row: WrappedDataKey): WrappedDataKey {
  return wrapDataKey(keyring, keyring.wrappingKey, subjectId, unwrapDataKey(keyring, subjectId, row));
}

const FINGERPRINT_BYTES = 16;

/** What a data key is told by, however it is wrapped, in hexadecimal. It says nothing of the key. */
export function fingerprintOf({ secret }: DataKey): string {
  const hash = createHash("sha256").update("customer-enrichment data key fingerprint\0");
  return hash.update(secret.export()).digest().subarray(0, FINGERPRINT_BYTES).toString("hex");
}

function wrapDataKey(keyring: Keyring, key: DataKey, subjectId: string, dataKey: Uint8Array): WrappedDataKey {
  return { key_version: key.version, key_wrapped: seal(key, placeOf(keyring, subjectId), dataKey) };
}

function unwrapDataKey(keyring: Keyring, subjectId: string, row: WrappedDataKey): Buffer {
  const key = keyring.workspaceKeys.get(row.key_version);
  if (key === undefined) {
    throw new AppError(
      "keys_outdated",
      "The workspace's key was rotated a moment ago, and this process has not yet heard of it. Try again in a minute.",
    );
  }
  return unseal(key, placeOf(keyring, subjectId), row.key_wrapped);
}

const subjectKey = (bytes: Uint8Array): DataKey => ({
  version: SUBJECT_KEY_VERSION,
  secret: createSecretKey(bytes),
});

const placeOf = ({ workspaceId }: Keyring, subjectId: string) => ({
  workspaceId,
  table: "data_keys",
  column: "wrapped",
  row: subjectId,
});
