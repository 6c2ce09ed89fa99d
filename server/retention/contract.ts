import { z } from "zod";

const RETENTION_DAYS_MAX = 36_500; // a hundred years: more is a slip of the finger
export const PREVIEW_MAX = 1_000;

const RANGE = `must be a whole number of days from 1 to ${RETENTION_DAYS_MAX}`;

/** The body of PUT /v1/retention, and its answer, and that of GET: who has been silent for longer is erased; null: nobody. */
export const Retention = z.strictObject({
  days: z
    .int(`${RANGE}, or null`)
    .min(1, `${RANGE}, or null`)
    .max(RETENTION_DAYS_MAX, `${RANGE}, or null`)
    .nullable(),
});
export type Retention = z.infer<typeof Retention>;

/** The query of GET /v1/retention/preview. */
export const PreviewQuery = z.strictObject({
  /** What would be erased with so many days; without it, with those that are set. */
  days: z
    .string()
    .regex(/^[1-9][0-9]{0,4}$/u, RANGE)
    .transform(Number)
    .refine((count) => count <= RETENTION_DAYS_MAX, RANGE)
    .optional(),
});

const due = z.object({
  count: z.int(),
  /** The first of them, whose last interaction is the oldest. */
  ids: z.array(z.uuid()).max(PREVIEW_MAX),
});

/** The answer of GET /v1/retention/preview: what a sweep would erase now. */
export const RetentionPreview = z.object({
  days: z.int().nullable(),
  /** Whose last interaction lies before this is erased; null when nobody is. */
  silentSince: z.iso.datetime().nullable(),
  customers: due,
  /** Conversations that never came to a customer. */
  conversations: due,
});
export type RetentionPreview = z.infer<typeof RetentionPreview>;
