import { randomFillSync } from "node:crypto";
import { v7 } from "uuid";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** Whether the text is a UUID in the one spelling that the database gives it: lower case, with hyphens. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

const RANDOM_BYTES = 16; // what one id takes
const pool = Buffer.alloc(256 * RANDOM_BYTES);
let used = pool.length;

/** A new UUIDv7. Chance is fetched for many at a time: asking for sixteen bytes takes longer than all else about an id. Ids of
 *  the same millisecond are in no order. */
export function newRowId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const random = pool.subarray(used, (used += RANDOM_BYTES));
  return v7({ random });
}
