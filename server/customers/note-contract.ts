import { z } from "zod";
import { ActorView } from "../audit/contract.ts";
import { pageSize, storableText } from "../conversations/contract.ts";
import { Cursor } from "../http/cursor-contract.ts";

export const NOTE_CHARS_MAX = 4_000; // longer is a document, not a note
export const NOTES_PAGE_DEFAULT = 50;
export const NOTES_PAGE_MAX = 200;

/** The body of POST /v1/customers/:id/notes. */
export const NewNote = z.strictObject({
  text: storableText
    .max(NOTE_CHARS_MAX, `must have at most ${NOTE_CHARS_MAX} characters (UTF-16 units)`)
    .regex(/\S/u, "must not be empty or only spaces"),
});
export type NewNote = z.output<typeof NewNote>;

/** The query of GET /v1/customers/:id/notes. */
export const NotesQuery = z.strictObject({
  cursor: Cursor.optional(),
  limit: pageSize(NOTES_PAGE_DEFAULT, NOTES_PAGE_MAX),
});
export type NotesQuery = z.output<typeof NotesQuery>;

export const NoteView = z.object({
  id: z.uuid(),
  text: z.string(),
  author: ActorView,
  at: z.iso.datetime(),
});
export type NoteView = z.infer<typeof NoteView>;

/** The answer of GET /v1/customers/:id/notes: the latest first. */
export const NotePage = z.object({
  notes: z.array(NoteView),
  nextCursor: z.string().nullable(),
});
export type NotePage = z.infer<typeof NotePage>;
