import { createHash, randomBytes } from "node:crypto";

const SECRET_BYTES = 32;

/** What a session's cookie or a link holds: shown once, and kept as its hash. */
export interface Secret {
  readonly text: string;
  /** SHA-256: enough for 32 random bytes, which nobody can guess by trying. */
  readonly hash: Buffer;
}

/** 32 random bytes, as 43 characters that need no escaping anywhere. */
export function newSecret(): Secret {
  const text = randomBytes(SECRET_BYTES).toString("base64url");
  return { text, hash: hashOfSecret(text) };
}

/** What a secret is looked up by. Takes any text. */
export function hashOfSecret(text: string): Buffer {
  return createHash("sha256").update(text, "utf8").digest();
}
