import { createHash, randomBytes } from "node:crypto";
import { parse, stringify } from "uuid";

const SECRET_BYTES = 32;
const UUID_BYTES = 16;
// ce_<workspace and key id>.<secret>, both 32 bytes in base64url.
const KEY = /^(ce_[A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{43})$/u;
const NAME = /^ce_([A-Za-z0-9_-]{43})$/u;

/** Which key of which workspace: what its first part says, which is no secret. */
export interface KeyName {
  readonly workspaceId: string;
  readonly keyId: string;
}

/** What an API key says of itself. Whether it is true, only its secret's hash in the database can tell. */
export interface ParsedKey extends KeyName {
  /** SHA-256: enough for 32 random bytes, which nobody can guess by trying. */
  readonly secretHash: Buffer;
}

/** Makes a key's text. It names its workspace, so that looking it up is scoped like every other query. */
export function newKey(
  workspaceId: string,
  keyId: string,
): { readonly key: string; readonly secretHash: Buffer } {
  const secret = randomBytes(SECRET_BYTES);
  return {
    key: `${nameOfKey({ workspaceId, keyId })}.${secret.toString("base64url")}`,
    secretHash: sha256(secret),
  };
}

/** A key's first part, up to the dot. */
export function nameOfKey({ workspaceId, keyId }: KeyName): string {
  return `ce_${Buffer.concat([parse(workspaceId), parse(keyId)]).toString("base64url")}`;
}

/** Reads a key's text; null when it is not one. Never throws. */
export function parseKey(key: string): ParsedKey | null {
  const [, nameText = "", secretText = ""] = KEY.exec(key) ?? [];
  const name = parseKeyName(nameText);
  const secret = decode(secretText);
  return name === null || secret === null ? null : { ...name, secretHash: sha256(secret) };
}

/** Reads a key's first part, up to the dot; null when it is not one. Never throws. */
export function parseKeyName(text: string): KeyName | null {
  const [, idsText = ""] = NAME.exec(text) ?? [];
  const ids = decode(idsText);
  if (ids === null || ids.length !== 2 * UUID_BYTES) return null;
  try {
    return {
      workspaceId: stringify(ids.subarray(0, UUID_BYTES)),
      keyId: stringify(ids.subarray(UUID_BYTES)),
    };
  } catch {
    return null; // bytes that are no UUID
  }
}

/** The last character has two bits to spare: only one spelling of the bytes is taken. */
function decode(text: string): Buffer | null {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : null;
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}
