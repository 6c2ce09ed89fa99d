import { AppError } from "../app-error.ts";
import { parseId } from "../http/parse-id.ts";
import { serve, type Served } from "../http/serve.ts";
import type { Services } from "../http/services.ts";
import { idempotencyKeyOf, messageIdOf } from "../idempotency/idempotency-key.ts";
import type { IdentityKeys } from "../identity/key-cache.ts";
import { verifyToken } from "../identity/token.ts";
import { told } from "../turn/answer.ts";
import { chat } from "../turn/chat.ts";
import { chatOperation, getConversationOperation, getTurnOperation } from "./operations-contract.ts";
import { getConversation, getTurn } from "./queries.ts";

/** The chat itself, and what was said and decided in it. */
export function conversationOperations(services: Services, keys: IdentityKeys): readonly Served[] {
  const { rules, silenceMs, regionDefault, clock, limits } = services;
  return [
    serve(chatOperation, async ({ body, request, caller }) => {
      const now = clock();
      const { workspaceId } = caller;
      await limits.visitor(workspaceId, body.platform, body.handle);
      const key = body.messageId === undefined ? idempotencyKeyOf(request) : null;
      const message = key === null ? body : { ...body, messageId: messageIdOf(caller, key) };
      const identity =
        message.identity === undefined
          ? null
          : await verifyToken(await keys.of(workspaceId), message.identity, message.handle, now);
      const options = { silenceMs, region: regionDefault, identity };
      return told(await chat(services, rules.current(), workspaceId, message, now, options));
    }),

    serve(getConversationOperation, async ({ params, query, caller }) => {
      const id = conversationId(params.id);
      const by = { actor: caller.actor, at: clock() };
      return getConversation(services, caller.workspaceId, id, query, by);
    }),

    serve(getTurnOperation, async ({ params, caller }) => {
      const id = conversationId(params.id);
      const turn = turnNumber(params.turn);
      const by = { actor: caller.actor, at: clock() };
      return getTurn(services, caller.workspaceId, id, turn, by);
    }),
  ];
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
