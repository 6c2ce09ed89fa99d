import { isSupportedCountry } from "libphonenumber-js/max";
import { z } from "zod";
import { ReasonView, StateView, TraceView } from "./trace-contract.ts";

export const TEXT_CHARS_MAX = 4_000; // longer is pasted, not said
export const ID_CHARS_MAX = 255; // no platform's own ids are longer
const IDENTITY_CHARS_MAX = 4_096; // a token with an email and an expiry has about 300
export const MESSAGES_PAGE_DEFAULT = 100;
export const MESSAGES_PAGE_MAX = 500;

const YEAR_FIRST = 2000; // older is a clock that was never set

export const PLATFORMS = ["web_widget", "line", "facebook", "whatsapp", "telegram", "api"] as const;
export const Platform = z.enum(PLATFORMS);
export type Platform = z.infer<typeof Platform>;

export const Role = z.enum(["customer", "agent", "bot"]);
export type Role = z.infer<typeof Role>;

// With the flag u a pair is one character, so only halves are left of the category Surrogate.
const loneSurrogate = /\p{Surrogate}/u;

/** PostgreSQL takes no NUL, and stores a lone surrogate as another character without a word. */
export const storableText = z
  .string()
  .refine((text) => !text.includes("\0"), "must not hold the character NUL (U+0000)")
  .refine(
    (text) => !loneSurrogate.test(text),
    "must be well-formed Unicode: it holds half of a surrogate pair",
  );

const notBlank = /\S/u;

const externalId = storableText
  .max(ID_CHARS_MAX, `must have at most ${ID_CHARS_MAX} characters`)
  .regex(notBlank, "must not be empty");

const message = storableText
  .max(TEXT_CHARS_MAX, `must have at most ${TEXT_CHARS_MAX} characters (UTF-16 units)`)
  .regex(notBlank, "must not be empty or only spaces");

/** An ISO 3166-1 alpha-2 country that has a numbering plan, in upper or lower case; kept in upper case. */
export const Region = z
  .string()
  .regex(/^[a-zA-Z]{2}$/u, {
    error: "must be a two-letter country code (ISO 3166-1 alpha-2), such as AU",
    abort: true,
  })
  .toUpperCase()
  .refine(isSupportedCountry, "must be a two-letter country code (ISO 3166-1 alpha-2), such as AU");

const instant = z.iso
  .datetime({
    offset: true,
    error: "must be an ISO 8601 date and time with its offset, such as 2025-06-01T09:30:00Z",
  })
  .refine((at) => new Date(at).getUTCFullYear() >= YEAR_FIRST, `must not lie before the year ${YEAR_FIRST}`);

/** The body of POST /v1/chat: one message of a conversation. Unknown keys are refused. */
export const ChatRequest = z
  .strictObject({
    /** Goes on with this conversation. Without it: the handle's open one, or a new one. */
    conversationId: z.uuid("must be a UUID").optional(),
    /** The platform's own id of the person. */
    handle: externalId,
    platform: Platform.default("api"),
    text: message,
    /** The caller's id of this message: the same one again gets the stored answer, never a second turn. */
    messageId: externalId.optional(),
    /** When it was said; now, where it is not stated. It may be long ago, as of imported messages, but not ahead of the
     *  server's clock by more than AHEAD_MS_MAX (turn/time-said.ts). */
    at: instant.optional(),
    region: Region.optional(),
    /** A JWT in which the host has signed the person's email: see docs/identity.md. Of a customer's message only. */
    identity: z
      .string()
      .max(IDENTITY_CHARS_MAX, `must have at most ${IDENTITY_CHARS_MAX} characters`)
      .optional(),
    role: Role.default("customer"),
    /** False: the caller keeps its own bot (sidecar); nothing is said, only what was heard and what to ask. */
    respond: z.boolean().default(true),
    newConversation: z.boolean().default(false),
    /** True: the answer holds the turn's trace. */
    trace: z.boolean().default(false),
  })
  .refine(({ role, identity }) => role === "customer" || identity === undefined, {
    path: ["identity"],
    error: "must not be there for a message of an agent or a bot: it says who the customer is",
  })
  .refine((request) => !(request.newConversation && request.conversationId !== undefined), {
    path: ["newConversation"],
    error: "must not be true together with a conversationId: leave one of the two out",
  });
export type ChatRequest = z.output<typeof ChatRequest>;

const spoken = { wording: z.string().optional() };

/** What the customer is being asked for now. `wording` is there when the caller does the asking (respond: false). */
export const RequestView = z.object({
  field: z.string(),
  rule: z.string(),
  attempt: z.int().min(1),
  ...spoken,
});
export type RequestView = z.infer<typeof RequestView>;

