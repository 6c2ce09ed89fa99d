import { z } from "zod";
import { Region } from "../conversations/contract.ts";

/** More is a job for several files; each row is a transaction of its own. */
export const IMPORT_ROWS_MAX = 20_000;
export const IMPORT_BYTES_MAX = 8 * 1024 * 1024;

/** The query of POST /v1/customers/import. */
export const ImportQuery = z.strictObject({
  /** True: says what would be done, and does nothing. */
  dryRun: z
    .enum(["true", "false"], "must be true or false")
    .default("false")
    .transform((value) => value === "true"),
  /** Country of national phone numbers. */
  region: Region.optional(),
});

/** What became of a row. created, updated: a customer got the values, as if staff had set them. unchanged: it had them.
 *  conflict: it has another value for one of the fields, which stays. invalid, duplicate: nothing of the row was taken. */
export const Outcome = z.enum(["created", "updated", "unchanged", "conflict", "invalid", "duplicate"]);
export type Outcome = z.infer<typeof Outcome>;

export const ImportedRow = z.object({
  /** In the file; the header is line 1. */
  line: z.int(),
  outcome: Outcome,
  customerId: z.uuid().nullable(),
  /** Fields that got a value. */
  set: z.array(z.string()),
  /** What is wrong, or what stays as it is, column by column. */
  problems: z.array(z.object({ column: z.string(), detail: z.string() })),
});
export type ImportedRow = z.infer<typeof ImportedRow>;

/** The answer of POST /v1/customers/import. */
export const ImportReport = z.object({
  dryRun: z.boolean(),
  counts: z.record(Outcome, z.int()),
  rows: z.array(ImportedRow),
});
export type ImportReport = z.infer<typeof ImportReport>;
