import { createHash } from "node:crypto";

/** The number of an advisory lock for a thing that `parts` name: 64 bits of their SHA-256, signed as PostgreSQL wants.
 *  Parts are length-prefixed, so that ("a", "bc") and ("ab", "c") are different things. */
export function advisoryKey(...parts: readonly string[]): bigint {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:`).update(part);
  return hash.digest().readBigInt64BE();
}