/** A value that was noted, offered back: with the likely intended one where it looks mistyped, and with null where it
 *  could not be validated and the customer is asked whether it is whole. */
export const ConfirmView = z.object({
  field: z.string(),
  stated: z.string(),
  suggestion: z.string().nullable(),
  ...spoken,
});
export type ConfirmView = z.infer<typeof ConfirmView>;

export const FindingView = z.object({
  field: z.string(),
  value: z.string(),
  raw: z.string(),
  span: z.object({ start: z.int(), end: z.int() }),
  /** "unvalidated": given and stored, but not known to be a valid value. */
  status: z.enum(["accepted", "unvalidated", "rejected"]),
  /** Why it was rejected, or could not be validated. */
  reason: z.string().optional(),
  /** The word or shape that decided, where there is one. */
  because: z.string().optional(),
  suggestion: z.string().optional(),
});
export type FindingView = z.infer<typeof FindingView>;

/** What this conversation may know of its customer: what the handle itself gave, never the rest of the profile. Nor its id: that
 *  of a customer who was there before would tell so, and the same id for two addresses that one person has both. */
export const CustomerView = z.object({
  known: z.record(z.string(), z.string()),
  /** Those of the known fields whose value is not known to be a valid one: a phone number that no numbering plan has. */
  unvalidated: z.array(z.string()),
  missing: z.array(z.string()),
});
export type CustomerView = z.infer<typeof CustomerView>;

export const ModeView = z.enum(["inactive", "listening", "requesting", "confirming", "complete"]);

/** Field → why it was, or was not, asked for. */
const reasons = z.record(z.string(), ReasonView);

/** The answer of POST /v1/chat; stored with its turn, so that a redelivered message gets the same one. */
export const ChatResponse = z.object({
  conversationId: z.uuid(),
  /** None or one message, never two questions. Empty when respond is false or the message is not a customer's. */
  replies: z.array(z.string()),
  request: RequestView.nullable(),
  confirm: ConfirmView.nullable(),
  findings: z.array(FindingView),
  customer: CustomerView.nullable(),
  mode: ModeView,
  /** The number of customer turns so far, this one included. */
  turn: z.int().min(0),
  /** Why each field was, or was not, asked for in this turn. Empty for another role's message. */
  reasons,
  trace: TraceView.optional(),
});
export type ChatResponse = z.infer<typeof ChatResponse>;

/** A query's `limit`. */
export const pageSize = (fallback: number, max: number) =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,4}$/u, `must be a whole number from 1 to ${max}`)
    .transform(Number)
    .refine((limit) => limit <= max, `must be a whole number from 1 to ${max}`)
    .default(fallback);

/** The query of GET /v1/conversations/:id. */
export const ConversationQuery = z.strictObject({
  /** Messages after this `seq`; from the beginning where it is not stated. */
  after: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,8})$/u, "must be a whole number, the seq of a message")
    .transform(Number)
    .default(0),
  limit: pageSize(MESSAGES_PAGE_DEFAULT, MESSAGES_PAGE_MAX),
});
export type ConversationQuery = z.output<typeof ConversationQuery>;

export const MessageView = z.object({
  seq: z.int(),
  role: Role,
  text: z.string(),
  messageId: z.string().nullable(),
  /** The turn it made, or null for another role's message. */
  turn: z.int().nullable(),
  at: z.iso.datetime(),
});
export type MessageView = z.infer<typeof MessageView>;

/** The answer of GET /v1/conversations/:id. */
export const ConversationView = z.object({
  id: z.uuid(),
  platform: Platform,
  handle: z.string(),
  customerId: z.uuid().nullable(),
  startedAt: z.iso.datetime(),
  lastAt: z.iso.datetime(),
  mode: ModeView,
  turn: z.int(),
  request: RequestView.nullable(),
  confirm: ConfirmView.nullable(),
  state: StateView,
  messageCount: z.int(),
  messages: z.array(MessageView),
  /** Pass as `after` for the next messages; null at the end. */
  nextAfter: z.int().nullable(),
});
export type ConversationView = z.infer<typeof ConversationView>;

/** The answer of GET /v1/conversations/:id/turns/:n. */
export const TurnView = z.object({
  conversationId: z.uuid(),
  turn: z.int(),
  at: z.iso.datetime(),
  text: z.string(),
  replies: z.array(z.string()),
  reasons,
  /** Lines for people: why each field was, or was not, asked for. */
  explanation: z.array(z.string()),
  packHash: z.string(),
  engineVersion: z.string(),
  trace: TraceView,
});
export type TurnView = z.infer<typeof TurnView>;
