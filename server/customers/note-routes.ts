import { AppError } from "../app-error.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { customerId } from "./customer-id.ts";
import { addNote, deleteNote, listNotes } from "./notes.ts";
import { addNoteOperation, deleteNoteOperation, listNotesOperation } from "./operations-contract.ts";

/** What staff writes down about a customer. */
export function noteOperations(services: Services): readonly Served[] {
  const { clock } = services;
  return [
    serve(listNotesOperation, async ({ params, query, caller }) => {
      return listNotes(services, caller.workspaceId, customerId(params.id), query);
    }),

    serve(addNoteOperation, async ({ params, body, caller: { workspaceId, actor } }) => {
      const by = { actor, at: clock() };
      return addNote(services, workspaceId, customerId(params.id), body, by);
    }),

    serve(deleteNoteOperation, async ({ params, caller: { workspaceId, actor } }) => {
      const id = customerId(params.id);
      const noteId = parseId(params.noteId);
      if (noteId === null) throw new AppError("note_not_found", "The customer has no such note.");
      await deleteNote(services, workspaceId, id, noteId, { actor, at: clock() });
    }),
  ];
}
