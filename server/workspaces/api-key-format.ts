import { createHash, randomBytes } from "node:crypto";
import { parse, stringify } from "uuid";

const SECRET_BYTES = 32;
const UUID_BYTES = 16;
// ce_<workspace and key id>.<secret>, both 32 bytes in base64url.
const KEY = /^ce_([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/u;

/** What an API key says of itself. Whether it is true, only its secret's hash in the database can tell. */
export interface ParsedKey {
  readonly workspaceId: string;
  readonly keyId: string;
  /** SHA-256: enough for 32 random bytes, which nobody can guess by trying. */
  readonly secretHash: Buffer;
}

/** Makes a key's text. It names its workspace, so that looking it up is scoped like every other query. */
export function newKey(
  workspaceId: string,
  keyId: string,
): { readonly key: string; readonly secretHash: Buffer } {
  const secret = randomBytes(SECRET_BYTES);
  const name = Buffer.concat([parse(workspaceId), parse(keyId)]);
  return {
    key: `ce_${name.toString("base64url")}.${secret.toString("base64url")}`,
    secretHash: sha256(secret),
  };
}

/** Reads a key's text; null when it is not one. Never throws. */
export function parseKey(key: string): ParsedKey | null {
  const [, nameText, secretText] = KEY.exec(key) ?? [];
  if (nameText === undefined || secretText === undefined) return null;
  const name = Buffer.from(nameText, "base64url");
  const secret = Buffer.from(secretText, "base64url");
  // The last character has two bits to spare: only one spelling of a key is that key.
  if (name.toString("base64url") !== nameText || secret.toString("base64url") !== secretText) return null;
  try {
    return {
      workspaceId: stringify(name.subarray(0, UUID_BYTES)),
      keyId: stringify(name.subarray(UUID_BYTES)),
      secretHash: sha256(secret),
    };
  } catch {
    return null; // bytes that are no UUID
  }
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
