import { z } from "zod";
import { MessageView, Platform } from "../conversations/contract.ts";
import { NoteView } from "../customers/note-contract.ts";
import { CustomerFilter, Provenance } from "../customers/contract.ts";

const flag = z
  .enum(["true", "false"], "must be true or false")
  .default("false")
  .transform((value) => value === "true");

/** The query of GET /v1/customers/export.csv: the filter of a list, or none for everybody. */
export const CsvQuery = CustomerFilter.extend({
  /** True: the file begins with a byte order mark. */
  bom: flag,
});

/** The query of GET /v1/customers/:id/export. */
export const PersonQuery = z.strictObject({
  /** True: without conversations that are linked by a claim only, and without what they say. */
  verifiedOnly: flag,
});

const link = z.enum(["claimed", "verified"]);

/** The answer of GET /v1/customers/:id/export: all that is kept of one person. See docs/export.md. */
export const PersonExport = z.strictObject({
  format: z.literal("customer-enrichment.person.1"),
  exportedAt: z.iso.datetime(),
  verifiedOnly: z.boolean(),
  customer: z.strictObject({
    id: z.uuid(),
    /** field → value. */
    values: z.record(z.string(), z.string()),
    /** The fields whose value is not known to be a valid one. */
    unvalidated: z.array(z.string()),
    /** Other values that other handles gave: field → values. */
    conflicts: z.record(z.string(), z.array(z.string())),
    /** The fields whose value somebody has verified. */
    verified: z.array(z.string()),
    tags: z.array(z.string()),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  }),
  /** Every value that was ever given, in the order in which it was recorded, then what staff set, and what became of it.
   *  `link`: how the conversation that says it came to this customer; null of what staff says. */
  provenance: z.array(Provenance.extend({ link: link.nullable() }).strict()),
  /** What staff noted down. */
  notes: z.array(NoteView.strict()),
  refusals: z.array(z.strictObject({ field: z.string(), conversationId: z.uuid(), at: z.iso.datetime() })),
  /** In the order in which they began. */
  conversations: z.array(
    z.strictObject({
      id: z.uuid(),
      platform: Platform,
      handle: z.string(),
      link,
      linkedAt: z.iso.datetime(),
      startedAt: z.iso.datetime(),
      lastAt: z.iso.datetime(),
      messages: z.array(MessageView.strict()),
    }),
  ),
});
export type PersonExport = z.infer<typeof PersonExport>;
