import { z } from "zod";

const LABEL_CHARS_MAX = 100;

// The DER of every Ed25519 public key begins with the same twelve bytes (RFC 8410), and 32 follow.
const ED25519_PEM =
  /^\s*-----BEGIN PUBLIC KEY-----\s+MCowBQYDK2VwAyEA(?:[A-Za-z0-9+/]\s*){43}=\s+-----END PUBLIC KEY-----\s*$/u;

const publicKey = z.string().regex(ED25519_PEM, "must be an Ed25519 public key in PEM form (SPKI)");

/** The body of POST /v1/identity/keys. HS256: a secret is made and shown once. EdDSA: the host keeps its private key. */
export const IdentityKeyRequest = z.discriminatedUnion("algorithm", [
  z.strictObject({ algorithm: z.literal("HS256"), label: z.string().max(LABEL_CHARS_MAX).default("") }),
  z.strictObject({
    algorithm: z.literal("EdDSA"),
    label: z.string().max(LABEL_CHARS_MAX).default(""),
    publicKey,
  }),
]);
export type IdentityKeyRequest = z.output<typeof IdentityKeyRequest>;

export const IdentityKeyView = z.object({
  /** Put it into the token's header as `kid`. */
  id: z.uuid(),
  algorithm: z.enum(["HS256", "EdDSA"]),
  label: z.string(),
  publicKey: z.string().nullable(),
  createdAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
});
export type IdentityKeyView = z.infer<typeof IdentityKeyView>;

/** The answer of GET /v1/identity/keys. */
export const IdentityKeyList = z.object({ keys: z.array(IdentityKeyView) });

/** The answer to POST: `secret` is shown now or never. Its characters are the key's bytes, as JWT libraries take them. */
export const NewIdentityKeyView = IdentityKeyView.extend({ secret: z.string().nullable() });
export type NewIdentityKeyView = z.infer<typeof NewIdentityKeyView>;

/** The body of POST /v1/identity/challenge. */
export const ChallengeRequest = z.strictObject({
  conversationId: z.uuid("must be a UUID"),
  email: z.string().max(1_000, "must be an email address"),
});
export type ChallengeRequest = z.output<typeof ChallengeRequest>;

/** The same whether a mail was sent or not. */
export const ChallengeView = z.object({ challengeId: z.uuid(), expiresAt: z.iso.datetime() });
export type ChallengeView = z.infer<typeof ChallengeView>;

/** The body of POST /v1/identity/verify. */
export const VerifyRequest = z.strictObject({
  challengeId: z.uuid("must be a UUID"),
  code: z.string().regex(/^\s*\d{3}\s?\d{3}\s*$/u, "must be the six digits that were mailed"),
});
export type VerifyRequest = z.output<typeof VerifyRequest>;

/** False for a wrong, used, expired or unknown one alike. */
export const VerifyView = z.object({ verified: z.boolean() });
export type VerifyView = z.infer<typeof VerifyView>;
