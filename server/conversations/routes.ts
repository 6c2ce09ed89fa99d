import { Router } from "express";
import { AppError } from "../app-error.ts";
import { workspaceOf } from "../http/authenticate.ts";
import { jsonBody } from "../http/json-body.ts";
import { only } from "../http/only.ts";
import { parseId } from "../http/parse-id.ts";
import { parseBody, parseQuery } from "../http/parse.ts";
import type { Services } from "../http/services.ts";
import type { IdentityKeys } from "../identity/key-cache.ts";
import { verifyToken } from "../identity/token.ts";
import { chat } from "../turn/chat.ts";
import { ChatRequest, ConversationQuery } from "./contract.ts";
import { getConversation, getTurn } from "./queries.ts";

/** The chat itself, and what was said and decided in it. */
export function conversationRoutes(services: Services, keys: IdentityKeys): Router {
  const { rules, silenceMs, regionDefault, clock } = services;
  const router = Router({ caseSensitive: true }); // as the app: /V1 is another address, and behind no key

  router
    .route("/v1/chat")
    .post(...jsonBody, async (request, response) => {
      const message = parseBody(ChatRequest, request.body);
      const workspaceId = workspaceOf(response);
      const now = clock();
      const identity =
        message.identity === undefined
          ? null
          : await verifyToken(await keys.of(workspaceId), message.identity, message.handle, now);
      const options = { silenceMs, region: regionDefault, identity };
      response.json(await chat(services, rules.current(), workspaceId, message, now, options));
    })
    .all(only("POST"));

  router
    .route("/v1/conversations/:id")
    .get(async (request, response) => {
      const query = parseQuery(ConversationQuery, request.query);
      const id = conversationId(request.params.id);
      response.json(await getConversation(services, workspaceOf(response), id, query));
    })
    .all(only("GET"));

  router
    .route("/v1/conversations/:id/turns/:turn")
    .get(async (request, response) => {
      const id = conversationId(request.params.id);
      const turn = turnNumber(request.params.turn);
      response.json(await getTurn(services, workspaceOf(response), id, turn));
    })
    .all(only("GET"));

  return router;
}

function conversationId(text: string): string {
  const id = parseId(text);
  if (id === null) throw new AppError("conversation_not_found", "There is no such conversation.");
  return id;
}

/** Turns are numbered from 1; nine digits fit the database's integer. */
function turnNumber(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/u.test(text))
    throw new AppError("turn_not_found", "The conversation has no such turn.");
  return Number(text);
}
