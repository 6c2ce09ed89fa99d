import { z } from "zod";
import { ActorView } from "../audit/contract.ts";
import { Platform } from "../conversations/contract.ts";

export const CUSTOMERS_PAGE_DEFAULT = 50;
export const CUSTOMERS_PAGE_MAX = 200;
const CURSOR_CHARS_MAX = 200;
const QUERY_CHARS_MAX = 200; // nobody types more into a search box
const TAG_CHARS_MAX = 100;
const VALUES_MAX = 20; // of one filter: more is a program's mistake
const YEAR_FIRST = 1970; // what lies outside of these is a slip of the finger, and some of it no date to the database
const YEAR_LAST = 2999;
const COUNT_MAX = 1_000_000_000; // fits the database's integer

/** The fields that every workspace has. */
export const STANDARD_FIELDS = ["name", "email", "phone"] as const;

/** A total is counted up to here; beyond, people read "over 10,000". */
export const TOTAL_EXACT_MAX = 10_000;

/** A parameter that may be given several times: `has=email&has=phone`. */
const several = <Value extends string>(value: z.ZodType<Value, Value>): z.ZodType<Value[], Value | Value[]> =>
  z.preprocess<unknown, z.ZodArray<z.ZodType<Value, Value>>, Value | Value[]>(
    (given) => (typeof given === "string" ? [given] : given),
    z.array(value).min(1).max(VALUES_MAX, `may be given at most ${VALUES_MAX} times`),
  );

const field = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/u, "must be the key of a field, such as email");

const tag = z
  .string()
  .min(1, "must not be empty")
  .max(TAG_CHARS_MAX, `must have at most ${TAG_CHARS_MAX} characters`)
  .refine((text) => text.isWellFormed() && !text.includes("\0"), "must be well-formed text");

const INSTANT =
  "must be a date, such as 2025-06-01, or a date and time with its offset, such as 2025-06-01T09:30:00Z";
const instant = z
  .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: INSTANT })
  .refine((text) => {
    const year = new Date(text).getUTCFullYear();
    return YEAR_FIRST <= year && year <= YEAR_LAST;
  }, `must lie in the years ${YEAR_FIRST} to ${YEAR_LAST}`);

const count = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,9})$/u, "must be a whole number of conversations")
  .refine((text) => Number(text) <= COUNT_MAX, "must be a whole number of conversations");

/** Which customers: every part narrows. All are as a query string has them, which is how a saved filter keeps them. */
export const CustomerFilter = z.strictObject({
  /** The beginning of any word of the name or the address, the address whole or by its beginning, the last digits of the phone
   *  number or all of them. Several words: all of them. */
  q: z
    .string()
    .max(QUERY_CHARS_MAX, `must have at most ${QUERY_CHARS_MAX} characters`)
    .refine((text) => text.isWellFormed(), "must be well-formed text")
    .optional(),
  /** Several: any of them. */
  platform: several(Platform).optional(),
  /** Several, as of has and lacks: all of them. */
  tag: several(tag).optional(),
  has: several(field).optional(),
  lacks: several(field).optional(),
  /** verified: at least one value is. claimed: none is. */
  trust: z.enum(["claimed", "verified"]).optional(),
  /** The first interaction: from this time, or day in UTC, on. */
  firstFrom: instant.optional(),
  /** Up to this time, or to the end of this day, inclusive. */
  firstTo: instant.optional(),
  lastFrom: instant.optional(),
  lastTo: instant.optional(),
  minConversations: count.optional(),
  maxConversations: count.optional(),
  /** By the last interaction, the first one, or the number of conversations. */
  sort: z.enum(["last", "first", "conversations"]).optional(),
  /** desc, where it is not stated. */
  order: z.enum(["asc", "desc"]).optional(),
});
export type CustomerFilter = z.output<typeof CustomerFilter>;

/** The query of GET /v1/customers. */
export const CustomersQuery = CustomerFilter.extend({
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

/** The answer of GET /v1/customers. */
export const CustomerPage = z.object({
  customers: z.array(CustomerSummary),
  /** How many customers the filter finds, on all pages together. */
  total: z.int(),
  /** "at_least": there may be more than `total`, of which as many were counted. */
  totalIs: z.enum(["exact", "at_least"]),
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

/** A conversation as its customer is shown with it. */
export const LinkedConversation = z.object({
  id: z.uuid(),
  platform: Platform,
  handle: z.string(),
  linkTrust: z.enum(["claimed", "verified"]),
  startedAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  turn: z.int(),
  messageCount: z.int(),
});
export type LinkedConversation = z.infer<typeof LinkedConversation>;

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
  conversations: z.array(LinkedConversation),
  /** True: there are older conversations than those listed. */
  conversationsTruncated: z.boolean(),
  /** In the order in which they were recorded. */
  provenance: z.array(Provenance),
  /** True: there are more claims than those listed, which are the ones that count most. */
  provenanceTruncated: z.boolean(),
});
export type CustomerDetail = z.infer<typeof CustomerDetail>;
