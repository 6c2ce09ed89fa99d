import { z } from "zod";
import { MessageView, pageSize } from "../conversations/contract.ts";
import { Cursor } from "../http/cursor-contract.ts";
import { ClaimStanding, LinkedConversation, Provenance } from "./contract.ts";

export const HISTORY_PAGE_DEFAULT = 20;
export const HISTORY_PAGE_MAX = 100;
const HISTORY_MESSAGES_DEFAULT = 20;
export const HISTORY_MESSAGES_MAX = 100; // of a conversation: the rest is in GET /v1/conversations/:id
export const CLAIMS_PAGE_DEFAULT = 50;
export const CLAIMS_PAGE_MAX = 200;

/** The query of GET /v1/customers/:id/conversations. */
export const HistoryQuery = z.strictObject({
  cursor: Cursor.optional(),
  /** Conversations. */
  limit: pageSize(HISTORY_PAGE_DEFAULT, HISTORY_PAGE_MAX),
  /** How many of each conversation's messages come with it, the latest ones; 0 for none. */
  messages: z
    .string()
    .regex(/^(0|[1-9][0-9]{0,2})$/u, `must be a whole number from 0 to ${HISTORY_MESSAGES_MAX}`)
    .transform(Number)
    .refine(
      (messages) => messages <= HISTORY_MESSAGES_MAX,
      `must be a whole number from 0 to ${HISTORY_MESSAGES_MAX}`,
    )
    .default(HISTORY_MESSAGES_DEFAULT),
});
export type HistoryQuery = z.output<typeof HistoryQuery>;

/** The answer of GET /v1/customers/:id/conversations: across platforms, the one that began last first. */
export const HistoryPage = z.object({
  conversations: z.array(
    LinkedConversation.extend({
      /** In their order. */
      messages: z.array(MessageView),
      /** True: there are earlier messages than those listed. */
      messagesTruncated: z.boolean(),
    }),
  ),
  nextCursor: z.string().nullable(),
});
export type HistoryPage = z.infer<typeof HistoryPage>;

/** The query of GET /v1/customers/:id/claims. */
export const ClaimsQuery = z.strictObject({
  cursor: Cursor.optional(),
  limit: pageSize(CLAIMS_PAGE_DEFAULT, CLAIMS_PAGE_MAX),
  field: z.string().max(64, "must have at most 64 characters").optional(),
  standing: ClaimStanding.optional(),
});
export type ClaimsQuery = z.output<typeof ClaimsQuery>;

/** The answer of GET /v1/customers/:id/claims: field by field, and of a field the latest first. */
export const ClaimPage = z.object({
  claims: z.array(Provenance),
  nextCursor: z.string().nullable(),
});
export type ClaimPage = z.infer<typeof ClaimPage>;
