import { z } from "zod";

const NAME_CHARS_MAX = 100; // it stands in a list

/** What people call a workspace. It need not be the only one of that name. */
export const WorkspaceName = z
  .string()
  .max(NAME_CHARS_MAX, `must have at most ${NAME_CHARS_MAX} characters`)
  .regex(/\S/u, "must not be empty")
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), "must be well-formed text in one line")
  .transform((text) => text.trim());

export const WorkspaceView = z.object({
  id: z.uuid(),
  name: z.string(),
  createdAt: z.iso.datetime(),
});
export type WorkspaceView = z.infer<typeof WorkspaceView>;
