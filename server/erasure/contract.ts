import { z } from "zod";

export const ERASURES_PAGE_DEFAULT = 50;
export const ERASURES_PAGE_MAX = 200;

/** The body of DELETE /v1/customers/:id. */
export const EraseRequest = z.strictObject({
  /** The customer's id once more: an erasure cannot be taken back. */
  confirm: z.string(),
});

const subject = z.object({ kind: z.enum(["customer", "conversation"]), id: z.uuid() });
const by = z.object({ kind: z.enum(["api_key", "member", "operator", "system"]), id: z.string() });

/** Why: somebody asked for it, the time was over, or a restored backup had the person again. */
export const ErasureCause = z.enum(["request", "retention", "reapplied"]);
export type ErasureCause = z.infer<typeof ErasureCause>;

const summary = {
  id: z.uuid(),
  subject,
  cause: ErasureCause,
  at: z.iso.datetime(),
  by,
  /** table → rows that were destroyed. */
  destroyed: z.record(z.string(), z.int().min(0)),
};

/** What was destroyed, free of personal data. All strings are ASCII and all numbers whole, so that sorted keys without spaces are
 *  its canonical form (RFC 8785). */
export const Certificate = z.strictObject({
  version: z.literal(1),
  workspaceId: z.uuid(),
  ...summary,
  /** The data keys that were destroyed, by the customer or conversation they were of. The fingerprint is null where the key
   *  could not be opened any more. */
  keys: z.array(
    z.strictObject({
      kind: z.enum(["customer", "conversation"]),
      id: z.uuid(),
      fingerprint: z
        .string()
        .regex(/^[0-9a-f]{32}$/u)
        .nullable(),
    }),
  ),
});
export type Certificate = z.infer<typeof Certificate>;

/** The answer of DELETE /v1/customers/:id and of GET /v1/erasures/:id. */
export const Erasure = z.strictObject({
  certificate: Certificate,
  /** Ed25519 over the certificate's canonical form, in base64. */
  signature: z.base64(),
  /** The key of GET /v1/erasures/public-key that it was made with. */
  keyId: z.uuid(),
});
export type Erasure = z.infer<typeof Erasure>;

/** A line of the ledger that `enrich erasures export` writes: with the key, because a restored database may not have it. */
export const LedgerLine = Erasure.extend({ publicKey: z.string() });
export type LedgerLine = z.infer<typeof LedgerLine>;

/** The query of GET /v1/erasures. */
export const ErasuresQuery = z.strictObject({
  /** `nextCursor` of the page before. */
  cursor: z.uuid("is not a cursor that this server gave").optional(),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/u, `must be a whole number from 1 to ${ERASURES_PAGE_MAX}`)
    .transform(Number)
    .refine((limit) => limit <= ERASURES_PAGE_MAX, `must be a whole number from 1 to ${ERASURES_PAGE_MAX}`)
    .default(ERASURES_PAGE_DEFAULT),
});
export type ErasuresQuery = z.output<typeof ErasuresQuery>;

/** The answer of GET /v1/erasures: the latest first, without the lists of keys. */
export const ErasurePage = z.object({
  erasures: z.array(z.object(summary)),
  nextCursor: z.uuid().nullable(),
});
export type ErasurePage = z.infer<typeof ErasurePage>;

const publicKey = z.object({
  keyId: z.uuid(),
  algorithm: z.literal("Ed25519"),
  /** PEM, as openssl reads it. */
  publicKey: z.string(),
});

/** The answer of GET /v1/erasures/public-key: the key in use, and those of before. */
export const PublicKeys = publicKey.extend({ earlier: z.array(publicKey) });
export type PublicKeys = z.infer<typeof PublicKeys>;
