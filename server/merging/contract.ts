import { z } from "zod";
import { Platform } from "../conversations/contract.ts";

const CHOICES_MAX = 50; // a pack has a handful of fields

export const Side = z.enum(["survivor", "other"]);
export type Side = z.infer<typeof Side>;

/** The body of POST /v1/customers/:id/merge: the customer of the address survives, `with` is merged into it. */
export const MergeRequest = z.strictObject({
  with: z.uuid("must be the id of a customer"),
  /** Field → whose value counts from now on. Without a choice: what the order of trust makes of all that was said. */
  choices: z
    .record(z.string(), Side)
    .refine(
      (choices) => Object.keys(choices).length <= CHOICES_MAX,
      `must name at most ${CHOICES_MAX} fields`,
    )
    .default({}),
  /** True: says what the merge would make, and changes nothing. */
  dryRun: z.boolean().default(false),
});
export type MergeRequest = z.output<typeof MergeRequest>;

/** The body of POST /v1/customers/:id/unmerge, of the customer who survived. */
export const UnmergeRequest = z.strictObject({
  mergeId: z.uuid("must be the id of a merge"),
});
export type UnmergeRequest = z.output<typeof UnmergeRequest>;

const sideValue = z
  .object({
    value: z.string(),
    /** The claim that it rests on, and where that was made. Null: an email that came with an earlier merge; with a claim and no
     *  conversation, staff set it. */
    claimId: z.uuid().nullable(),
    conversationId: z.uuid().nullable(),
    unvalidated: z.boolean(),
  })
  .nullable();

/** The answer of POST /v1/customers/:id/merge, with dryRun too. */
export const MergeView = z.object({
  dryRun: z.boolean(),
  /** What unmerge takes. Null with dryRun. */
  mergeId: z.uuid().nullable(),
  survivorId: z.uuid(),
  absorbedId: z.uuid(),
  /** Field → what either has, and what the merged profile has. */
  fields: z.record(
    z.string(),
    z.object({
      survivor: sideValue,
      other: sideValue,
      result: z.string().nullable(),
      /** Whose the result is; "both" where they agree. */
      from: z.enum(["survivor", "other", "both"]).nullable(),
      chosen: z.boolean(),
    }),
  ),
  /** Values of the merged profile's conversations that contradict it: field → values. */
  conflicts: z.record(z.string(), z.array(z.string())),
  /** The emails that lead to the survivor from then on. */
  emails: z.array(z.string()),
  conversationCount: z.object({ survivor: z.int(), other: z.int(), merged: z.int() }),
});
export type MergeView = z.infer<typeof MergeView>;

/** The answer of POST /v1/customers/:id/unmerge. */
export const UnmergeView = z.object({
  mergeId: z.uuid(),
  survivorId: z.uuid(),
  absorbedId: z.uuid(),
  /** False: all its conversations have moved elsewhere meanwhile, so there is no such profile any more. */
  survivorExists: z.boolean(),
  absorbedExists: z.boolean(),
  /** How many went back, and how many stayed. */
  conversationCount: z.object({ survivor: z.int(), absorbed: z.int() }),
});
export type UnmergeView = z.infer<typeof UnmergeView>;

/** The answer of GET /v1/customers/:id/merges: those it survived, the latest first. */
export const MergeList = z.object({
  merges: z.array(
    z.object({
      id: z.uuid(),
      absorbedId: z.uuid(),
      /** What the absorbed profile was called, while it is merged. */
      name: z.string().nullable(),
      email: z.string().nullable(),
      choices: z.record(z.string(), Side),
      /** How many conversations came with it. */
      conversationCount: z.int(),
      mergedBy: z.object({ kind: z.string(), id: z.string() }),
      mergedAt: z.iso.datetime(),
      unmergedAt: z.iso.datetime().nullable(),
    }),
  ),
  /** True: there are earlier ones. */
  truncated: z.boolean(),
});
export type MergeList = z.infer<typeof MergeList>;

/** Why two customers may be one person. */
export const Evidence = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("same_phone"), phone: z.string() }),
  /** Mail addresses that their provider delivers to one mailbox. */
  z.object({ kind: z.literal("same_mailbox"), emails: z.array(z.string()) }),
  /** Names that agree, and a platform's id that is the same: on one platform, or on several. */
  z.object({
    kind: z.literal("same_name_and_handle"),
    names: z.array(z.string()),
    handle: z.string(),
    platforms: z.array(Platform),
  }),
]);
export type Evidence = z.infer<typeof Evidence>;

/** The answer of GET /v1/customers/:id/duplicates: suggestions, the strongest first. Nothing is merged by itself. */
export const DuplicateList = z.object({
  duplicates: z.array(
    z.object({
      id: z.uuid(),
      name: z.string().nullable(),
      email: z.string().nullable(),
      phone: z.string().nullable(),
      conversationCount: z.int(),
      lastAt: z.iso.datetime(),
      evidence: z.array(Evidence),
    }),
  ),
  /** True: there are more than those listed. */
  truncated: z.boolean(),
});
export type DuplicateList = z.infer<typeof DuplicateList>;
