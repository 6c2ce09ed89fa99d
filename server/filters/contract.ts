import { z } from "zod";
import { CustomerFilter } from "../customers/contract.ts";

const NAME_CHARS_MAX = 100;

/** How many filters a workspace may keep: more is not looked through. */
export const FILTERS_MAX = 200;

/** The body of POST /v1/filters. */
export const NewFilter = z.strictObject({
  name: z
    .string()
    .max(NAME_CHARS_MAX, `must have at most ${NAME_CHARS_MAX} characters`)
    .regex(/\S/u, "must not be empty")
    .refine((text) => text.isWellFormed(), "must be well-formed text")
    .transform((text) => text.trim()),
  /** The parameters of GET /v1/customers, but for cursor and limit. */
  filter: CustomerFilter.refine(
    (filter) => Object.keys(filter).length > 0,
    "must have one parameter at least",
  ),
});
export type NewFilter = z.output<typeof NewFilter>;

export const SavedFilter = z.object({
  id: z.uuid(),
  name: z.string(),
  filter: CustomerFilter,
  /** The same as a query string, to be put behind `/v1/customers?`. */
  query: z.string(),
  createdAt: z.iso.datetime(),
});
export type SavedFilter = z.output<typeof SavedFilter>;

/** The answer of GET /v1/filters, by name. */
export const FilterList = z.object({ filters: z.array(SavedFilter) });
export type FilterList = z.output<typeof FilterList>;
