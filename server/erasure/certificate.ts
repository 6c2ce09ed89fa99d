import { createPublicKey, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Certificate, Erasure } from "./contract.ts";
import type { Signer } from "./signing-key.ts";

/** The bytes that are signed: JSON with the keys of every object sorted and no spaces (RFC 8785, of which a certificate
 *  needs no more than that). `jq -jcS .certificate` writes the same. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isObject(part) ? sorted(part) : part));
}

const isObject = (part: unknown): part is Readonly<Record<string, unknown>> =>
  typeof part === "object" && part !== null && !Array.isArray(part);

function sorted(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

export function signCertificate({ keyId, privateKey }: Signer, certificate: Certificate): Erasure {
  const signature = sign(null, Buffer.from(canonicalJson(certificate)), privateKey);
  return { certificate, signature: signature.toString("base64"), keyId };
}

/** Whether the signature is that key's over this certificate. False, too, for what is no key. */
export function verifiesErasure({ certificate, signature }: Erasure, publicKey: string | KeyObject): boolean {
  try {
    const key = typeof publicKey === "string" ? createPublicKey(publicKey) : publicKey;
    return verify(null, Buffer.from(canonicalJson(certificate)), key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}
