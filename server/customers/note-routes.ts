import { Router } from "express";
import { AppError } from "../app-error.ts";
import { actorOf, workspaceOf } from "../http/authenticate.ts";
import { jsonBody } from "../http/json-body.ts";
import { only } from "../http/only.ts";
import { parseBody, parseQuery } from "../http/parse.ts";
import { parseId } from "../http/parse-id.ts";
import type { Services } from "../http/services.ts";
import { customerId } from "./customer-id.ts";
import { NewNote, NotesQuery } from "./note-contract.ts";
import { addNote, deleteNote, listNotes } from "./notes.ts";

/** What staff writes down about a customer. */
export function noteRoutes(services: Services): Router {
  const { clock } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/customers/:id/notes")
    .get(async (request, response) => {
      const query = parseQuery(NotesQuery, request.query);
      const id = customerId(request.params.id);
      response.json(await listNotes(services, workspaceOf(response), id, query));
    })
    .post(...jsonBody, async (request, response) => {
      const note = parseBody(NewNote, request.body);
      const id = customerId(request.params["id"]);
      const by = { actor: actorOf(response), at: clock() };
      response.status(201).json(await addNote(services, workspaceOf(response), id, note, by));
    })
    .all(only("GET", "POST"));

  router
    .route("/v1/customers/:id/notes/:noteId")
    .delete(async (request, response) => {
      const id = customerId(request.params.id);
      const noteId = parseId(request.params.noteId);
      if (noteId === null) throw new AppError("note_not_found", "The customer has no such note.");
      await deleteNote(services, workspaceOf(response), id, noteId, {
        actor: actorOf(response),
        at: clock(),
      });
      response.status(204).end();
    })
    .all(only("DELETE"));

  return router;
}
