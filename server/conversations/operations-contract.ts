import { operation } from "../http/operation-contract.ts";
import { ChatRequest, ChatResponse, ConversationQuery, ConversationView, TurnView } from "./contract.ts";

export const chatOperation = operation({
  id: "chat",
  method: "post",
  path: "/v1/chat",
  title: "Take a message of a conversation, and say what follows from it",
  about:
    "The same messageId again gets the stored answer, never a second turn. With role agent or bot, records what somebody else " +
    "said. With respond: false, nothing is said: only what was heard, and what to ask for.",
  group: "Conversations",
  body: ChatRequest,
  problems: [
    "conversation_not_found",
    "identity_invalid",
    "message_id_reused",
    "too_many_waiting",
    "customer_busy",
  ],
  answer: ChatResponse,
});

export const getConversationOperation = operation({
  id: "getConversation",
  method: "get",
  path: "/v1/conversations/{id}",
  title: "A conversation: its messages, paged, and its state",
  group: "Conversations",
  query: ConversationQuery,
  problems: ["conversation_not_found"],
  answer: ConversationView,
});

export const getTurnOperation = operation({
  id: "getTurn",
  method: "get",
  path: "/v1/conversations/{id}/turns/{turn}",
  title: "The trace of a turn: why each field was, or was not, asked for",
  group: "Conversations",
  problems: ["conversation_not_found", "turn_not_found"],
  answer: TurnView,
});
