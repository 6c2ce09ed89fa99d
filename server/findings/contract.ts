import { z } from "zod";
import { MISSED_REASONS } from "./missed.ts";

export const FINDINGS_PAGE_DEFAULT = 50;
export const FINDINGS_PAGE_MAX = 200;
const FIELD_CHARS_MAX = 100; // a pack's own keys are shorter
const CURSOR_CHARS_MAX = 200;

const instant = z.iso
  .datetime({
    offset: true,
    error: "must be an ISO 8601 date and time with its offset, such as 2025-06-01T09:30:00Z",
  })
  .transform((at) => Date.parse(at));

const limitDetail = `must be a whole number from 1 to ${FINDINGS_PAGE_MAX}`;

export const FindingStatus = z.enum(["open", "done"]);

/** The query of GET /v1/findings. */
export const FindingsQuery = z.strictObject({
  status: FindingStatus.default("open"),
  field: z.string().min(1, "must name a field").max(FIELD_CHARS_MAX, "is not a field").optional(),
  reason: z.enum(MISSED_REASONS).optional(),
  /** When the message was said: from then on, and before then. */
  from: instant.optional(),
  to: instant.optional(),
  /** `nextCursor` of the page before. */
  cursor: z.string().max(CURSOR_CHARS_MAX, "is not a cursor that this server gave").optional(),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/u, limitDetail)
    .transform(Number)
    .refine((limit) => limit <= FINDINGS_PAGE_MAX, limitDetail)
    .default(FINDINGS_PAGE_DEFAULT),
});
export type FindingsQuery = z.output<typeof FindingsQuery>;

/** The body of PATCH /v1/findings/:id. */
export const FindingPatch = z.strictObject({ status: FindingStatus });

/** Something that looked like a contact detail and was not taken for the customer's own. */
export const MissedFinding = z.object({
  id: z.uuid(),
  conversationId: z.uuid(),
  messageSeq: z.int(),
  turn: z.int(),
  field: z.string(),
  reason: z.enum(MISSED_REASONS),
  extractor: z.string(),
  /** Exactly what stands at the span of the text; UTF-16 units. */
  raw: z.string(),
  span: z.object({ start: z.int(), end: z.int() }),
  /** The whole message. */
  text: z.string(),
  at: z.iso.datetime(),
  status: FindingStatus,
});
export type MissedFinding = z.infer<typeof MissedFinding>;

/** The answer of GET /v1/findings: the latest first. */
export const FindingsPage = z.object({
  findings: z.array(MissedFinding),
  nextCursor: z.string().nullable(),
});
export type FindingsPage = z.infer<typeof FindingsPage>;
