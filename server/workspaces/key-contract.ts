import { z } from "zod";
import { Scope, SCOPES } from "../access/permission-contract.ts";

const LABEL_CHARS_MAX = 100; // it stands in a list

/** Keys of a workspace that work at one time: more is nobody's intention. */
export const KEYS_MAX = 200;
/** The newest of all, those that ended included, that a list shows. */
export const KEYS_LISTED_MAX = 1_000;

export const KeyLabel = z
  .string()
  .max(LABEL_CHARS_MAX, `must have at most ${LABEL_CHARS_MAX} characters`)
  .regex(/\S/u, "must not be empty")
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be well-formed text")
  .transform((text) => text.trim());

const inOrder = (scopes: readonly Scope[]) => SCOPES.filter((scope) => scopes.includes(scope));

export const KeyScopes = z
  .array(Scope)
  .min(1, `must name one scope at least, of ${SCOPES.join(", ")}`)
  .max(SCOPES.length, `must name each of ${SCOPES.join(", ")} at most once`)
  .transform(inOrder);

/** The body of POST /v1/keys. */
export const NewKey = z.strictObject({
  /** What it is for, to tell it from others. */
  label: KeyLabel,
  scopes: KeyScopes,
  /** From then on it is refused; null, or left out: never. */
  expiresAt: z.iso
    .datetime({
      offset: true,
      error: "must be an ISO 8601 date and time with its offset, such as 2027-06-01T09:30:00Z, or null",
    })
    .nullable()
    .default(null),
});
export type NewKey = z.output<typeof NewKey>;

const state = z.enum(["live", "expired", "revoked"]);

export const KeyView = z.object({
  id: z.uuid(),
  label: z.string(),
  /** The key's first part, up to the dot: what it is told by, and no secret. */
  name: z.string(),
  scopes: z.array(Scope),
  state,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable(),
  revokedAt: z.iso.datetime().nullable(),
  /** To a minute; null: never used. */
  lastUsedAt: z.iso.datetime().nullable(),
});
export type KeyView = z.infer<typeof KeyView>;

/** The answer of POST /v1/keys. `key` is shown now or never: only its hash is kept. */
export const CreatedKey = KeyView.extend({ key: z.string() });
export type CreatedKey = z.infer<typeof CreatedKey>;

/** The answer of GET /v1/keys: the newest first. */
export const KeyList = z.object({ keys: z.array(KeyView) });
export type KeyList = z.infer<typeof KeyList>;
