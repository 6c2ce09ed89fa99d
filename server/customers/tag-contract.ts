import { z } from "zod";
import { storableText } from "../conversations/contract.ts";

export const TAG_CHARS_MAX = 40;
export const TAGS_MAX = 50; // of a customer

/** A tag as it is kept: composed (NFC), lower case, single blanks. Tags are stored in the clear, so that customers are found by
 *  them: an address or a number does not belong here, and an @ is refused. */
export const Tag = storableText
  .transform((text) => text.normalize("NFC").toLowerCase().replace(/\s+/gu, " ").trim())
  .pipe(
    z
      .string()
      .min(1, "must not be empty")
      .max(TAG_CHARS_MAX, `must have at most ${TAG_CHARS_MAX} characters`)
      .regex(/^[^\p{C}@,;/]*$/u, "must not hold @ , ; / or control characters")
      .regex(/[\p{L}\p{N}\p{S}]/u, "must hold a letter, a digit or a sign"),
  );

/** The answer about a customer's tags, in the order of their characters. */
export const Tags = z.object({ tags: z.array(z.string()) });
export type Tags = z.infer<typeof Tags>;
