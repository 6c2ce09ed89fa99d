import { z } from "zod";
import { ActorView } from "../audit/contract.ts";
import { Platform } from "../conversations/contract.ts";

export const CUSTOMERS_PAGE_DEFAULT = 50;
export const CUSTOMERS_PAGE_MAX = 200;
const CURSOR_CHARS_MAX = 200;

/** The query of GET /v1/customers. */
export const CustomersQuery = z.strictObject({
  /** `nextCursor` of the page before. */
  cursor: z
    .string()
    .max(CURSOR_CHARS_MAX, "is not a cursor that this server gave")
    .regex(/^[A-Za-z0-9_-]+$/u, "is not a cursor that this server gave")
    .optional(),
  limit: z
    .string()
    .regex(/^[1-9][0-9]{0,3}$/u, `must be a whole number from 1 to ${CUSTOMERS_PAGE_MAX}`)
    .transform(Number)
    .refine((limit) => limit <= CUSTOMERS_PAGE_MAX, `must be a whole number from 1 to ${CUSTOMERS_PAGE_MAX}`)
    .default(CUSTOMERS_PAGE_DEFAULT),
});
export type CustomersQuery = z.output<typeof CustomersQuery>;

export const CustomerSummary = z.object({
  id: z.uuid(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  /** The fields whose value is not known to be a valid one: a phone number that no numbering plan has. */
  unvalidated: z.array(z.string()),
  /** The workspace's own fields. */
  details: z.record(z.string(), z.string()),
  platforms: z.array(Platform),
  firstAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  conversationCount: z.int(),
});
export type CustomerSummary = z.infer<typeof CustomerSummary>;

/** The answer of GET /v1/customers: the latest interaction first. */
export const CustomerPage = z.object({
  customers: z.array(CustomerSummary),
  nextCursor: z.string().nullable(),
});
export type CustomerPage = z.infer<typeof CustomerPage>;

export const ClaimStanding = z.enum([
  "current",
  "agreeing",
  "superseded",
  "conflicting",
  "denied",
  "withdrawn",
]);

const trust = z.enum(["claimed", "verified", "staff"]);

/** Where a value comes from: one claim, current or not; a conversation's, or one of the staff. */
export const Provenance = z.object({
  id: z.uuid(),
  field: z.string(),
  value: z.string(),
  raw: z.string(),
  /** Null, as all down to `packHash`, of what staff says; `rule` is null where none led to it, too. */
  conversationId: z.uuid().nullable(),
  messageSeq: z.int().nullable(),
  span: z.object({ start: z.int(), end: z.int() }).nullable(),
  extractor: z.string().nullable(),
  rule: z.string().nullable(),
  packHash: z.string().nullable(),
  /** Who of the staff set or verified it; null of a conversation's claim. */
  by: ActorView.nullable(),
  /** The conversation's claim that staff accepted with it. */
  acceptedClaimId: z.uuid().nullable(),
  trust,
  /** Given, but not known to be a valid value: a phone number that no numbering plan has. */
  unvalidated: z.boolean(),
  /** Whether it is the profile's value, agrees with it, was replaced, contradicts it from another handle, or was taken back
   *  by the customer (denied) or by staff (withdrawn). */
  standing: ClaimStanding,
  at: z.iso.datetime(),
});
export type Provenance = z.infer<typeof Provenance>;

/** The answer of GET /v1/customers/:id. */
export const CustomerDetail = CustomerSummary.extend({
  /** Counts changes of values, conflicts, verified fields and tags; the answer's ETag. */
  version: z.int(),
  tags: z.array(z.string()),
  /** The fields whose value somebody has verified. */
  verified: z.array(z.string()),
  notesCount: z.int(),
  /** Other values that other handles gave: field → values. */
  conflicts: z.record(z.string(), z.array(z.string())),
  /** The latest ones, in the order in which they began. */
  conversations: z.array(
    z.object({
      id: z.uuid(),
      platform: Platform,
      handle: z.string(),
      linkTrust: z.enum(["claimed", "verified"]),
      startedAt: z.iso.datetime(),
      lastAt: z.iso.datetime(),
      turn: z.int(),
      messageCount: z.int(),
    }),
  ),
  /** True: there are older conversations than those listed. */
  conversationsTruncated: z.boolean(),
  /** In the order in which they were recorded. */
  provenance: z.array(Provenance),
  /** True: there are more claims than those listed, which are the ones that count most. */
  provenanceTruncated: z.boolean(),
});
export type CustomerDetail = z.infer<typeof CustomerDetail>;
