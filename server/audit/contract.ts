import { z } from "zod";
import { pageSize } from "../conversations/contract.ts";
import { Cursor } from "../http/cursor-contract.ts";

export const AUDIT_PAGE_DEFAULT = 50;
export const AUDIT_PAGE_MAX = 200;
const ID_CHARS_MAX = 100; // ours are UUIDs; an operator's is the name of a login

/** Who did something. `id`: the API key's, the member's, the operator's login. */
export const ActorView = z.object({
  kind: z.enum(["api_key", "member", "operator", "system"]),
  id: z.string(),
});
export type ActorView = z.infer<typeof ActorView>;

const id = z
  .string()
  .min(1, "must not be empty")
  .max(ID_CHARS_MAX, `must have at most ${ID_CHARS_MAX} characters`);
const instant = z.iso
  .datetime({
    offset: true,
    error: "must be an ISO 8601 date and time with its offset, such as 2025-06-01T09:30:00Z",
  })
  .transform((at) => new Date(at));

/** The query of GET /v1/audit. What is stated must hold together. */
export const AuditQuery = z.strictObject({
  cursor: Cursor.optional(),
  limit: pageSize(AUDIT_PAGE_DEFAULT, AUDIT_PAGE_MAX),
  /** As `customer.edited`. */
  action: z
    .string()
    .regex(/^[a-z_]{1,40}\.[a-z_]{1,40}$/u, "must be an action, such as customer.edited")
    .optional(),
  /** The actor's id. */
  actor: id.optional(),
  /** The subject's id: a customer's, for one. */
  subject: id.optional(),
  /** At this instant or later. */
  from: instant.optional(),
  /** Before this instant. */
  to: instant.optional(),
});
export type AuditQuery = z.output<typeof AuditQuery>;

export const AuditEventView = z.object({
  id: z.uuid(),
  at: z.iso.datetime(),
  /** `label`: what the API key is called; null for others, and for a key that is not known here. */
  actor: ActorView.extend({ label: z.string().nullable() }),
  action: z.string(),
  subject: z.object({ kind: z.string(), id: z.string() }),
  /** Names of fields, counts, causes; never what a customer said or gave. */
  details: z.record(z.string(), z.unknown()),
});
export type AuditEventView = z.infer<typeof AuditEventView>;

/** The answer of GET /v1/audit: the latest first. */
export const AuditPage = z.object({
  events: z.array(AuditEventView),
  nextCursor: z.string().nullable(),
});
export type AuditPage = z.infer<typeof AuditPage>;
