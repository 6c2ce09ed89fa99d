import { z } from "zod";
import { Region, storableText } from "../conversations/contract.ts";

const VALUE_CHARS_MAX = 500; // no value of a field is longer than the longest address and its display name
const FIELD_CHARS_MAX = 64;

/** The body of PATCH /v1/customers/:id. */
export const CustomerEdit = z.strictObject({
  /** Field → its value, or null to take back what staff set. Fields that are not named stay as they are. */
  fields: z
    .record(
      storableText.max(FIELD_CHARS_MAX, `must have at most ${FIELD_CHARS_MAX} characters`),
      storableText.max(VALUE_CHARS_MAX, `must have at most ${VALUE_CHARS_MAX} characters`).nullable(),
    )
    .refine((fields) => Object.keys(fields).length > 0, "must name a field at least"),
  /** Country of a national phone number; the server's, where it is not stated. */
  region: Region.optional(),
});
export type CustomerEdit = z.output<typeof CustomerEdit>;

/** The body of POST /v1/customers/:id/verify. */
export const Verification = z.strictObject({
  field: storableText.max(FIELD_CHARS_MAX, `must have at most ${FIELD_CHARS_MAX} characters`),
  /** False takes back that staff has verified the field. */
  verified: z.boolean().default(true),
});
export type Verification = z.output<typeof Verification>;
